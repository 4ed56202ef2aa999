#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/utf8.hpp"
#include "base/yaml.hpp"
#include "base/yaml_scalar.hpp"

namespace draas {
namespace {

// YAML allows 1024 characters for a key in front of its colon; longer ones take the explicit form "? key".
constexpr std::size_t kLongestImplicitKey = 512;

// Would a reader of YAML 1.1, or a person, take this text for something else than text?
bool looks_like_other_type(std::string_view text) {
  const auto resolved = resolve_plain_scalar(text);
  if (!resolved || !resolved->is_string()) return true;
  static constexpr std::array<std::string_view, 10> kOldWords{"y",   "n",    "yes",   "no", "on",
                                                              "off", "true", "false", "<<", "="};
  std::string lower(text.substr(0, 8));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  if (text.size() < 8 && std::find(kOldWords.begin(), kOldWords.end(), lower) != kOldWords.end()) return true;
  // Numbers, dates and times in any notation.
  const char first = text.front();
  const bool numeric_start = (first >= '0' && first <= '9') || first == '+' || first == '-' || first == '.';
  return numeric_start && text.find_first_not_of("0123456789abcdefABCDEFxoTZ_:.,+- ") == std::string_view::npos;
}

// Text that stands for itself without quotes, in a block mapping or sequence.
bool is_plain_safe(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`").find(text.front()) != std::string_view::npos) return false;
  if (text.starts_with("...") || looks_like_other_type(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (text[i] == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) return false;
    if (text[i] == '#' && i > 0 && text[i - 1] == ' ') return false;
  }
  return true;
}

// Neither line breaks of other worlds nor marks that nobody sees.
bool is_visible(char32_t c) {
  return is_yaml_printable(c) && c != 0x85 && c != 0x2028 && c != 0x2029 && c != 0xFEFF && c != '\r';
}

bool all_visible(std::string_view text) {
  while (!text.empty()) {
    const auto [code_point, length] = decode_utf8(text);
    if (length == 0 || !is_visible(code_point)) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Several lines that a literal block gives back exactly, with at most one line feed at the end.
bool is_literal_safe(std::string_view text) {
  if (text.find('\n') == std::string_view::npos) return false;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty() || text.ends_with('\n')) return false;
  std::size_t start = 0;
  bool is_first = true;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    // A first line that is empty or indented would need an indentation indicator; a line of blanks alone is ambiguous.
    if (is_first && (line.empty() || line.front() == ' ')) return false;
    if (line.starts_with('\t')) return false;
    if (!line.empty() && line.find_first_not_of(" \t") == std::string_view::npos) return false;
    is_first = false;
    start = end + 1;
  }
  return true;
}

void append_escape(std::string& out, char kind, int width, char32_t code_point) {
  std::array<char, 16> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "\\%c%0*X", kind, width, static_cast<unsigned>(code_point));
  out.append(text.data(), static_cast<std::size_t>(length));
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const auto [code_point, length] = decode_utf8(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD, as the JSON writer does
      text.remove_prefix(1);
      continue;
    }
    if (code_point == '"' || code_point == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(code_point));
    } else if (code_point == '\n') {
      out += "\\n";
    } else if (code_point == '\t') {
      out += "\\t";
    } else if (code_point == '\r') {
      out += "\\r";
    } else if (is_visible(code_point)) {
      out.append(text.substr(0, length));
    } else if (code_point <= 0xFF) {
      append_escape(out, 'x', 2, code_point);
    } else {
      append_escape(out, 'u', 4, code_point);
    }
    text.remove_prefix(length);
  }
  out.push_back('"');
}

void append_text(std::string& out, std::string_view text) {
  if (is_plain_safe(text) && all_visible(text)) {
    out.append(text);
  } else {
    append_quoted(out, text);
  }
}

void append_literal(std::string& out, std::string_view text, std::size_t indent) {
  out += text.ends_with('\n') ? "|" : "|-";
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    out.push_back('\n');
    if (end > start) out.append(indent, ' ').append(text.substr(start, end - start));
    start = end + 1;
  }
}

std::string number_text(const Json& value) {
  if (!value.is_number_float()) return value.dump();
  const double number = value.get<double>();
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  return value.dump();
}

// Scalars and empty containers: what fits behind "key: " and "- ". `indent` is for the lines of a literal block.
void append_inline(std::string& out, const Json& value, std::size_t indent) {
  switch (value.type()) {
    case Json::value_t::object:
      out += "{}";
      break;
    case Json::value_t::array:
      out += "[]";
      break;
    case Json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      if (is_literal_safe(text) && all_visible(text)) {
        append_literal(out, text, indent);
      } else {
        append_text(out, text);
      }
      break;
    }
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      out += number_text(value);
      break;
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      break;
    default:
      out += "null";
      break;
  }
}

bool is_block(const Json& value) { return value.is_structured() && !value.empty(); }

constexpr std::size_t kStep = 2;

// The writer stands at column `indent` of a line; each element but the first begins a line of its own.
void append_block(std::string& out, const Json& value, std::size_t indent);

void append_member(std::string& out, const std::string& key, const Json& value, std::size_t indent) {
  const std::size_t start = out.size();
  append_text(out, key);
  if (out.size() - start > kLongestImplicitKey) {
    out.insert(start, "? ");
    out.append("\n").append(indent, ' ');
  }
  out.push_back(':');
  if (is_block(value)) {
    out.push_back('\n');
    out.append(indent + kStep, ' ');
    append_block(out, value, indent + kStep);
  } else {
    out.push_back(' ');
    append_inline(out, value, indent + kStep);
  }
}

void append_block(std::string& out, const Json& value, std::size_t indent) {
  bool is_first = true;
  const auto begin_element = [&] {
    if (!is_first) out.append("\n").append(indent, ' ');
    is_first = false;
  };
  if (value.is_object()) {
    for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) {
      begin_element();
      append_member(out, key, member, indent);
    }
    return;
  }
  for (const Json& element : value) {
    begin_element();
    out += "- ";
    if (is_block(element)) {
      append_block(out, element, indent + kStep);
    } else {
      append_inline(out, element, indent + kStep);
    }
  }
}

}  // namespace

std::string to_yaml(const Json& value) {
  std::string out;
  if (is_block(value)) {
    append_block(out, value, 0);
  } else {
    append_inline(out, value, kStep);
  }
  out.push_back('\n');
  return out;
}

}  // namespace draas
