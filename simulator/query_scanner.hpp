#pragma once
// What the grammars of query texts have in common below their rules: words, blanks, names, numbers and texts, and the
// memory of what would have fitted where nothing did.

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace draas::simulator {

// Rules take a place in the text and return where they ended.
class QueryScanner {
 public:
  // Where a rule ended, or nothing when it does not match.
  using Match = std::optional<std::size_t>;

  // The text must outlive the scanner.
  explicit QueryScanner(std::string_view text) : text_(text) {}

 protected:
  // Why a text of which the grammar has matched this much is refused; nothing when that is all of it.
  std::optional<std::string> fault_after(Match end);

  // The furthest place at which something was missed, with all that would have fitted there.
  Match miss(std::size_t at, const std::string& what);

  static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text() const { return text_; }
  bool at_end(std::size_t at) const { return at >= text_.size(); }

  Match literal(std::size_t at, std::string_view text);
  // Upper or lower case, but no mixture.
  Match word(std::size_t at, std::string_view upper);
  // `_*`
  std::size_t blanks(std::size_t at) const;
  // `__*`: a carriage return is no space.
  std::size_t gaps(std::size_t at) const;
  // `__+`, `_+`
  Match gap(std::size_t at) const;
  Match blank(std::size_t at) const;

  Match identifier(std::size_t at);
  Match function_name(std::size_t at);
  Match digits(std::size_t at);
  Match number(std::size_t at, bool real);
  Match quoted_text(std::size_t at);
  Match value(std::size_t at);

  // One or more of `rule`, with `separator` between; the end of the last that matched.
  template <class Rule, class Separator>
  Match some(std::size_t at, Rule rule, Separator separator) {
    Match end = rule(at);
    while (end) {
      Match next = separator(*end);
      if (next) next = rule(*next);
      if (!next) return end;
      end = next;
    }
    return std::nullopt;
  }
  template <class Rule>
  Match listed(std::size_t at, Rule rule) {
    return some(at, rule, [this](std::size_t here) -> Match {
      auto comma = literal(gaps(here), ",");
      return comma ? Match(gaps(*comma)) : std::nullopt;
    });
  }
  template <class Rule>
  Match spaced(std::size_t at, Rule rule) {
    return some(at, rule, [this](std::size_t here) { return gap(here); });
  }

 private:
  std::string place() const;

  std::string_view text_;
  std::size_t furthest_ = 0;
  std::set<std::string> expected_;
};

}  // namespace draas::simulator
