#pragma once
// JSONPath templates as kubectl has them: text with expressions in braces, `{.id}{"\t"}{.metadata.team}`; without
// braces the whole is one expression. The root is what `-o json` prints.
//
//   .name ['name'] .* [*]  members          [0] [-1] [1:3]  elements
//   ..name                 at any depth     [?(@.status=="Running")]  filter: == != < <= > >= or existence

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::cli {

class JsonPathTemplate {
 public:
  // InvalidArgument with the place and what was expected there.
  static Result<JsonPathTemplate> parse(std::string_view text);

  // Texts stand for themselves, other values as JSON; several values of one expression are separated by blanks.
  std::string evaluate(const Json& root) const;

  struct Step {
    enum class Kind { Member, Wildcard, Descend, Index, Slice, Filter };
    Kind kind = Kind::Member;
    std::string name;           // Member; Descend: "" = everything
    long first = 0;             // Index, Slice
    long last = 0;              // Slice; behind the last
    bool open_end = false;      // Slice
    std::vector<Step> operand;  // Filter: path from @
    std::string comparison;     // Filter; "" = exists
    Json literal;               // Filter
  };

 private:
  struct Part {
    std::string text;  // literal, when there are no steps
    std::vector<Step> steps;
    bool is_path = false;
  };
  std::vector<Part> parts_;
};

}  // namespace draas::cli
