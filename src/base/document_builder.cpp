#include "base/document_builder.hpp"

#include <algorithm>

namespace draas {
namespace {

// Objects with more keys than this get a hash index; below it a linear search is faster.
constexpr std::size_t kLinearKeys = 16;

}  // namespace

std::string DocumentBuilder::count(std::size_t values) {
  if (values <= limits_.max_values - values_) {
    values_ += values;
    return {};
  }
  return "more than " + std::to_string(limits_.max_values) + " values";
}

Json* DocumentBuilder::place(Json value) {
  if (frames_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  Json& parent = *frames_.back().value;
  if (parent.is_array()) {
    auto& array = parent.get_ref<Json::array_t&>();
    array.push_back(std::move(value));
    return &array.back();
  }
  Json& slot = parent.get_ref<Json::object_t&>().back().second;
  slot = std::move(value);
  return &slot;
}

std::string DocumentBuilder::add(Json value, std::size_t values) {
  std::string refusal = count(values);
  if (refusal.empty()) last_ = place(std::move(value));
  return refusal;
}

std::string DocumentBuilder::open(Json empty) {
  if (frames_.size() >= limits_.max_depth) {
    return "nested deeper than " + std::to_string(limits_.max_depth) + " levels";
  }
  std::string refusal = count(1);
  if (!refusal.empty()) return refusal;
  last_ = place(std::move(empty));
  frames_.push_back(Frame{last_, {}});
  return {};
}

std::string DocumentBuilder::key(std::string name) {
  std::string refusal = count(1);
  if (!refusal.empty()) return refusal;
  Frame& frame = frames_.back();
  auto& object = frame.value->get_ref<Json::object_t&>();
  bool repeated = false;
  if (object.size() < kLinearKeys) {
    repeated = std::any_of(object.begin(), object.end(), [&](const auto& member) { return member.first == name; });
  } else {
    if (frame.keys.empty()) {
      for (const auto& member : object) frame.keys.insert(member.first);
    }
    repeated = !frame.keys.insert(name).second;
  }
  if (repeated) return "the key '" + name + "' is repeated";
  // Past the map's own emplace, which would search all keys once more.
  object.emplace_back(std::move(name), nullptr);
  return {};
}

}  // namespace draas
