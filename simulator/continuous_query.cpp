#include "simulator/continuous_query.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace draas::simulator {

namespace {

std::uint64_t signature_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

// -1, 0, 1, or nothing when the two cannot be compared.
std::optional<int> compare(const Json& left, const Json& right) {
  auto order = [](const auto& a, const auto& b) { return a < b ? -1 : (b < a ? 1 : 0); };
  if (left.is_number() && right.is_number()) {
    if (left.is_number_integer() && right.is_number_integer()) {
      return order(left.get<std::int64_t>(), right.get<std::int64_t>());
    }
    return order(left.get<double>(), right.get<double>());
  }
  if (left.is_string() && right.is_string()) {
    return order(left.get_ref<const std::string&>(), right.get_ref<const std::string&>());
  }
  if (left.is_boolean() && right.is_boolean()) return order(left.get<bool>(), right.get<bool>());
  return std::nullopt;
}

bool equal(const Json& left, const Json& right) {
  auto order = compare(left, right);
  return order ? *order == 0 : left == right;
}

template <class Number>
Json calculate(char sign, Number left, Number right) {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right == 0 ? Json(nullptr) : Json(left / right);
    default:
      if constexpr (std::is_floating_point_v<Number>) {
        return std::fmod(left, right);
      } else {
        return right == 0 ? Json(nullptr) : Json(left % right);
      }
  }
}

Json arithmetic(char sign, const Json& left, const Json& right) {
  if (sign == '+' && left.is_string() && right.is_string()) return left.get<std::string>() + right.get<std::string>();
  if (!left.is_number() || !right.is_number()) return nullptr;
  if (left.is_number_integer() && right.is_number_integer()) {
    return calculate(sign, left.get<std::int64_t>(), right.get<std::int64_t>());
  }
  return calculate(sign, left.get<double>(), right.get<double>());
}

Json logical(const std::string& sign, const Json& left, const Json& right) {
  auto truth = [](const Json& value) { return value.is_boolean() && value.get<bool>(); };
  if (sign == "AND") return truth(left) && truth(right);
  return truth(left) || truth(right);
}

Json textual(const std::string& sign, const Json& left, const Json& right) {
  if (!left.is_string() || !right.is_string()) return nullptr;
  const auto& text = left.get_ref<const std::string&>();
  const auto& part = right.get_ref<const std::string&>();
  if (sign == "CONTAINS") return text.find(part) != std::string::npos;
  return sign == "STARTS WITH" ? text.starts_with(part) : text.ends_with(part);
}

Json binary_value(const std::string& sign, const Json& left, const Json& right) {
  if (sign == "AND" || sign == "OR") return logical(sign, left, right);
  if (sign == "CONTAINS" || sign == "STARTS WITH" || sign == "ENDS WITH") return textual(sign, left, right);
  if (sign == "IN") {
    if (!right.is_array()) return nullptr;
    return std::any_of(right.begin(), right.end(), [&](const Json& item) { return equal(left, item); });
  }
  if (sign == "+" || sign == "-" || sign == "*" || sign == "/" || sign == "%") {
    return arithmetic(sign.front(), left, right);
  }
  if (left.is_null() || right.is_null()) return nullptr;
  if (sign == "=") return equal(left, right);
  if (sign == "<>") return !equal(left, right);
  auto order = compare(left, right);
  if (!order) return nullptr;
  if (sign == "<") return *order < 0;
  if (sign == "<=") return *order <= 0;
  if (sign == ">") return *order > 0;
  return *order >= 0;
}

Json property_value(const Json& properties, std::string_view path) {
  const Json* value = &properties;
  while (!path.empty()) {
    auto dot = path.find('.');
    auto found = value->is_object() ? value->find(std::string(path.substr(0, dot))) : value->end();
    if (found == value->end()) return nullptr;
    value = &*found;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return *value;
}

void collect_aggregates(const Expression& expression, std::vector<const Expression*>& out) {
  if (expression.kind == Expression::Kind::Aggregate) {
    out.push_back(&expression);
    return;
  }
  for (const Expression& operand : expression.operands) collect_aggregates(operand, out);
}

std::vector<const Expression*> aggregates_of(const ParsedQuery& query) {
  std::vector<const Expression*> out;
  for (const ReturnItem& item : query.items) collect_aggregates(item.expression, out);
  return out;
}

bool aggregate_item(const ReturnItem& item) {
  std::vector<const Expression*> found;
  collect_aggregates(item.expression, found);
  return !found.empty();
}

}  // namespace

