#include "core/instances/selector.hpp"

#include <algorithm>
#include <cctype>

namespace draas::core {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
}

// A cursor over the selector's text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool done() {
    skip_blanks();
    return at_ == text_.size();
  }
  bool take(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  std::string name() {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  // A value reaches to the next separator; values may hold anything else.
  std::string value() {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')') ++at_;
    std::size_t end = at_;
    while (end > begin && std::isspace(static_cast<unsigned char>(text_[end - 1])) != 0) --end;
    return std::string(text_.substr(begin, end - begin));
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with(word) || (rest.size() > word.size() && is_name_character(rest[word.size()]))) return false;
    at_ += word.size();
    return true;
  }
  std::size_t position() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Selector> Selector::parse(std::string_view text) {
  Selector selector;
  Scanner scanner(text);
  auto malformed = [&](std::string_view expected) {
    const std::string message = "at position " + std::to_string(scanner.position() + 1) + ": " + std::string(expected) +
                                " expected; write for example env=prod,tier in (web,api),!legacy";
    return fail(ErrorCode::InvalidArgument, "selector " + message, {{"/selector", message}});
  };
  while (!scanner.done()) {
    Term term;
    const bool negated = scanner.take("!");
    term.name = scanner.name();
    if (term.name.empty()) return malformed("a label name");
    if (negated) {
      term.kind = Term::Kind::Absent;
    } else if (scanner.take("!=")) {
      term.kind = Term::Kind::NotIn;
      term.values.push_back(scanner.value());
    } else if (scanner.take("==") || scanner.take("=")) {
      term.kind = Term::Kind::In;
      term.values.push_back(scanner.value());
    } else if (const bool in = scanner.take_word("in"); in || scanner.take_word("notin")) {
      term.kind = in ? Term::Kind::In : Term::Kind::NotIn;
      if (!scanner.take("(")) return malformed("'('");
      do {
        term.values.push_back(scanner.value());
      } while (scanner.take(","));
      if (!scanner.take(")")) return malformed("')'");
    }
    selector.terms_.push_back(std::move(term));
    if (scanner.done()) break;
    if (!scanner.take(",")) return malformed("',' or an operator (=, !=, in, notin)");
    if (scanner.done()) return malformed("a label name");
  }
  return selector;
}

bool Selector::matches(const Metadata& metadata) const {
  return std::ranges::all_of(terms_, [&](const Term& term) {
    auto found = std::ranges::find(metadata, term.name, &Metadata::value_type::first);
    const bool present = found != metadata.end();
    switch (term.kind) {
      case Term::Kind::Exists:
        return present;
      case Term::Kind::Absent:
        return !present;
      case Term::Kind::In:
        return present && std::ranges::find(term.values, found->second) != term.values.end();
      case Term::Kind::NotIn:
        return !present || std::ranges::find(term.values, found->second) == term.values.end();
    }
    return false;
  });
}

}  // namespace draas::core
