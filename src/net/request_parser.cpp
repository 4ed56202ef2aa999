#include "net/request_parser.hpp"

#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "net/last_chunk.hpp"
#include "net/text.hpp"

namespace draas::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t kMaxReserve = 64U << 10U;  // of what Content-Length promises, before a byte of it has come

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// Splits the target into path and query, and takes the host of an absolute one. Returns "" or what is wrong.
std::string_view split_target(Request& request, std::string& authority) {
  std::string_view target = request.target;
  if (target == "*") {
    if (request.method != Method::Options) return "the target '*' is for OPTIONS only";
    request.path = "*";
    return {};
  }
  if (target.front() != '/') {
    const auto scheme_end = target.find("://");
    const auto scheme = target.substr(0, scheme_end);
    if (scheme_end == std::string_view::npos ||
        !(equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"))) {
      return "the request target is not a path";
    }
    target.remove_prefix(scheme_end + 3);
    const auto authority_end = target.find_first_of("/?");
    authority.assign(target.substr(0, authority_end));
    if (authority.empty()) return "the request target has no host";
    target = authority_end == std::string_view::npos ? std::string_view("/") : target.substr(authority_end);
  }
  if (target.find('#') != std::string_view::npos) return "the request target has a fragment";
  const auto question = target.find('?');
  auto path = target.substr(0, question);
  if (path.empty()) path = "/";
  if (question != std::string_view::npos) {
    request.query.assign(target.substr(question + 1));
    if (request.query.find('%') != std::string::npos && !percent_decode(request.query)) {
      return "a malformed percent escape in the query";
    }
  }
  if (path.find('%') == std::string_view::npos) {
    request.path.assign(path);
  } else {
    auto decoded = percent_decode(path);
    if (!decoded) return "a malformed percent escape in the path";
    request.path = std::move(*decoded);
  }
  if (request.path.find('\0') != std::string::npos) return "the path holds a NUL";
  return {};
}

// A request line whose version is of the right form, though not one we speak.
bool names_other_version(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find('\r'));
  const auto space = line.rfind(' ');
  if (space == std::string_view::npos) return false;
  const auto version = line.substr(space + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) && version[6] == '.' &&
         digit(version[7]);
}

// The header's lines must end in CRLF and must not continue a field (obsolete folding).
bool has_bare_line_feed_or_fold(std::string_view header) {
  for (auto at = header.find('\n'); at != std::string_view::npos; at = header.find('\n', at + 1)) {
    if (at == 0 || header[at - 1] != '\r') return true;
    if (at + 1 < header.size() && (header[at + 1] == ' ' || header[at + 1] == '\t')) return true;
  }
  return false;
}

}  // namespace

class RequestParser::Beast {
 public:
  explicit Beast(const ParserLimits& limits) : limits_(limits) {}

  void reset(Request& request) {
    request_ = &request;
    core_.emplace(*this);
    core_->header_limit(static_cast<std::uint32_t>(limits_.max_header_bytes));
    core_->body_limit(limits_.max_body_bytes);
    core_->eager(true);
    request.method = Method::Get;
    request.method_name.clear();
    request.target.clear();
    request.path.clear();
    request.query.clear();
    request.headers.clear();
    request.body.clear();
    status_ = 0;
    detail_ = {};
    authority_.clear();
    hosts_ = lengths_ = encodings_ = 0;
    has_request_line_ = expects_continue_ = version_10_ = false;
  }

  class Core final : public http::basic_parser<true> {
   public:
    explicit Core(Beast& owner) : owner_(owner) {}

   private:
    using Error = beast::error_code;

