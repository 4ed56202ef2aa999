#include "simulator/http_wire.hpp"

#include <algorithm>
#include <charconv>

namespace draas::simulator {

namespace {

char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string_view header_value(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[index] != '%') {
      out.push_back(text[index]);
    } else {
      if (index + 2 >= text.size()) return std::nullopt;
      int high = hex_digit(text[index + 1]);
      int low = hex_digit(text[index + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      index += 2;
    }
  }
  return out;
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    auto end = rest.find('&');
    std::string_view pair = rest.substr(0, end);
    auto equals = pair.find('=');
    if (percent_decoded(pair.substr(0, equals), true) == name) {
      return percent_decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return std::nullopt;
}

bool RequestParser::take_expectation() {
  if (!expects_continue_ || !in_body_ || !buffer_.empty()) return false;
  expects_continue_ = false;
  return true;
}

RequestParser::State RequestParser::next(HttpRequest& request) {
  if (!in_body_) {
    State state = parse_head();
    if (state != State::Complete) return state;
  }
  return parse_body(request);
}

RequestParser::State RequestParser::parse_head() {
  while (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
  auto end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) {
    return buffer_.size() > kMaximumHeader ? State::HeaderTooLarge : State::NeedMore;
  }
  if (end > kMaximumHeader) return State::HeaderTooLarge;
  std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  current_ = HttpRequest{};
  std::string_view rest = head;
  std::string_view line = rest.substr(0, rest.find("\r\n"));
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return State::Bad;
  std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return State::Bad;
  current_.method = line.substr(0, first);
  current_.target = trim(line.substr(first + 1, last - first - 1));
  if (current_.target.empty() || current_.method.empty()) return State::Bad;
  std::string_view target = current_.target;
  if (target.starts_with("http://")) {
    auto slash = target.find('/', 7);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  auto question = target.find('?');
  current_.path = target.substr(0, question);
  if (question != std::string_view::npos) current_.query = target.substr(question + 1);
  while (rest.size() > line.size()) {
    rest.remove_prefix(line.size() + 2);
    line = rest.substr(0, rest.find("\r\n"));
    auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return State::Bad;
    current_.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  std::string_view connection = header_value(current_.headers, "connection");
  current_.keep_alive = version == "HTTP/1.1" ? !same_name(connection, "close") : same_name(connection, "keep-alive");
  expects_continue_ = same_name(header_value(current_.headers, "expect"), "100-continue");
  chunked_ = same_name(header_value(current_.headers, "transfer-encoding"), "chunked");
  remaining_ = 0;
  std::string_view length = header_value(current_.headers, "content-length");
  if (!chunked_ && !length.empty()) {
    auto [stop, problem] = std::from_chars(length.data(), length.data() + length.size(), remaining_);
    if (problem != std::errc{} || stop != length.data() + length.size()) return State::Bad;
  }
  in_body_ = true;
  return State::Complete;
}

RequestParser::State RequestParser::parse_body(HttpRequest& request) {
  if (chunked_) {
    State state = parse_chunks();
    return state == State::Complete ? finish(request) : state;
  }
  std::size_t available = std::min(remaining_, buffer_.size());
  if (remaining_ > kMaximumBody) current_.body_too_large = true;
  if (!current_.body_too_large) current_.body.append(buffer_, 0, available);
  buffer_.erase(0, available);
  if (current_.body_too_large) {
    // The rest is not waited for: the answer goes out at once and the connection ends.
    current_.keep_alive = false;
    return finish(request);
  }
  remaining_ -= available;
  return remaining_ == 0 ? finish(request) : State::NeedMore;
}

RequestParser::State RequestParser::parse_chunks() {
  while (true) {
    auto end = buffer_.find("\r\n");
    if (end == std::string::npos) return buffer_.size() > 64 ? State::Bad : State::NeedMore;
    std::size_t size = 0;
    auto [stop, problem] = std::from_chars(buffer_.data(), buffer_.data() + end, size, 16);
    if (problem != std::errc{} || (stop != buffer_.data() + end && *stop != ';')) return State::Bad;
    if (size == 0) {
      auto trailer = buffer_.find("\r\n\r\n", end);
      if (buffer_.substr(end).starts_with("\r\n\r\n") || trailer != std::string::npos) {
        buffer_.erase(0, (trailer == std::string::npos ? end : trailer) + 4);
        return State::Complete;
      }
      return State::NeedMore;
    }
    if (buffer_.size() < end + 2 + size + 2) return State::NeedMore;
    if (current_.body.size() + size > kMaximumBody) {
      current_.body_too_large = true;
      current_.keep_alive = false;
      return State::Complete;
    }
    current_.body.append(buffer_, end + 2, size);
    buffer_.erase(0, end + 2 + size + 2);
  }
}

RequestParser::State RequestParser::finish(HttpRequest& request) {
  request = std::move(current_);
  current_ = HttpRequest{};
  in_body_ = false;
  expects_continue_ = false;
  return State::Complete;
}

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

namespace {

std::string head_start(const HttpResponse& response) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out.append(status_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) out.append(name).append(": ").append(value).append("\r\n");
  return out;
}

}  // namespace

std::string response_bytes(const HttpResponse& response, bool head_only, bool keep_alive, std::string_view date) {
  std::string out = head_start(response);
  out.append("content-length: ").append(std::to_string(response.body.size())).append("\r\n");
  if (!keep_alive) out.append("connection: close\r\n");
  out.append("date: ").append(date).append("\r\n\r\n");
  if (!head_only) out.append(response.body);
  return out;
}

std::string stream_head_bytes(const HttpResponse& response, std::string_view date) {
  std::string out = head_start(response);
  out.append("transfer-encoding: chunked\r\ndate: ").append(date).append("\r\n\r\n");
  return out;
}

std::string chunk_bytes(std::string_view data) {
  char size[20];
  auto [end, problem] = std::to_chars(size, size + sizeof size, data.size(), 16);
  std::string out(size, problem == std::errc{} ? end : size);
  out.append("\r\n").append(data).append("\r\n");
  return out;
}

}  // namespace draas::simulator
