#include "base/settings_file.hpp"

#include <algorithm>
#include <utility>

namespace draas {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// The text with comments and surplus commas as blanks, so that every place keeps its line and column.
class JsonCleaner {
 public:
  explicit JsonCleaner(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.replace(0, 3, "   ");
  }

  std::string clean() && {
    while (at_ < text_.size()) step();
    return std::move(text_);
  }

 private:
  void step() {
    const std::string_view rest = std::string_view(text_).substr(at_);
    const char c = rest.front();
    if (c == '"') {
      skip_string();
    } else if (rest.starts_with("//")) {
      blank_until(std::min(text_.find('\n', at_), text_.size()));
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      blank_until(end == std::string::npos ? text_.size() : end + 2);
    } else {
      if (c == ',') {
        last_comma_ = at_;
      } else if ((c == '}' || c == ']') && last_comma_ != std::string::npos) {
        text_[last_comma_] = ' ';
        last_comma_ = std::string::npos;
      } else if (kBlanks.find(c) == std::string_view::npos) {
        last_comma_ = std::string::npos;
      }
      if (c == '\t') text_[at_] = ' ';
      ++at_;
    }
  }

  void skip_string() {
    last_comma_ = std::string::npos;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  void blank_until(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') text_[at_] = ' ';
    }
  }

  std::string text_;
  std::size_t at_ = 0;
  std::size_t last_comma_ = std::string::npos;
};

}  // namespace

Result<YamlDocument> parse_settings_text(std::string_view text) {
  std::string cleaned = JsonCleaner(text).clean();
  const std::size_t first = cleaned.find_first_not_of(kBlanks);
  if (first == std::string::npos || cleaned[first] != '{') return parse_yaml(text);

  auto value = parse_json(cleaned);
  if (!value) return std::unexpected(std::move(value).error());
  YamlDocument document{std::move(*value), {}};
  // JSON is YAML in flow style, and the YAML reader knows where everything stands. What it does not take (pairs of
  // surrogate escapes) only costs the line numbers.
  if (auto marked = parse_yaml(cleaned)) document.marks = std::move(marked->marks);
  return document;
}

}  // namespace draas