    void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int version,
                         Error& error) override {
      owner_.take_request_line(view(method), view(target), version, error);
    }
    void on_response_impl(int, beast::string_view, int, Error&) override {}
    void on_field_impl(http::field field, beast::string_view name, beast::string_view value, Error& error) override {
      // Trailer fields come this way too. Nobody asked for them: they are dropped.
      if (!is_header_done()) owner_.take_field(field, view(name), view(value), error);
    }
    void on_header_impl(Error& error) override { owner_.check_header(error); }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
      if (length) owner_.request_->body.reserve(std::min<std::size_t>(*length, kMaxReserve));
    }
    std::size_t on_body_impl(beast::string_view body, Error&) override {
      owner_.request_->body.append(body.data(), body.size());
      return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Error&) override {
      owner_.request_->body.append(body.data(), body.size());
      return body.size();
    }
    void on_finish_impl(Error&) override {}

    Beast& owner_;
  };

  Core& core() { return *core_; }
  // The status and reason of what a callback refused; 0 when the library itself did.
  int status() const { return status_; }
  std::string_view detail() const { return detail_; }
  bool has_request_line() const { return has_request_line_; }
  bool expects_continue() const { return expects_continue_; }
  bool version_10() const { return version_10_; }

 private:
  void refuse(int status, std::string_view detail, beast::error_code& error) {
    status_ = status;
    detail_ = detail;
    error = http::make_error_code(http::error::bad_value);
  }

  void take_request_line(std::string_view method, std::string_view target, int version, beast::error_code& error) {
    if (target.size() > limits_.max_target_bytes) return refuse(414, "the request target is too long", error);
    request_->method = parse_method(method);
    request_->method_name.assign(method);
    request_->target.assign(target);
    version_10_ = version == 10;
    if (const auto wrong = split_target(*request_, authority_); !wrong.empty()) return refuse(400, wrong, error);
    has_request_line_ = true;
  }

  void take_field(http::field field, std::string_view name, std::string_view value, beast::error_code& error) {
    switch (field) {
      case http::field::host:
        if (++hosts_ > 1) return refuse(400, "more than one Host field", error);
        break;
      case http::field::content_length:
        if (++lengths_ > 1 || value.find(',') != std::string_view::npos) {
          return refuse(400, "more than one Content-Length", error);
        }
        break;
      case http::field::transfer_encoding:
        if (++encodings_ > 1) return refuse(400, "more than one Transfer-Encoding field", error);
        if (!equals_ignoring_case(value, "chunked")) return refuse(501, "an unknown Transfer-Encoding", error);
        break;
      case http::field::expect:
        if (!equals_ignoring_case(value, "100-continue")) return refuse(417, "an unknown expectation", error);
        expects_continue_ = !version_10_;
        break;
      default:
        break;
    }
    request_->headers.add(name, value);
  }

  void check_header(beast::error_code& error) {
    if (encodings_ > 0 && lengths_ > 0) return refuse(400, "both Content-Length and Transfer-Encoding", error);
    if (encodings_ > 0 && version_10_) return refuse(400, "Transfer-Encoding in an HTTP/1.0 request", error);
    if (hosts_ == 0 && !version_10_) return refuse(400, "the Host field is missing", error);
    if (!authority_.empty()) request_->headers.set("Host", authority_);
  }

  ParserLimits limits_;
  std::optional<Core> core_;
  Request* request_ = nullptr;
  int status_ = 0;
  std::string_view detail_;
  bool has_request_line_ = false;
  bool expects_continue_ = false;
  bool version_10_ = false;
  std::string authority_;
  int hosts_ = 0;
  int lengths_ = 0;
  int encodings_ = 0;
};

RequestParser::RequestParser(ParserLimits limits) : limits_(limits), beast_(std::make_unique<Beast>(limits)) {}

RequestParser::~RequestParser() = default;

void RequestParser::reset(Request& request) {
  beast_->reset(request);
  state_ = State::Start;
  status_ = 0;
  detail_ = {};
  header_bytes_ = 0;
}

bool RequestParser::has_request_line() const { return beast_->has_request_line(); }
bool RequestParser::keep_alive() const { return beast_->core().keep_alive(); }
bool RequestParser::expects_continue() const { return beast_->expects_continue(); }
bool RequestParser::is_http_10() const { return beast_->version_10(); }

std::size_t RequestParser::fail(int status, std::string_view detail, std::size_t consumed) {
  state_ = State::Failed;
  status_ = status;
  detail_ = detail;
  return consumed;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t skipped = 0;
  if (state_ == State::Start) {
    // An empty line before the request line is to be ignored (RFC 9112, 2.2).
    while (bytes.starts_with("\r\n")) {
      bytes.remove_prefix(2);
      skipped += 2;
    }
    if (bytes.empty() || bytes == "\r") return skipped;
    state_ = State::Header;
  }
  auto& core = beast_->core();
  const bool in_header = state_ == State::Header;
  if (state_ == State::Body && core.chunked() && is_short_last_chunk(bytes)) return skipped;
  beast::error_code error;
  const auto consumed = core.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  const auto total = skipped + consumed;

  const bool incomplete = !error || error == http::error::need_more;
  if (in_header) {
    // What the library counts begins anew with each piece.
    const auto header = bytes.substr(0, bytes.starts_with("\r\n") ? 0 : bytes.find("\r\n\r\n"));
    if (has_bare_line_feed_or_fold(header)) return fail(400, "a malformed header line", total);
    if (incomplete && header_bytes_ + header.size() > limits_.max_header_bytes) {
      error = http::make_error_code(http::error::header_limit);
    }
    header_bytes_ += consumed;
  }
  if (incomplete && core.is_header_done() && !core.is_done() && bytes.size() - consumed > limits_.max_header_bytes) {
    return fail(400, "a chunk's header or the trailer is too long", total);
  }

  if (error && error != http::error::need_more) {
    if (beast_->status() != 0) return fail(beast_->status(), beast_->detail(), total);
    if (error == http::error::header_limit) {
      if (!beast_->has_request_line()) return fail(414, "the request line is too long", total);
      return fail(431, "the header is too long", total);
    }
    if (error == http::error::body_limit) return fail(413, "the body is too large", total);
    if (error == http::error::bad_version && names_other_version(bytes)) {
      return fail(505, "only HTTP/1.1 and HTTP/1.0 are spoken here", total);
    }
    return fail(400, in_header ? "a malformed request header" : "a malformed chunked body", total);
  }
  if (core.is_done()) {
    state_ = State::Complete;
  } else if (core.is_header_done()) {
    state_ = State::Body;
  }
  return total;
}

}  // namespace draas::net
