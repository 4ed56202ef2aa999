#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {

const Json* field(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_field(const Json& object, const char* name) {
  const Json* value = field(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::uint64_t number_field(const Json& object, const char* name) {
  const Json* value = field(object, name);
  return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

bool flag_field(const Json& object, const char* name) {
  const Json* value = field(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

}  // namespace draas::reconciliation
