// The request parser must not crash, and must read the same from any pieces.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/request_parser.hpp"
#include "net/response_parser.hpp"
#include "pieces.hpp"

namespace {

using draas::net::Request;
using draas::net::RequestParser;
using draas::net::ResponseParser;

constexpr draas::net::ParserLimits kLimits{.max_header_bytes = 512, .max_target_bytes = 128, .max_body_bytes = 256};

// What is read, as text; the requests one after another until the first failure.
std::string read_requests(std::string_view text, std::size_t piece) {
  RequestParser parser(kLimits);
  Request request;
  std::string out;
  std::string pending;
  parser.reset(request);
  while (!text.empty() || !pending.empty()) {
    const auto size = std::min(piece, text.size());
    pending += text.substr(0, size);
    text.remove_prefix(size);
    bool progress = size > 0;
    for (;;) {
      const auto taken = parser.feed(pending);
      if (taken > pending.size()) std::abort();
      pending.erase(0, taken);
      progress = progress || taken > 0;
      if (parser.state() == RequestParser::State::Failed) {
        if (parser.status() < 400 || parser.status() > 505) std::abort();
        return out + "failed";
      }
      if (parser.state() != RequestParser::State::Complete) break;
      if (request.body.size() > kLimits.max_body_bytes || request.path.empty()) std::abort();
      out += request.method_name + ' ' + request.path + '?' + request.query;
      for (const auto& [name, value] : request.headers) out += '|' + name + '=' + value;
      out += '|' + request.body + '\n';
      parser.reset(request);
      progress = true;
      if (pending.empty()) break;
    }
    if (!progress) break;
  }
  return out + "waiting";
}

void read_response(std::string_view text, std::size_t piece) {
  ResponseParser parser(false);
  std::string pending;
  while (!text.empty() && parser.state() != ResponseParser::State::Complete &&
         parser.state() != ResponseParser::State::Failed) {
    const auto size = std::min(piece, text.size());
    pending += text.substr(0, size);
    text.remove_prefix(size);
    pending.erase(0, parser.feed(pending));
  }
  parser.feed_end();
  if (parser.state() == ResponseParser::State::Header || parser.state() == ResponseParser::State::Body) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, piece] = draas::fuzz::cut_input(data, size);
  const auto in_pieces = read_requests(text, piece);
  const auto byte_by_byte = read_requests(text, 1);
  // Where a limit or an error is met can depend on the pieces; requests that both have read whole must be equal.
  const auto common = std::min(in_pieces.rfind('\n'), byte_by_byte.rfind('\n'));
  if (common != std::string::npos && in_pieces.substr(0, common) != byte_by_byte.substr(0, common)) std::abort();
  read_response(text, piece);
  return 0;
}