Json evaluate(const Expression& expression, const Json& properties) {
  using Kind = Expression::Kind;
  switch (expression.kind) {
    case Kind::Literal:
      return expression.literal;
    case Kind::Node:
      return properties;
    case Kind::Property:
      return property_value(properties, expression.text);
    case Kind::IsNull:
      return evaluate(expression.operands[0], properties).is_null();
    case Kind::IsNotNull:
      return !evaluate(expression.operands[0], properties).is_null();
    case Kind::List: {
      Json out = Json::array();
      for (const Expression& operand : expression.operands) out.push_back(evaluate(operand, properties));
      return out;
    }
    case Kind::Unary: {
      Json value = evaluate(expression.operands[0], properties);
      if (expression.text == "NOT") return value.is_boolean() ? Json(!value.get<bool>()) : Json(nullptr);
      return arithmetic('-', value.is_number_integer() ? Json(std::int64_t{0}) : Json(0.0), value);
    }
    case Kind::Binary:
      return binary_value(expression.text, evaluate(expression.operands[0], properties),
                          evaluate(expression.operands[1], properties));
    case Kind::Aggregate:
      return nullptr;
  }
  return nullptr;
}

bool ContinuousQuery::matches(const Element& element) const {
  if (!query_.labels.empty()) {
    bool labelled = std::any_of(query_.labels.begin(), query_.labels.end(), [&](const std::string& label) {
      return std::find(element.labels.begin(), element.labels.end(), label) != element.labels.end();
    });
    if (!labelled) return false;
  }
  return std::all_of(query_.filters.begin(), query_.filters.end(), [&](const Expression& filter) {
    Json value = evaluate(filter, element.properties);
    return value.is_boolean() && value.get<bool>();
  });
}

Json ContinuousQuery::row_of(const Element& element) const {
  Json row = Json::object();
  for (const ReturnItem& item : query_.items) {
    if (!aggregate_item(item)) row[item.name] = evaluate(item.expression, element.properties);
  }
  return row;
}

std::vector<Json> ContinuousQuery::apply(const std::string& source_id, const GraphChange& change) {
  if (!query_.supported || change.relation) return {};
  std::string key = source_id + "/" + change.element_id;
  std::optional<Element> before;
  if (auto found = elements_.find(key); found != elements_.end()) before = found->second;
  std::optional<Element> after;
  if (change.operation != GraphChange::Operation::Delete) {
    after = Element{change.labels, change.properties};
    if (before && change.operation == GraphChange::Operation::Update) {
      Json merged = before->properties;
      for (const auto& [name, value] : change.properties.items()) merged[name] = value;
      after->properties = std::move(merged);
    }
  }
  // Elements that do not match cannot come back by an update without being told in full, except for their properties;
  // so every element is kept, as the server's index does.
  if (after) {
    elements_[key] = *after;
  } else {
    elements_.erase(key);
  }
  if (before && !matches(*before)) before.reset();
  if (after && !matches(*after)) after.reset();
  if (query_.aggregates()) return apply_groups(before, after);
  return apply_rows(key, after ? std::optional(row_of(*after)) : std::nullopt);
}

void ContinuousQuery::restart() {
  elements_.clear();
  for (Row& row : rows_) row.known = false;
  for (auto& [keys, group] : groups_) {
    group.accumulators.clear();
    group.known = false;
  }
}

std::vector<Json> ContinuousQuery::apply_rows(const std::string& key, std::optional<Json> after) {
  auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.key == key; });
  std::uint64_t signature = signature_of(key);
  if (found == rows_.end() || !found->known) {
    if (!after) return {};
    if (found == rows_.end()) {
      rows_.push_back({key, *after});
    } else {
      *found = {key, *after};
    }
    return {Json{{"type", "ADD"}, {"data", std::move(*after)}, {"row_signature", signature}}};
  }
  Json before = found->values;
  if (!after) {
    rows_.erase(found);
    return {Json{{"type", "DELETE"}, {"data", std::move(before)}, {"row_signature", signature}}};
  }
  if (before == *after) return {};
  found->values = *after;
  return {Json{{"type", "UPDATE"},
               {"data", *after},
               {"before", std::move(before)},
               {"after", *after},
               {"row_signature", signature}}};
}

