#pragma once
// A continuous query over graph nodes: takes changes, keeps the result set, tells what each change did to it. Pure: no
// clock, no I/O.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "simulator/query_text.hpp"

namespace draas::simulator {

struct GraphChange {
  enum class Operation { Insert, Update, Delete };
  Operation operation = Operation::Insert;
  std::string element_id;
  std::vector<std::string> labels;
  Json properties = Json::object();
  bool relation = false;
};

class ContinuousQuery {
 public:
  explicit ContinuousQuery(ParsedQuery query) : query_(std::move(query)) {}

  // Result differences: `{type: ADD|UPDATE|DELETE|aggregation, ...}`. Empty when the change made none. An update of an
  // unknown element counts as an insert and keeps properties that it does not name.
  std::vector<Json> apply(const std::string& source_id, const GraphChange& change);
  // Forgets what it knows of the graph, as a query does that is stopped and started. The results stay until a change
  // touches them; an element that comes again counts as new.
  void restart();
  Json results() const;
  const ParsedQuery& query() const { return query_; }

 private:
  struct Element {
    std::vector<std::string> labels;
    Json properties;
  };
  struct Accumulator {
    std::int64_t count = 0;
    std::map<std::string, std::pair<Json, std::int64_t>> values;  // by serialised value: value and multiplicity
  };
  struct Group {
    Json row = Json::object();
    std::vector<Accumulator> accumulators;  // one per aggregate, in order of appearance
    std::uint64_t signature = 0;
    bool known = true;  // false: left from before a restart
  };
  struct Row {
    std::string key;
    Json values;
    bool known = true;
  };

  bool matches(const Element& element) const;
  Json row_of(const Element& element) const;
  std::vector<Json> apply_rows(const std::string& key, std::optional<Json> after);
  std::vector<Json> apply_groups(const std::optional<Element>& before, const std::optional<Element>& after);
  void account(Group& group, const Element& element, int sign) const;
  Json group_row(const Group& group, const Json& keys) const;

  ParsedQuery query_;
  std::map<std::string, Element> elements_;
  std::vector<Row> rows_;
  std::vector<std::pair<Json, Group>> groups_;  // by grouping keys
};

// Evaluates an expression without aggregates.
Json evaluate(const Expression& expression, const Json& properties);

}  // namespace draas::simulator
