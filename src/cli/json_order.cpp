#include "cli/json_order.hpp"

namespace draas::cli {

Json ordered_as(const Json& value, const Json& model) {
  if (value.is_array() && model.is_array()) {
    Json out = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
      out.push_back(i < model.size() ? ordered_as(value[i], model[i]) : value[i]);
    }
    return out;
  }
  if (!value.is_object() || !model.is_object()) return value;
  Json out = Json::object();
  for (const auto& [key, member] : model.items()) {
    if (value.contains(key)) out[key] = ordered_as(value[key], member);
  }
  for (const auto& [key, member] : value.items()) {
    if (!out.contains(key)) out[key] = member;
  }
  return out;
}

}  // namespace draas::cli
