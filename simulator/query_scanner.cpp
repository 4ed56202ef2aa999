#include "simulator/query_scanner.hpp"

#include <algorithm>

namespace draas::simulator {

std::optional<std::string> QueryScanner::fault_after(Match end) {
  if (end && *end == text_.size()) return std::nullopt;
  if (end) miss(*end, "EOF");
  std::string expected;
  for (const std::string& what : expected_) expected += (expected.empty() ? "" : ", ") + what;
  if (expected.empty()) expected = "<unreported>";
  return "parser error: error at " + place() + ": expected " + (expected_.size() > 1 ? "one of " : "") + expected;
}

QueryScanner::Match QueryScanner::miss(std::size_t at, const std::string& what) {
  if (at > furthest_) {
    furthest_ = at;
    expected_.clear();
  }
  if (at == furthest_) expected_.insert(what);
  return std::nullopt;
}

std::string QueryScanner::place() const {
  std::size_t line = 1;
  std::size_t column = 1;
  for (char c : text_.substr(0, furthest_)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++column;
    }
  }
  return std::to_string(line) + ":" + std::to_string(column);
}

QueryScanner::Match QueryScanner::literal(std::size_t at, std::string_view text) {
  if (text_.substr(at).starts_with(text)) return at + text.size();
  return miss(at, "\"" + std::string(text) + "\"");
}

QueryScanner::Match QueryScanner::word(std::size_t at, std::string_view upper) {
  if (auto end = literal(at, upper)) return end;
  std::string lower;
  for (char c : upper) lower.push_back(static_cast<char>(c - 'A' + 'a'));
  return literal(at, lower);
}

std::size_t QueryScanner::blanks(std::size_t at) const {
  while (!at_end(at) && text_[at] == ' ') ++at;
  return at;
}

std::size_t QueryScanner::gaps(std::size_t at) const {
  while (!at_end(at)) {
    if (text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\t') {
      ++at;
    } else if (text_.substr(at).starts_with("//")) {
      at = std::min(text_.find('\n', at), text_.size() - 1) + 1;
    } else {
      break;
    }
  }
  return at;
}

QueryScanner::Match QueryScanner::gap(std::size_t at) const {
  std::size_t end = gaps(at);
  return end > at ? Match(end) : std::nullopt;
}

QueryScanner::Match QueryScanner::blank(std::size_t at) const {
  std::size_t end = blanks(at);
  return end > at ? Match(end) : std::nullopt;
}

QueryScanner::Match QueryScanner::identifier(std::size_t at) {
  if (!at_end(at) && letter(text_[at])) {
    std::size_t end = at;
    while (!at_end(end) && (letter(text_[end]) || digit(text_[end]) || text_[end] == '_')) ++end;
    return end;
  }
  if (auto quoted = literal(at, "`")) {
    std::size_t end = std::min(text_.find_first_of("`\n\r", *quoted), text_.size());
    if (at_end(end) || text_[end] != '`') miss(end, "[^ '`' | '\\n' | '\\r']");
    if (auto closed = literal(end, "`")) return closed;
  }
  return miss(at, "an identifier");
}

QueryScanner::Match QueryScanner::function_name(std::size_t at) {
  if (at_end(at) || !letter(text_[at])) return miss(at, "function name");
  auto part = [&](std::size_t here) {
    while (!at_end(here) && (letter(text_[here]) || digit(text_[here]) || text_[here] == '_')) ++here;
    return here;
  };
  std::size_t end = part(at);
  if (!at_end(end) && text_[end] == '.' && part(end + 1) > end + 1) end = part(end + 1);
  return end;
}

QueryScanner::Match QueryScanner::digits(std::size_t at) {
  std::size_t end = at;
  while (!at_end(end) && digit(text_[end])) ++end;
  miss(end, "a number");
  return end > at ? Match(end) : std::nullopt;
}

QueryScanner::Match QueryScanner::number(std::size_t at, bool real) {
  auto begin = literal(at, "-");
  auto whole = digits(begin.value_or(at));
  if (!whole || !real) return whole;
  auto point = literal(*whole, ".");
  return point ? digits(*point) : std::nullopt;
}

QueryScanner::Match QueryScanner::quoted_text(std::size_t at) {
  if (!at_end(at) && text_[at] == '\'') {
    std::size_t end = text_.find_first_of("'\n\r", at + 1);
    if (end != std::string_view::npos && text_[end] == '\'') return end + 1;
  }
  return miss(at, "a quoted string");
}

QueryScanner::Match QueryScanner::value(std::size_t at) {
  if (auto end = number(at, true)) return end;
  if (auto end = number(at, false)) return end;
  if (auto end = word(at, "TRUE")) return end;
  if (auto end = word(at, "FALSE")) return end;
  if (auto end = quoted_text(at)) return end;
  return word(at, "NULL");
}

}  // namespace draas::simulator
