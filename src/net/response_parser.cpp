#include "net/response_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "net/last_chunk.hpp"
#include "net/text.hpp"

namespace draas::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t kMaxHeaderBytes = 64U << 10U;
constexpr int kMaxInterim = 1'000;

}  // namespace

class ResponseParser::Beast final : public http::basic_parser<false> {
 public:
  explicit Beast(bool to_head) {
    header_limit(kMaxHeaderBytes);
    body_limit(boost::none);
    eager(true);
    skip(to_head);
  }

  int status() const { return status_; }
  Headers& headers() { return headers_; }
  std::string& body() { return body_; }
  bool has_unknown_encoding() const { return unknown_encoding_; }

 private:
  using Error = beast::error_code;

  void on_request_impl(http::verb, beast::string_view, beast::string_view, int, Error&) override {}
  void on_response_impl(int status, beast::string_view, int, Error&) override { status_ = status; }
  void on_field_impl(http::field field, beast::string_view name, beast::string_view value, Error& error) override {
    if (is_header_done()) return;  // a trailer field
    header_bytes_ += name.size() + value.size();
    if (header_bytes_ > kMaxHeaderBytes) error = http::make_error_code(http::error::header_limit);
    const std::string_view text(value.data(), value.size());
    if (field == http::field::transfer_encoding && !equals_ignoring_case(text, "chunked")) unknown_encoding_ = true;
    headers_.add({name.data(), name.size()}, text);
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(beast::string_view body, Error&) override {
    body_.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Error&) override {
    body_.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(Error&) override {}

  int status_ = 0;
  Headers headers_;
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool unknown_encoding_ = false;
};

ResponseParser::ResponseParser(bool to_head) : to_head_(to_head), beast_(std::make_unique<Beast>(to_head)) {}

ResponseParser::~ResponseParser() = default;

int ResponseParser::status() const { return beast_->status(); }
Headers& ResponseParser::headers() { return beast_->headers(); }
std::string& ResponseParser::body() { return beast_->body(); }
bool ResponseParser::keep_alive() const { return beast_->keep_alive(); }

void ResponseParser::fail(std::string_view detail) {
  state_ = State::Failed;
  detail_ = detail;
}

std::size_t ResponseParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && (state_ == State::Header || state_ == State::Body)) {
    taken += feed_message(bytes.substr(taken));
    if (state_ != State::Complete || status() / 100 != 1) break;
    if (status() == 101) {
      fail("the peer switched protocols unasked");
      break;
    }
    // An interim response: the real one follows, some time.
    if (++interim_ > kMaxInterim) {
      fail("too many interim responses");
      break;
    }
    beast_ = std::make_unique<Beast>(to_head_);
    state_ = State::Header;
  }
  return taken;
}

std::size_t ResponseParser::feed_message(std::string_view bytes) {
  if (state_ == State::Body && beast_->chunked() && is_short_last_chunk(bytes)) return 0;
  beast::error_code error;
  const auto taken = beast_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != http::error::need_more) {
    fail(state_ == State::Header ? "a malformed response header" : "a malformed response body");
  } else if (bytes.size() - taken > kMaxHeaderBytes) {
    fail("a line of the response is too long");
  } else if (beast_->has_unknown_encoding()) {
    fail("an unknown transfer encoding");
  } else if (beast_->is_done()) {
    state_ = State::Complete;
  } else if (beast_->is_header_done()) {
    state_ = State::Body;
  }
  return taken;
}

void ResponseParser::feed_end() {
  if (state_ == State::Complete || state_ == State::Failed) return;
  broke_off_ = true;
  if (!beast_->got_some()) {
    fail("the peer closed without an answer");
    return;
  }
  beast::error_code error;
  beast_->put_eof(error);
  if (error) {
    fail("the peer closed before the end of the response");
  } else {
    state_ = State::Complete;
  }
}

}  // namespace draas::net
