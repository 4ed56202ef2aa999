#include "cli/json_path.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace draas::cli {
namespace {

using Step = JsonPathTemplate::Step;
using Kind = Step::Kind;

constexpr std::size_t kMaxSteps = 100;

// Reads one expression.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  Result<std::vector<Step>> read() {
    take('$') || take('@');
    std::vector<Step> steps;
    while (at_ < text_.size()) {
      if (steps.size() > kMaxSteps) return bad("an expression with fewer steps");
      auto step = read_step(steps.empty());
      if (!step) return std::unexpected(std::move(step.error()));
      if (*step) steps.push_back(std::move(**step));
    }
    return steps;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  std::unexpected<Error> bad(const std::string& expected) const {
    return fail(ErrorCode::InvalidArgument, "jsonpath: at character " + std::to_string(at_ + 1) + " of '" +
                                                std::string(text_) + "': expected " + expected);
  }

  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view(".[]()= !<>'\"{}").find(text_[at_]) == std::string_view::npos) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  // A lone "." at the beginning is the root.
  Result<std::optional<Step>> read_step(bool first) {
    if (take("..")) {
      Step step{.kind = Kind::Descend};
      if (!take('*') && at_ < text_.size() && text_[at_] != '[') step.name = word();
      return step;
    }
    if (take('[')) return read_bracket();
    const bool dot = take('.');
    if (!dot && !first) return bad("'.' or '['");
    if (dot && first && (at_ == text_.size() || text_[at_] == '[')) return std::nullopt;
    if (take('*')) return Step{.kind = Kind::Wildcard};
    Step step{.name = word()};
    if (step.name.empty()) return bad("a name");
    return step;
  }

  std::optional<long> number() {
    const std::size_t begin = at_;
    take('-');
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const std::string digits(text_.substr(begin, at_ - begin));
    constexpr std::size_t kMaxDigits = 9;
    if (digits.empty() || digits == "-" || digits.size() > kMaxDigits) return std::nullopt;
    return std::stol(digits);
  }

  std::optional<std::string> quoted() {
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string inner(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return inner;
  }

  Result<std::optional<Step>> read_bracket() {
    if (take("?(")) return read_filter();
    Step step;
    if (take('*')) {
      step.kind = Kind::Wildcard;
    } else if (auto name = quoted()) {
      step.name = std::move(*name);
    } else {
      const auto first = number();
      if (take(':')) {
        step.kind = Kind::Slice;
        step.first = first.value_or(0);
        const auto last = number();
        step.last = last.value_or(0);
        step.open_end = !last;
      } else if (first) {
        step.kind = Kind::Index;
        step.first = *first;
      } else {
        return bad("a number, a quoted name, '*' or a filter such as ?(@.status==\"Running\")");
      }
    }
    if (!take(']')) return bad("']'");
    return step;
  }

  Result<std::optional<Step>> read_filter() {
    Step step{.kind = Kind::Filter};
    skip_blanks();
    if (!take('@')) return bad("'@'");
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view("=!<>) ").find(text_[at_]) == std::string_view::npos) ++at_;
    PathReader operand(text_.substr(begin, at_ - begin));
    auto steps = operand.read();
    if (!steps) return std::unexpected(std::move(steps.error()));
    step.operand = std::move(*steps);
    skip_blanks();
    for (const std::string_view comparison : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (step.comparison.empty() && take(comparison)) step.comparison = comparison;
    }
    if (!step.comparison.empty()) {
      skip_blanks();
      if (auto text = quoted()) {
        step.literal = std::move(*text);
      } else {
        auto value = parse_json(word_with_point());
        if (!value) return bad("a number, true, false, null or a quoted text");
        step.literal = std::move(*value);
      }
      skip_blanks();
    }
    if (!take(")]")) return bad("')]'");
    return step;
  }

  std::string word_with_point() {
    std::string out = word();
    if (take('.')) out += "." + word();
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

using Values = std::vector<const Json*>;

void descend(const Json& value, const std::string& name, Values& out) {
  if (name.empty()) out.push_back(&value);
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) {
    if (value.is_object() && key == name) out.push_back(&member);
    descend(member, name, out);
  }
}

