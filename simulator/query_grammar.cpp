#include "simulator/query_grammar.hpp"

#include <cstddef>
#include <map>

#include "simulator/query_scanner.hpp"

namespace draas::simulator {

namespace {

constexpr int kDeepest = 400;  // nested expressions; the server gives up on its stack's end

class Grammar : private QueryScanner {
 public:
  Grammar(std::string_view text, bool gql) : QueryScanner(text), gql_(gql) {}

  std::optional<std::string> fault() { return fault_after(gql_ ? gql_query(0) : cypher_query(0)); }

 private:
  Match expressions(std::size_t at) {
    return listed(at, [this](std::size_t here) { return expression(here); });
  }

  // `{key: expression, ...}`
  Match property_map(std::size_t at) {
    auto begin = literal(at, "{");
    if (!begin) return std::nullopt;
    auto entries = listed(gaps(*begin), [this](std::size_t here) -> Match {
      auto key = identifier(here);
      auto colon = key ? literal(gaps(*key), ":") : std::nullopt;
      return colon ? expression(gaps(*colon)) : std::nullopt;
    });
    return entries ? literal(gaps(*entries), "}") : std::nullopt;
  }

  // Left-recursive: grown from what it was at the same place before.
  Match expression(std::size_t at) {
    if (auto known = expressions_.find(at); known != expressions_.end()) return known->second;
    if (depth_ >= kDeepest) return std::nullopt;
    ++depth_;
    expressions_[at] = std::nullopt;
    Match last;
    while (true) {
      Match end = climb(at, 0);
      if (!end || (last && *end <= *last)) break;
      expressions_[at] = last = end;
    }
    --depth_;
    return last;
  }

  // Operators of `level` and tighter ones.
  Match climb(std::size_t at, int level) {
    Match end = operand(at);
    while (end) {
      Match next = operation(*end, level);
      if (!next) break;
      end = next;
    }
    return end;
  }

  Match operand(std::size_t at) {
    if (auto end = word(at, "NOT")) {
      if (auto rest = climb(gaps(*end), 1)) return rest;
    }
    if (auto end = iterator(at)) return end;
    if (auto list = expression(at)) {
      if (auto open = literal(*list, "[")) {
        auto index = expression(*open);
        auto closed = index ? literal(*index, "]") : std::nullopt;
        if (closed) return closed;
      }
    }
    if (auto end = case_expression(at, true)) return end;
    if (auto end = case_expression(at, false)) return end;
    if (gql_) {
      if (auto end = cast(at)) return end;
    }
    if (auto end = call(at)) {
      if (auto point = literal(*end, ".")) {
        if (auto key = identifier(*point)) return key;
      }
      return end;
    }
    if (auto dollar = literal(at, "$")) {
      if (auto name = identifier(*dollar)) return name;
    }
    if (auto dots = literal(expression(at).value_or(at), "..")) return expression(*dots).value_or(*dots);
    if (auto end = value(at)) return end;
    if (auto end = identifier(at)) return end;
    if (auto open = literal(at, "(")) {
      auto inner = expression(gaps(*open));
      auto closed = inner ? literal(gaps(*inner), ")") : std::nullopt;
      if (closed) return closed;
    }
    if (auto end = property_map(at)) return end;
    auto open = literal(at, "[");
    if (!open) return std::nullopt;
    std::size_t begin = gaps(*open);
    return literal(gaps(expressions(begin).value_or(begin)), "]");
  }

  Match call(std::size_t at) {
    auto name = function_name(at);
    auto open = name ? literal(blanks(*name), "(") : std::nullopt;
    if (!open) return std::nullopt;
    std::size_t begin = gaps(*open);
    return literal(gaps(expressions(begin).value_or(begin)), ")");
  }

  Match cast(std::size_t at) {
    auto name = word(at, "CAST");
    auto open = name ? literal(blanks(*name), "(") : std::nullopt;
    auto inner = open ? expression(gaps(*open)) : std::nullopt;
    auto space = inner ? gap(*inner) : std::nullopt;
    auto as = space ? word(*space, "AS") : std::nullopt;
    auto second = as ? gap(*as) : std::nullopt;
    auto type = second ? identifier(*second) : std::nullopt;
    return type ? literal(gaps(*type), ")") : std::nullopt;
  }

