#include <array>
#include <charconv>
#include <limits>

#include <zlib.h>

#include "net/http_server.hpp"
#include "net/text.hpp"

namespace draas::net {
namespace {

constexpr std::size_t kMinCompressedBytes = 1024;
constexpr std::string_view kGzipSuffix = "-gzip";

bool is_text_type(std::string_view content_type) {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  if (type.size() >= 5 && equals_ignoring_case(type.substr(0, 5), "text/")) {
    return !equals_ignoring_case(type, "text/event-stream");
  }
  const auto ends_with = [type](std::string_view end) {
    return type.size() >= end.size() && equals_ignoring_case(type.substr(type.size() - end.size()), end);
  };
  return ends_with("json") || ends_with("xml") || ends_with("javascript") || ends_with("yaml") ||
         equals_ignoring_case(type, "image/svg+xml");
}

// The q-value among an item's parameters, in thousandths; 1000 when absent, 0 when malformed.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = parameters.find(';');
    const auto parameter = trim(parameters.substr(0, end));
    parameters = end == std::string_view::npos ? std::string_view() : parameters.substr(end + 1);
    if (parameter.size() < 3 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    const auto value = parameter.substr(2);
    if (value[0] != '0' && value[0] != '1') return 0;
    int thousandths = (value[0] - '0') * 1000;
    if (value.size() > 1 && (value[1] != '.' || value.size() > 5)) return 0;
    int place = 100;
    for (std::size_t i = 2; i < value.size(); ++i, place /= 10) {
      if (value[i] < '0' || value[i] > '9') return 0;
      thousandths += (value[i] - '0') * place;
    }
    return thousandths <= 1000 ? thousandths : 0;
  }
  return 1000;
}

bool accepts_gzip(std::string_view accept_encoding) {
  int gzip = -1;
  int any = -1;
  while (!accept_encoding.empty()) {
    const auto item = next_list_item(accept_encoding);
    const auto semicolon = item.find(';');
    const auto coding = trim(item.substr(0, semicolon));
    const auto parameters = semicolon == std::string_view::npos ? std::string_view() : item.substr(semicolon + 1);
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) gzip = quality(parameters);
    if (coding == "*") any = quality(parameters);
  }
  return gzip > 0 || (gzip < 0 && any > 0);
}

std::optional<std::string> gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemoryLevel = 8;
  if (text.size() > std::numeric_limits<uInt>::max() / 2) return std::nullopt;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return out;
}

// Remembers the compressed form of bodies that many responses share. One per thread.
class CompressedBodies {
 public:
  SharedBody get(const SharedBody& body) {
    for (auto& entry : entries_) {
      if (entry.compressed && entry.original.lock() == body) return entry.compressed;
    }
    auto text = gzip(*body);
    if (!text) return nullptr;
    auto& entry = entries_[next_++ % entries_.size()];
    entry.original = body;
    entry.compressed = std::make_shared<const std::string>(std::move(*text));
    return entry.compressed;
  }

 private:
  struct Entry {
    std::weak_ptr<const std::string> original;
    SharedBody compressed;
  };
  std::array<Entry, 8> entries_;
  std::size_t next_ = 0;
};

void compress(Response& response) {
  if (const auto* shared = std::get_if<SharedBody>(&response.body)) {
    thread_local CompressedBodies compressed;
    auto body = compressed.get(*shared);
    if (!body) return;
    response.body = std::move(body);
  } else {
    auto body = gzip(response.content());
    if (!body) return;
    response.body = std::move(*body);
  }
  response.headers.set("Content-Encoding", "gzip");
  // Two representations must not have one strong tag. etag_matches() takes this form for the plain one too.
  const std::string etag(response.headers.get("ETag"));
  if (etag.size() >= 2 && etag.front() == '"') {
    response.headers.set("ETag", etag.substr(0, etag.size() - 1) + std::string(kGzipSuffix) + '"');
  }
}

bool is_weak(std::string_view tag) { return tag.starts_with("W/"); }

// The text between the quotes, without the mark of a compressed representation.
std::string_view opaque_tag(std::string_view tag) {
  if (is_weak(tag)) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') {
    tag.remove_prefix(1);
    tag.remove_suffix(1);
  }
  if (tag.ends_with(kGzipSuffix)) tag.remove_suffix(kGzipSuffix.size());
  return tag;
}

// A tag is "<version>" or "<version>+<representation>"; whoever writes means the version, however it was read.
std::string_view version_tag(std::string_view tag) {
  const std::string_view opaque = opaque_tag(tag);
  return opaque.substr(0, opaque.find('+'));
}

bool none_match_hits(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const auto item = next_list_item(if_none_match);
    if (item == "*" || (!item.empty() && opaque_tag(item) == opaque_tag(etag))) return true;
  }
  return false;
}

void turn_into_not_modified(Response& response) {
  response.status = 304;
  response.body = std::monostate{};
  response.headers.remove("Content-Type");
  response.headers.remove("Content-Encoding");
}

}  // namespace

void finish_response(const Request& request, Response& response) {
  if (std::holds_alternative<StreamBody>(response.body)) return;
  const bool reads = request.method == Method::Get || request.method == Method::Head;
  const bool compressible =
      response.content().size() > kMinCompressedBytes && is_text_type(response.headers.get("Content-Type")) &&
      !response.headers.has("Content-Encoding") && !response.headers.contains_token("Cache-Control", "no-transform");
  if (compressible && !response.headers.contains_token("Vary", "Accept-Encoding")) {
    response.headers.add("Vary", "Accept-Encoding");
  }
  if (reads && response.status == 200) {
    const auto condition = request.headers.get("If-None-Match");
    const auto etag = condition.empty() ? std::string_view() : response.headers.get("ETag");
    if (!etag.empty() && none_match_hits(condition, etag)) {
      turn_into_not_modified(response);
      return;
    }
  }
  if (compressible && accepts_gzip(request.headers.get("Accept-Encoding"))) compress(response);
}

bool etag_matches(std::string_view if_match, std::string_view etag) {
  if (trim(if_match) == "*") return !etag.empty();
  if (is_weak(etag)) return false;
  while (!if_match.empty()) {
    const auto item = next_list_item(if_match);
    if (!item.empty() && !is_weak(item) && version_tag(item) == version_tag(etag)) return true;
  }
  return false;
}

}  // namespace draas::net
