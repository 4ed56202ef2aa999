#pragma once
// Builds a JSON document from parse events while it enforces the limits of untrusted text. Shared by the JSON and the
// YAML parser. Thread safety: none.

#include <string>
#include <unordered_set>
#include <vector>

#include "base/json.hpp"

namespace draas {

class DocumentBuilder {
 public:
  explicit DocumentBuilder(JsonLimits limits) : limits_(limits) {}

  // Each returns the reason to refuse, or "" when all is well. `values` is how many values `value` holds; keys count.
  std::string add(Json value, std::size_t values = 1);
  // Begins `empty`, an object or array; close() ends it.
  std::string open(Json empty);
  // Only inside an object; the next add() or open() is its value.
  std::string key(std::string name);
  void close() { frames_.pop_back(); }

  // The array or object that is open, nullptr at the root.
  const Json* container() const { return frames_.empty() ? nullptr : frames_.back().value; }
  std::size_t depth() const { return frames_.size(); }
  // The value that was added last, or the one that is open if nothing was added to it.
  const Json& last() const { return *last_; }
  std::size_t values() const { return values_; }
  const JsonLimits& limits() const { return limits_; }
  Json take() { return std::move(root_); }

 private:
  struct Frame {
    Json* value;
    std::unordered_set<std::string> keys;  // filled only for large objects
  };

  Json* place(Json value);
  std::string count(std::size_t values);

  JsonLimits limits_;
  std::size_t values_ = 0;
  Json root_;
  Json* last_ = &root_;
  std::vector<Frame> frames_;
};

}  // namespace draas