  Match case_expression(std::size_t at, bool with_subject) {
    auto begin = word(at, "CASE");
    if (!begin) return std::nullopt;
    std::size_t here = gaps(*begin);
    if (with_subject) here = gaps(expression(here).value_or(here));
    bool any = false;
    while (auto end = branch(here)) {
      any = true;
      here = *end;
    }
    if (!any) return std::nullopt;
    here = gaps(here);
    if (auto other = word(here, "ELSE")) {
      auto space = gap(*other);
      auto inner = space ? expression(*space) : std::nullopt;
      auto after = inner ? gap(*inner) : std::nullopt;
      if (after) here = *after;
    }
    return word(gaps(here), "END");
  }

  Match branch(std::size_t at) {
    auto when = word(at, "WHEN");
    auto first = when ? gap(*when) : std::nullopt;
    auto condition = first ? expression(*first) : std::nullopt;
    auto second = condition ? gap(*condition) : std::nullopt;
    auto then = second ? word(*second, "THEN") : std::nullopt;
    auto third = then ? gap(*then) : std::nullopt;
    auto result = third ? expression(*third) : std::nullopt;
    return result ? gap(*result) : std::nullopt;
  }

  Match iterator(std::size_t at) {
    if (auto known = iterators_.find(at); known != iterators_.end()) return known->second;
    iterators_[at] = std::nullopt;
    Match end;
    if (auto open = literal(at, "[")) end = iteration(gaps(*open), "]");
    if (!end) end = iteration(at, "");
    return iterators_[at] = end;
  }

  // `item IN list [WHERE filter] [| map]`, the longest form that fits and has `close` behind it.
  Match iteration(std::size_t at, std::string_view close) {
    auto item = identifier(at);
    auto in = item ? word(gaps(*item), "IN") : std::nullopt;
    auto list = in ? expression(gaps(*in)) : std::nullopt;
    if (!list) return std::nullopt;
    auto finish = [&](std::size_t here) { return close.empty() ? Match(here) : literal(gaps(here), close); };
    auto map = [&](std::size_t here) -> Match {
      auto bar = literal(gaps(here), "|");
      auto inner = bar ? expression(gaps(*bar)) : std::nullopt;
      return inner ? finish(*inner) : std::nullopt;
    };
    Match filter;
    if (auto where = word(gaps(*list), "WHERE")) filter = expression(gaps(*where));
    if (filter) {
      if (auto end = map(*filter)) return end;
    }
    if (auto end = map(*list)) return end;
    if (filter) {
      if (auto end = finish(*filter)) return end;
    }
    return finish(*list);
  }

  // One operator behind an operand, with its right side.
  Match operation(std::size_t at, int level) {
    auto right = [&](Match sign, int tighter) -> Match { return sign ? climb(gaps(*sign), tighter) : std::nullopt; };
    std::size_t next = gaps(at);
    if (level <= 0) {
      for (const char* name : {"AND", "OR"}) {
        if (auto end = right(word(next, name), 1)) return end;
      }
    }
    if (level <= 3) {
      if (auto end = right(word(next, "IN"), 4)) return end;
      for (const char* sign : {"=", "<>", "!=", "<", "<=", ">", ">="}) {
        if (auto end = right(literal(next, sign), 4)) return end;
      }
      if (auto space = gap(at)) {
        for (const char* name : {"STARTS", "ENDS"}) {
          auto first = word(*space, name);
          auto between = first ? gap(*first) : std::nullopt;
          auto with = between ? word(*between, "WITH") : std::nullopt;
          auto after = with ? gap(*with) : std::nullopt;
          if (after) {
            if (auto end = climb(*after, 4)) return end;
          }
        }
        auto contains = word(*space, "CONTAINS");
        auto after = contains ? gap(*contains) : std::nullopt;
        if (after) {
          if (auto end = climb(*after, 4)) return end;
        }
      }
    }
    for (const auto& [own, signs] : {std::pair{4, "+-"}, std::pair{5, "*/"}, std::pair{6, "%^"}}) {
      if (level > own) continue;
      for (std::string_view rest = signs; !rest.empty(); rest.remove_prefix(1)) {
        if (auto end = right(literal(next, rest.substr(0, 1)), own + 1)) return end;
      }
    }
    if (level <= 7) {
      if (auto point = literal(at, ".")) {
        if (auto key = identifier(*point)) return key;
      }
    }
    auto space = gap(at);
    auto is = space ? word(*space, "IS") : std::nullopt;
    auto after = is ? blank(*is) : std::nullopt;
    if (!after) return std::nullopt;
    if (auto end = word(*after, "NULL")) return end;
    auto negation = word(*after, "NOT");
    auto last = negation ? blank(*negation) : std::nullopt;
    return last ? word(*last, "NULL") : std::nullopt;
  }