Values follow(Values values, const std::vector<Step>& steps);

bool passes(const Json& value, const Step& filter) {
  const Values found = follow({&value}, filter.operand);
  if (filter.comparison.empty()) return !found.empty();
  for (const Json* candidate : found) {
    const bool comparable = (candidate->is_number() && filter.literal.is_number()) ||
                            (candidate->is_string() && filter.literal.is_string());
    const bool equal = json_equal(*candidate, filter.literal);
    const bool less = comparable && *candidate < filter.literal;
    const std::string& op = filter.comparison;
    if ((op == "==" && equal) || (op == "!=" && !equal) || (op == "<" && less) || (op == "<=" && (less || equal)) ||
        (op == ">" && comparable && !less && !equal) || (op == ">=" && comparable && !less)) {
      return true;
    }
  }
  return false;
}

void follow_one(const Json& value, const Step& step, Values& out) {
  const long size = value.is_array() ? static_cast<long>(value.size()) : 0;
  const auto from_end = [size](long at) { return at < 0 ? at + size : at; };
  switch (step.kind) {
    case Kind::Member:
      if (value.is_object() && value.contains(step.name)) out.push_back(&value.at(step.name));
      break;
    case Kind::Wildcard:
      if (value.is_structured()) {
        for (const auto& member : value.items()) out.push_back(&member.value());
      }
      break;
    case Kind::Descend:
      descend(value, step.name, out);
      break;
    case Kind::Index: {
      const long at = from_end(step.first);
      if (at >= 0 && at < size) out.push_back(&value[static_cast<std::size_t>(at)]);
      break;
    }
    case Kind::Slice: {
      const long last = step.open_end ? size : std::min(from_end(step.last), size);
      for (long at = std::max(from_end(step.first), 0L); at < last; ++at) {
        out.push_back(&value[static_cast<std::size_t>(at)]);
      }
      break;
    }
    case Kind::Filter:
      if (value.is_structured()) {
        for (const auto& member : value.items()) {
          if (passes(member.value(), step)) out.push_back(&member.value());
        }
      }
      break;
  }
}

Values follow(Values values, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    Values next;
    for (const Json* value : values) follow_one(*value, step, next);
    values = std::move(next);
  }
  return values;
}

// \n and \t as people write them in templates.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 't')) {
      out += text[++i] == 'n' ? '\n' : '\t';
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<JsonPathTemplate> JsonPathTemplate::parse(std::string_view text) {
  JsonPathTemplate whole;
  const auto add_path = [&](std::string_view expression) -> Status {
    auto steps = PathReader(expression).read();
    if (!steps) return std::unexpected(std::move(steps.error()));
    whole.parts_.push_back({.steps = std::move(*steps), .is_path = true});
    return {};
  };
  if (text.find('{') == std::string_view::npos) {
    if (text.empty()) return fail(ErrorCode::InvalidArgument, "jsonpath: an expression is missing, such as {.status}");
    if (Status added = add_path(text); !added) return std::unexpected(std::move(added.error()));
    return whole;
  }
  while (!text.empty()) {
    const std::size_t brace = text.find('{');
    if (brace > 0) {
      whole.parts_.push_back({.text = unescaped(text.substr(0, brace))});
      text = brace == std::string_view::npos ? std::string_view() : text.substr(brace);
      continue;
    }
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) return fail(ErrorCode::InvalidArgument, "jsonpath: a '{' without '}'");
    const std::string_view inner = text.substr(1, end - 1);
    text = text.substr(end + 1);
    if (inner.size() >= 2 && inner.front() == '"' && inner.back() == '"') {
      whole.parts_.push_back({.text = unescaped(inner.substr(1, inner.size() - 2))});
    } else if (Status added = add_path(inner); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return whole;
}

std::string JsonPathTemplate::evaluate(const Json& root) const {
  std::string out;
  for (const Part& part : parts_) {
    if (!part.is_path) {
      out += part.text;
      continue;
    }
    bool first = true;
    for (const Json* value : follow({&root}, part.steps)) {
      if (!first) out += ' ';
      first = false;
      out += value->is_string() ? value->get<std::string>() : to_text(*value);
    }
  }
  return out;
}

}  // namespace draas::cli
