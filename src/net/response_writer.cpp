#include "net/response_writer.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "net/text.hpp"

namespace draas::net {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), end.ptr);
}

bool is_servers_own(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "Date");
    case 6:
      return equals_ignoring_case(name, "Server");
    case 10:
      return equals_ignoring_case(name, "Connection");
    case 12:
      return equals_ignoring_case(name, "X-Request-Id");
    case 14:
      return equals_ignoring_case(name, "Content-Length");
    case 17:
      return equals_ignoring_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const auto begin = out.size();
  out += name;
  out += ": ";
  out += value;
  for (auto i = begin; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if ((c < 0x20 && c != '\t') || c == 0x7F) out[i] = ' ';
  }
  out += "\r\n";
}

}  // namespace

std::string_view DateLine::at(std::time_t now) {
  if (now != second_) {
    second_ = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 48> text{};
    const auto size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                    kDays[static_cast<std::size_t>(parts.tm_wday)].data(), parts.tm_mday,
                                    kMonths[static_cast<std::size_t>(parts.tm_mon)].data(), parts.tm_year + 1900,
                                    parts.tm_hour, parts.tm_min, parts.tm_sec);
    line_.assign(text.data(), static_cast<std::size_t>(size));
  }
  return line_;
}

void append_header(std::string& out, const Response& response, const HeaderContext& context) {
  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(response.status));
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
  }
  out += context.date_line;
  if (!context.server_name.empty()) append_field(out, "Server", context.server_name);
  for (const auto& [name, value] : response.headers) {
    if (!is_servers_own(name)) append_field(out, name, value);
  }
  if (!context.request_id.empty()) {
    out += "X-Request-Id: ";
    out += context.request_id;
    out += "\r\n";
  }
  if (context.framing == Framing::Chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (context.framing == Framing::Length && response.status != 204 && response.status != 304) {
    out += "Content-Length: ";
    append_number(out, context.content_length);
    out += "\r\n";
  }
  if (context.close) {
    out += "Connection: close\r\n";
  } else if (context.say_keep_alive) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view data) {
  append_number(out, data.size(), 16);
  out += "\r\n";
  out += data;
  out += "\r\n";
}

void append_last_chunk(std::string& out) { out += "0\r\n\r\n"; }

}  // namespace draas::net
