// Reading of query texts and templates, as far as validation needs it.
#include <algorithm>
#include <cctype>

#include "drasi/aliases.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The end of the string, name or comment that begins at `at`, or `at` when none does.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    for (std::size_t end = at + 1; end < text.size(); ++end) {
      if (text[end] == '\\' && c != '`') {
        ++end;
      } else if (text[end] == c) {
        return end + 1;
      }
    }
    return text.size();
  }
  if (text.substr(at, 2) == "//" || text.substr(at, 2) == "--") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) == "/*") {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  return at;
}

// Lower-case words outside of strings, quoted names and comments; other characters stand for themselves.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result;
  for (std::size_t at = 0; at < text.size();) {
    // `--` also joins two nodes in a pattern: `(a)--(b)`.
    const bool pattern = text[at] == '-' && at > 0 && (text[at - 1] == ')' || text[at - 1] == '<');
    const std::size_t end = pattern ? at : skip_quoted(text, at);
    if (end > at) {
      at = end;
    } else if (is_word_character(text[at])) {
      std::size_t stop = at;
      while (stop < text.size() && is_word_character(text[stop])) ++stop;
      result.push_back(to_lower(text.substr(at, stop - at)));
      at = stop;
    } else {
      if (std::isspace(static_cast<unsigned char>(text[at])) == 0) result.emplace_back(1, text[at]);
      ++at;
    }
  }
  return result;
}

bool is_number(const std::string& word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

// Where the tag that begins at `open` ends (behind its braces), or npos.
struct Tag {
  std::string_view content;
  std::size_t end = std::string_view::npos;
};

Tag read_tag(std::string_view text, std::size_t open) {
  std::string_view opening = "{{";
  std::string_view closing = "}}";
  if (text.substr(open, 5) == "{{!--" || text.substr(open, 6) == "{{~!--") {
    opening = text.substr(open, text[open + 2] == '~' ? 6 : 5);
    closing = "--";
  } else if (text.substr(open, 3) == "{{{") {
    opening = "{{{";
    closing = "}}}";
  }
  const std::size_t begin = open + opening.size();
  std::size_t end = text.find(closing, begin);
  if (end == std::string_view::npos) return {};
  Tag tag{text.substr(begin, end - begin), end + closing.size()};
  if (closing == "--") {
    end = text.find("}}", end);
    if (end == std::string_view::npos) return {};
    tag = {"!", end + 2};
  }
  return tag;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (std::isspace(static_cast<unsigned char>(text.front())) != 0 || text.front() == '~')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (std::isspace(static_cast<unsigned char>(text.back())) != 0 || text.back() == '~')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string first_word(std::string_view text) {
  text = trim(text);
  return std::string(text.substr(0, text.find_first_of(" \t\r\n|")));
}

}  // namespace

std::vector<std::string> unsupported_clauses(std::string_view query) {
  const std::vector<std::string> all = words(query);
  std::vector<std::string> found;
  const auto add = [&found](const char* clause) {
    if (std::ranges::find(found, clause) == found.end()) found.emplace_back(clause);
  };
  for (std::size_t at = 0; at + 1 < all.size(); ++at) {
    if (all[at] == "order" && all[at + 1] == "by") add("ORDER BY");
    if (all[at] == "limit" && (is_number(all[at + 1]) || all[at + 1] == "$")) add("LIMIT");
    if (all[at] == "top" && is_number(all[at + 1])) add("TOP");
  }
  return found;
}

// drasi-server compiles these templates with a full Handlebars engine. This finds what users get wrong (a tag that is
// not closed, an empty tag, blocks that do not match) and lets everything else pass.
std::string template_fault(std::string_view text) {
  std::vector<std::string> blocks;
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    if (text.substr(at, 4) == "{{{{") return "";
    if (at > 0 && text[at - 1] == '\\') {
      at += 2;
      continue;
    }
    const Tag tag = read_tag(text, at);
    if (tag.end == std::string_view::npos) return "a '{{' is not closed";
    at = tag.end;
    const std::string_view content = trim(tag.content);
    if (content.empty()) return "an empty '{{}}'";
    if (content.front() == '#') {
      std::string name = first_word(content.substr(1));
      if (!name.empty() && (name.front() == '*' || name.front() == '>')) name = first_word(name.substr(1));
      blocks.push_back(name);
    } else if (content.front() == '/') {
      const std::string name = first_word(content.substr(1));
      if (blocks.empty()) return "'{{/" + name + "}}' closes a block that was not opened";
      if (blocks.back() != name) return "'{{/" + name + "}}' stands where '{{/" + blocks.back() + "}}' is due";
      blocks.pop_back();
    }
  }
  return blocks.empty() ? "" : "the block '{{#" + blocks.back() + "}}' is not closed";
}

}  // namespace draas::drasi
