#include "simulator/decoder.hpp"

#include <algorithm>

namespace draas::simulator {

namespace {

const Json& empty_object() {
  static const Json object = Json::object();
  return object;
}

std::string listed(std::initializer_list<std::string_view> names) {
  std::string text;
  std::size_t index = 0;
  for (std::string_view name : names) {
    if (index > 0) text += names.size() == 2 ? " or " : ", ";
    text += "`" + std::string(name) + "`";
    ++index;
  }
  return names.size() > 2 ? "one of " + text : text;
}

}  // namespace

std::string describe_value(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "unit value";
    case Json::value_t::boolean:
      return value.get<bool>() ? "boolean `true`" : "boolean `false`";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "integer `" + value.dump() + "`";
    case Json::value_t::number_float:
      return "floating point `" + value.dump() + "`";
    case Json::value_t::string:
      return "string " + to_text(value);
    case Json::value_t::array:
      return "sequence";
    default:
      return "map";
  }
}

ObjectReader::ObjectReader(Decoder& decoder, const Json& value, std::string path, std::string pointer,
                           std::string_view expectation)
    : decoder_(decoder), value_(&value), path_(std::move(path)), pointer_(std::move(pointer)) {
  if (value.is_object()) return;
  value_ = &empty_object();
  decoder_.fail({path_, "invalid type: " + describe_value(value) + ", expected " + std::string(expectation), pointer_});
}

std::string ObjectReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

std::string ObjectReader::pointer_of(std::string_view key) const { return pointer_ + "/" + std::string(key); }

void ObjectReader::fail(std::string message) { decoder_.fail({path_, std::move(message), pointer_}); }

void ObjectReader::fail_at(std::string_view key, std::string message) {
  decoder_.fail({path_of(key), std::move(message), pointer_of(key)});
}

const Json* ObjectReader::any(std::string_view key) {
  asked_.push_back(key);
  auto found = value_->find(key);
  return found == value_->end() || decoder_.failed() ? nullptr : &*found;
}

const Json* ObjectReader::required(std::string_view key) {
  const Json* value = any(key);
  if (value == nullptr) fail("missing field `" + std::string(key) + "`");
  return value;
}

std::string ObjectReader::required_string(std::string_view key) {
  const Json* value = required(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  fail_at(key, "invalid type: " + describe_value(*value) + ", expected a string");
  return {};
}

std::optional<std::string> ObjectReader::optional_string(std::string_view key) {
  const Json* value = any(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  fail_at(key, "invalid type: " + describe_value(*value) + ", expected a string");
  return std::nullopt;
}

bool ObjectReader::boolean(std::string_view key, bool fallback) {
  const Json* value = any(key);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  fail_at(key, "invalid type: " + describe_value(*value) + ", expected a boolean");
  return fallback;
}

std::optional<std::uint64_t> ObjectReader::optional_unsigned(std::string_view key, std::string_view type) {
  const Json* value = any(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  if (value->is_number_integer() && value->get<std::int64_t>() >= 0) {
    return static_cast<std::uint64_t>(value->get<std::int64_t>());
  }
  std::string_view problem = value->is_number_integer() ? "invalid value: " : "invalid type: ";
  fail_at(key, std::string(problem) + describe_value(*value) + ", expected " + std::string(type));
  return std::nullopt;
}

std::uint64_t ObjectReader::unsigned_integer(std::string_view key, std::uint64_t fallback, std::string_view type) {
  return optional_unsigned(key, type).value_or(fallback);
}

void ObjectReader::list(std::string_view key, const std::function<void(const Json&, std::string, std::string)>& each) {
  const Json* value = any(key);
  if (value == nullptr || value->is_null()) return;
  if (!value->is_array()) {
    return fail_at(key, "invalid type: " + describe_value(*value) + ", expected a sequence");
  }
  for (std::size_t index = 0; index < value->size() && !decoder_.failed(); ++index) {
    std::string number = std::to_string(index);
    each((*value)[index], path_of(key) + "[" + number + "]", pointer_of(key) + "/" + number);
  }
}

std::vector<std::string> ObjectReader::strings(std::string_view key) {
  std::vector<std::string> out;
  list(key, [&](const Json& item, std::string path, std::string pointer) {
    if (item.is_string()) {
      out.push_back(item.get<std::string>());
    } else {
      decoder_.fail(
          {std::move(path), "invalid type: " + describe_value(item) + ", expected a string", std::move(pointer)});
    }
  });
  return out;
}

void ObjectReader::deny_unknown(std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    decoder_.fail({path_, "unknown field `" + key + "`, expected " + listed(known), pointer_of(key)});
    return;
  }
}

Json ObjectReader::rest() const {
  Json out = Json::object();
  for (const auto& [key, value] : value_->items()) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) out[key] = value;
  }
  return out;
}

}  // namespace draas::simulator