  Match element(std::size_t at) {
    std::size_t here = identifier(at).value_or(at);
    if (auto colon = literal(here, ":")) {
      auto labels = some(
          *colon, [this](std::size_t label) { return identifier(label); },
          [this](std::size_t bar) { return literal(bar, "|"); });
      here = labels.value_or(*colon);
    }
    here = blanks(here);
    if (auto end = property_map(here)) return end;
    return spaced(here, [this](std::size_t clause) { return where(clause); }).value_or(here);
  }

  Match node(std::size_t at) {
    if (auto open = literal(at, "(")) {
      auto inner = element(blanks(*open));
      auto closed = inner ? literal(blanks(*inner), ")") : std::nullopt;
      if (closed) return closed;
    }
    return miss(at, "node match pattern, e.g. '()', '( a:PERSON )', '(b)', '(a : OTHER_THING)'");
  }

  Match variable_length(std::size_t at) {
    if (at_end(at) || text()[at] != '*') {
      return miss(at, "variable length match pattern, e.g. '*', '*2', '*..3'");
    }
    std::size_t end = at + 1;
    auto count = [&](std::size_t here) {
      while (!at_end(here) && digit(text()[here])) ++here;
      return here;
    };
    end = count(end);
    if (text().substr(end).starts_with("..") && count(end + 2) > end + 2) end = count(end + 2);
    return end;
  }

  Match relation(std::size_t at) {
    for (const auto& [begin, close] : {std::pair{"-[", "]->"}, std::pair{"-[", "]-"}, std::pair{"<-[", "]-"}}) {
      auto open = literal(at, begin);
      auto inner = open ? element(blanks(*open)) : std::nullopt;
      if (!inner) continue;
      std::size_t here = blanks(*inner);
      if (auto end = literal(blanks(variable_length(here).value_or(here)), close)) return end;
    }
    for (const char* arrow : {"<-", "->", "-"}) {
      if (auto end = literal(at, arrow)) return end;
    }
    return miss(at, "relation match pattern, e.g. '-', '<-', '-[ name:KIND ]-', '<-[name]-'");
  }

  Match path(std::size_t at) {
    Match end = node(at);
    while (end) {
      auto link = relation(gaps(*end));
      auto next = link ? node(gaps(*link)) : std::nullopt;
      if (!next) break;
      end = next;
    }
    return end;
  }

  Match match_clause(std::size_t at) {
    auto paths = [this](Match keyword) -> Match {
      auto space = keyword ? gap(*keyword) : std::nullopt;
      return space ? listed(*space, [this](std::size_t here) { return path(here); }) : std::nullopt;
    };
    if (auto end = paths(word(at, "MATCH"))) return end;
    auto optional = word(at, "OPTIONAL");
    auto space = optional ? gap(*optional) : std::nullopt;
    return space ? paths(word(*space, "MATCH")) : std::nullopt;
  }

  // A keyword, a space, and what follows.
  template <class Rule>
  Match clause(std::size_t at, std::string_view keyword, Rule rule) {
    auto begin = word(at, keyword);
    auto space = begin ? gap(*begin) : std::nullopt;
    return space ? rule(*space) : std::nullopt;
  }
  Match where(std::size_t at) {
    return clause(at, "WHERE", [this](std::size_t here) { return expression(here); });
  }
  Match projection(std::size_t at, std::string_view keyword) {
    return clause(at, keyword, [this](std::size_t list) {
      return listed(list, [this](std::size_t here) -> Match {
        auto end = expression(here);
        auto as = end ? word(blanks(*end), "AS") : std::nullopt;
        auto alias = as ? identifier(blanks(*as)) : std::nullopt;
        return alias ? alias : end;
      });
    });
  }

