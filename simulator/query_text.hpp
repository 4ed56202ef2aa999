#pragma once
// The queries that the simulator evaluates: `MATCH (n:Label) [WHERE ...] RETURN ...` over one node, in Cypher or GQL,
// with comparisons, AND/OR/NOT, IN, IS [NOT] NULL, string predicates, arithmetic, and count, sum, avg, min and max.
// Anything else that the grammar accepts yields nothing.

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace draas::simulator {

struct Expression {
  enum class Kind {
    Literal,
    Node,      // the matched node itself
    Property,  // text: the path below the node
    Unary,     // text: NOT, -
    Binary,    // text: OR, AND, =, <>, <, <=, >, >=, IN, STARTS WITH, ENDS WITH, CONTAINS, +, -, *, /, %
    IsNull,
    IsNotNull,
    List,
    Aggregate,  // text: count, sum, avg, min, max
  };
  Kind kind = Kind::Literal;
  std::string text;
  Json literal;
  std::vector<Expression> operands;
};

struct ReturnItem {
  Expression expression;
  std::string name;
};

struct ParsedQuery {
  bool supported = true;  // false: well-formed, but outside of what is evaluated
  std::string reason;     // why not
  std::string variable;
  std::vector<std::string> labels;  // any of them; empty: every node
  std::vector<Expression> filters;  // all must hold
  std::vector<ReturnItem> items;

  bool aggregates() const;
};

// The error is the text of the server's parser: `parser error: error at 1:1: expected one of "MATCH", ...`.
std::expected<ParsedQuery, std::string> parse_query(std::string_view text, std::string_view language);

}  // namespace draas::simulator