void ContinuousQuery::account(Group& group, const Element& element, int sign) const {
  std::vector<const Expression*> aggregates = aggregates_of(query_);
  group.accumulators.resize(aggregates.size());
  for (std::size_t index = 0; index < aggregates.size(); ++index) {
    Accumulator& accumulator = group.accumulators[index];
    Json value = evaluate(aggregates[index]->operands[0], element.properties);
    if (value.is_null()) continue;
    accumulator.count += sign;
    if (aggregates[index]->text == "count") continue;
    auto& entry = accumulator.values[value.dump()];
    entry.first = value;
    entry.second += sign;
    if (entry.second <= 0) accumulator.values.erase(value.dump());
  }
}

Json ContinuousQuery::group_row(const Group& group, const Json& keys) const {
  Json row = Json::object();
  std::size_t next = 0;
  for (const ReturnItem& item : query_.items) {
    if (!aggregate_item(item)) {
      row[item.name] = keys[item.name];
      continue;
    }
    // Aggregates stand alone in what the simulator evaluates; an expression around one is evaluated as the bare one.
    std::vector<const Expression*> found;
    collect_aggregates(item.expression, found);
    const Accumulator empty;
    const Accumulator& accumulator = next < group.accumulators.size() ? group.accumulators[next] : empty;
    const std::string& function = found.front()->text;
    next += found.size();
    double sum = 0;
    const Json* least = nullptr;
    const Json* greatest = nullptr;
    for (const auto& [text, entry] : accumulator.values) {
      if (entry.first.is_number()) sum += entry.first.get<double>() * static_cast<double>(entry.second);
      if (least == nullptr || compare(entry.first, *least).value_or(0) < 0) least = &entry.first;
      if (greatest == nullptr || compare(entry.first, *greatest).value_or(0) > 0) greatest = &entry.first;
    }
    if (function == "count") {
      row[item.name] = accumulator.count;
    } else if (function == "sum") {
      row[item.name] = sum;
    } else if (function == "avg") {
      row[item.name] = accumulator.count > 0 ? Json(sum / static_cast<double>(accumulator.count)) : Json(nullptr);
    } else {
      const Json* chosen = function == "min" ? least : greatest;
      row[item.name] = chosen == nullptr ? Json(nullptr) : chosen->is_number() ? Json(chosen->get<double>()) : *chosen;
    }
  }
  return row;
}

std::vector<Json> ContinuousQuery::apply_groups(const std::optional<Element>& before,
                                                const std::optional<Element>& after) {
  auto group_for = [&](const Json& keys) -> std::size_t {
    auto found = std::find_if(groups_.begin(), groups_.end(), [&](const auto& entry) { return entry.first == keys; });
    if (found != groups_.end()) return static_cast<std::size_t>(found - groups_.begin());
    Group group;
    group.signature = signature_of(keys.dump());
    groups_.emplace_back(keys, std::move(group));
    groups_.back().second.row = group_row(groups_.back().second, keys);
    return groups_.size() - 1;
  };
  std::vector<std::size_t> touched;
  auto touch = [&](const Element& element, int sign) {
    std::size_t index = group_for(row_of(element));
    if (Group& group = groups_[index].second; !group.known) {
      group.known = true;
      group.row = group_row(group, groups_[index].first);
    }
    account(groups_[index].second, element, sign);
    if (std::find(touched.begin(), touched.end(), index) == touched.end()) touched.push_back(index);
  };
  if (before) touch(*before, -1);
  if (after) touch(*after, 1);
  std::vector<Json> differences;
  for (std::size_t index : touched) {
    auto& [keys, group] = groups_[index];
    Json row = group_row(group, keys);
    if (row == group.row) continue;
    differences.push_back(
        Json{{"type", "aggregation"}, {"before", group.row}, {"after", row}, {"row_signature", group.signature}});
    group.row = std::move(row);
  }
  return differences;
}

Json ContinuousQuery::results() const {
  Json out = Json::array();
  for (const Row& row : rows_) out.push_back(row.values);
  for (const auto& [keys, group] : groups_) out.push_back(group.row);
  return out;
}

}  // namespace draas::simulator
