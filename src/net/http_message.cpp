#include "net/http_message.hpp"

#include <algorithm>
#include <array>

#include "net/text.hpp"

namespace draas::net {
namespace {

struct MethodName {
  Method method;
  std::string_view name;
};

constexpr std::array<MethodName, 7> kMethods{{{Method::Get, "GET"},
                                              {Method::Head, "HEAD"},
                                              {Method::Post, "POST"},
                                              {Method::Put, "PUT"},
                                              {Method::Patch, "PATCH"},
                                              {Method::Delete, "DELETE"},
                                              {Method::Options, "OPTIONS"}}};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

Response with_content(int status, std::string_view type) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", type);
  return response;
}

}  // namespace

std::string_view to_string(Method method) {
  for (const auto& entry : kMethods) {
    if (entry.method == method) return entry.name;
  }
  return "OTHER";
}

Method parse_method(std::string_view name) {
  for (const auto& entry : kMethods) {
    if (entry.name == name) return entry.method;
  }
  return Method::Other;
}

// --- Headers ---

void Headers::add(std::string_view name, std::string_view value) {
  if (count_ == fields_.size()) {
    fields_.emplace_back(name, value);
  } else {
    fields_[count_].first.assign(name);
    fields_[count_].second.assign(value);
  }
  ++count_;
}

void Headers::set(std::string_view name, std::string_view value) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (!equals_ignoring_case(fields_[i].first, name)) continue;
    const std::string kept(value);  // `value` may point into this object
    const std::string kept_name = fields_[i].first;
    remove(name);
    add(kept_name, kept);
    std::rotate(fields_.begin() + static_cast<std::ptrdiff_t>(i),
                fields_.begin() + static_cast<std::ptrdiff_t>(count_ - 1),
                fields_.begin() + static_cast<std::ptrdiff_t>(count_));
    return;
  }
  add(name, value);
}

void Headers::remove(std::string_view name) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (equals_ignoring_case(fields_[i].first, name)) continue;
    if (kept != i) std::swap(fields_[kept], fields_[i]);
    ++kept;
  }
  count_ = kept;
}

std::string_view Headers::get(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (equals_ignoring_case(fields_[i].first, name)) return fields_[i].second;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (equals_ignoring_case(fields_[i].first, name)) return true;
  }
  return false;
}

bool Headers::contains_token(std::string_view name, std::string_view token) const {
  for (const auto& [field, value] : *this) {
    if (!equals_ignoring_case(field, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto item = next_list_item(rest);
      item = trim(item.substr(0, item.find(';')));
      if (equals_ignoring_case(item, token)) return true;
    }
  }
  return false;
}

std::string TraceContext::header() const { return "00-" + trace_id + '-' + parent_id + "-01"; }

// --- Request ---

std::vector<std::pair<std::string, std::string>> Request::query_parameters() const {
  std::vector<std::pair<std::string, std::string>> out;
  std::string_view rest = query;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto item = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (item.empty()) continue;
    const auto equals = item.find('=');
    const auto name = item.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1);
    // A malformed escape is taken as it stands: the server has already refused it in a request that came by wire.
    out.emplace_back(percent_decode(name, true).value_or(std::string(name)),
                     percent_decode(value, true).value_or(std::string(value)));
  }
  return out;
}

std::optional<std::string> Request::query_parameter(std::string_view name) const {
  if (query.empty()) return std::nullopt;
  for (auto& [key, value] : query_parameters()) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

// --- Response ---

Response Response::json(int status, const Json& value) { return json_text(status, to_text(value)); }

Response Response::json_text(int status, std::string body) {
  auto response = with_content(status, "application/json");
  response.body = std::move(body);
  return response;
}

Response Response::json_shared(int status, SharedBody body) {
  auto response = with_content(status, "application/json");
  response.body = std::move(body);
  return response;
}

Response Response::text(int status, std::string body) {
  auto response = with_content(status, "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response Response::empty(int status) {
  Response response;
  response.status = status;
  return response;
}

std::string_view Response::content() const {
  if (const auto* text = std::get_if<std::string>(&body)) return *text;
  if (const auto* shared = std::get_if<SharedBody>(&body)) return *shared ? std::string_view(**shared) : "";
  return {};
}

// --- text ---

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && c == '+' ? ' ' : c;
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

}  // namespace draas::net