  Match set_clause(std::size_t at) {
    return clause(at, "SET", [this](std::size_t here) -> Match {
      auto name = identifier(here);
      if (!name) {
        auto dollar = literal(here, "$");
        name = dollar ? identifier(*dollar) : std::nullopt;
      }
      auto point = name ? literal(*name, ".") : std::nullopt;
      auto key = point ? identifier(*point) : std::nullopt;
      auto sign = key ? literal(blanks(*key), "=") : std::nullopt;
      return sign ? expression(blanks(*sign)) : std::nullopt;
    });
  }
  Match delete_clause(std::size_t at) {
    return clause(at, "DELETE", [this](std::size_t here) { return identifier(here); });
  }

  Match cypher_part(std::size_t at) {
    std::size_t here = at;
    auto any = [&](auto rule) {
      here = gaps(here);
      here = spaced(here, rule).value_or(here);
    };
    any([this](std::size_t clause) { return match_clause(clause); });
    any([this](std::size_t clause) { return where(clause); });
    any([this](std::size_t clause) { return set_clause(clause); });
    any([this](std::size_t clause) { return delete_clause(clause); });
    if (auto end = projection(here, "WITH")) return end;
    return projection(here, "RETURN");
  }
  Match cypher_query(std::size_t at) {
    Match end = cypher_part(gaps(at));
    while (end) {
      Match next = cypher_part(*end);
      if (!next) return gaps(*end);
      end = next;
    }
    return std::nullopt;
  }

  Match statement(std::size_t at) {
    std::size_t here = gaps(at);
    auto assignments = [this](std::size_t list, auto rule) { return Match(gaps(listed(list, rule).value_or(list))); };
    auto let = clause(here, "LET", [&](std::size_t list) {
      return assignments(list, [this](std::size_t item) -> Match {
        auto name = identifier(item);
        auto sign = name ? literal(gaps(*name), "=") : std::nullopt;
        return sign ? expression(gaps(*sign)) : std::nullopt;
      });
    });
    if (let) return let;
    auto yield = clause(here, "YIELD", [&](std::size_t list) {
      return assignments(list, [this](std::size_t item) -> Match {
        auto end = expression(item);
        auto as = end ? word(gaps(*end), "AS") : std::nullopt;
        auto alias = as ? identifier(gaps(*as)) : std::nullopt;
        return alias ? alias : end;
      });
    });
    if (yield) return yield;
    return clause(here, "FILTER", [this](std::size_t item) { return expression(item); });
  }
  Match group_by(std::size_t at) {
    return clause(at, "GROUP", [this](std::size_t by) {
      return clause(by, "BY", [this](std::size_t keys) -> Match {
        if (auto open = literal(keys, "(")) {
          if (auto closed = literal(gaps(*open), ")")) return closed;
        }
        return expressions(keys);
      });
    });
  }
  // Statements, RETURN and GROUP BY.
  Match tail(std::size_t at) {
    std::size_t here = at;
    while (auto end = statement(here)) here = gaps(*end);
    auto end = projection(gaps(here), "RETURN");
    if (!end) return std::nullopt;
    here = gaps(*end);
    return gaps(group_by(here).value_or(here));
  }
  Match gql_query(std::size_t at) {
    std::size_t here = gaps(at);
    auto matches = spaced(here, [this](std::size_t first) -> Match {
      auto end = spaced(first, [this](std::size_t clause) { return match_clause(clause); });
      if (!end) return std::nullopt;
      std::size_t after = gaps(*end);
      return where(after).value_or(after);
    });
    Match end = tail(matches.value_or(here));
    while (end) {
      auto next = word(gaps(*end), "NEXT");
      auto segment = next ? tail(gaps(*next)) : std::nullopt;
      if (!segment) return gaps(*end);
      end = segment;
    }
    return std::nullopt;
  }

  bool gql_;
  std::map<std::size_t, Match> expressions_;
  std::map<std::size_t, Match> iterators_;
  int depth_ = 0;
};

}  // namespace

std::optional<std::string> grammar_fault(std::string_view text, std::string_view language) {
  return Grammar(text, language == "GQL").fault();
}

}  // namespace draas::simulator
