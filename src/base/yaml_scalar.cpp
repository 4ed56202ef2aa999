#include "base/yaml_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

namespace draas {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

// Digits without sign in the base that a prefix names. nullopt when it is no integer, or one too large for 64 bits.
std::optional<std::uint64_t> parse_magnitude(std::string_view digits) {
  int base = 10;
  if (digits.starts_with("0x")) {
    base = 16;
  } else if (digits.starts_with("0o")) {
    base = 8;
  } else if (digits.starts_with("0b")) {
    base = 2;
  }
  if (base != 10) digits.remove_prefix(2);
  // "0123" is a string there: it is octal to some readers and decimal to others.
  if (base == 10 && digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<Json> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto magnitude = parse_magnitude(text);
  if (!magnitude) return std::nullopt;
  if (!negative || *magnitude == 0) return Json(*magnitude);
  constexpr std::uint64_t kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + 1;
  if (*magnitude > kLargest) return std::nullopt;
  return Json(static_cast<std::int64_t>(~*magnitude + 1));
}

// digits [. digits] [e [sign] digits], with digits on at least one side of the point.
bool is_decimal(std::string_view text) {
  std::size_t i = 0;
  const auto skip_digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - start;
  };
  std::size_t mantissa = skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    mantissa += skip_digits();
  }
  if (mantissa == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

bool is_leading_zero_integer(std::string_view digits) {
  return digits.size() > 1 && digits.front() == '0' && std::all_of(digits.begin(), digits.end(), is_digit);
}

std::optional<Json> parse_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!is_decimal(text) || is_leading_zero_integer(text)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too small is zero; too large is not a number to serde_yaml, but a string.
    const bool is_tiny = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos ||
                         text.starts_with("0.") || text.starts_with('.');
    if (!is_tiny) return std::nullopt;
    value = 0;
  }
  return Json(negative ? -value : value);
}

}  // namespace

std::optional<Json> resolve_plain_scalar(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return Json(nullptr);
  if (is_one_of(text, {"true", "True", "TRUE"})) return Json(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Json(false);
  if (is_one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN",
                       ".NAN"})) {
    return std::nullopt;
  }
  const char first = text.front();
  if (is_digit(first) || first == '+' || first == '-' || first == '.') {
    if (auto integer = parse_integer(text)) return integer;
    if (auto number = parse_float(text)) return number;
  }
  return Json(std::string(text));
}

}  // namespace draas
