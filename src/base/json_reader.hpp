#pragma once
// Reads JSON from outside into typed values and collects every fault with its JSON pointer, so that a client is told
// all that is wrong at once.
//
//   JsonReader reader(body);
//   auto name = reader.required_string("name");
//   auto port = reader.optional_integer("port", 1, 65535);
//   reader.reject_unknown();                  // every key that was not asked for is a fault, with the nearest known
//   one if (auto ok = reader.finish(); !ok) return std::unexpected(ok.error());
//
// Thread safety: none; one reader per body, on one thread.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas {

class JsonReader {
 public:
  // `value` must outlive the reader. A value that is not an object is itself a fault.
  explicit JsonReader(const Json& value, std::string path = "");

  // Keys are matched exactly; `aliases` are other accepted spellings of the same key (giving two of them is a fault).
  // A JSON null counts as absent.
  std::string required_string(std::string_view key, std::initializer_list<std::string_view> aliases = {});
  std::optional<std::string> optional_string(std::string_view key,
                                             std::initializer_list<std::string_view> aliases = {});
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> optional_number(std::string_view key, double min, double max);
  std::optional<bool> optional_boolean(std::string_view key);
  std::optional<std::vector<std::string>> optional_strings(std::string_view key);
  // An object whose values are all strings; numbers and booleans are taken as their text. Order is kept.
  std::optional<std::vector<std::pair<std::string, std::string>>> optional_string_map(std::string_view key);
  // One of `names`, matched without regard to case, or its index as an integer. Returns the index.
  std::optional<std::size_t> optional_enum(std::string_view key, const std::vector<std::string_view>& names);
  // The raw value, or nullptr.
  const Json* optional_any(std::string_view key, std::initializer_list<std::string_view> aliases = {});
  const Json* optional_object(std::string_view key);
  const Json* optional_array(std::string_view key);

  // Records a fault at `key` ("" for this object itself).
  void add_fault(std::string_view key, std::string message);
  // Takes over faults found elsewhere, below `key`.
  void add_faults(std::string_view key, const std::vector<Fault>& faults);
  void reject_unknown();

  const std::string& path() const { return path_; }
  const std::vector<Fault>& faults() const { return faults_; }
  // InvalidArgument with all faults, its message naming the first; or success.
  Status finish() const;

 private:
  const Json* find(std::string_view key, std::initializer_list<std::string_view> aliases);

  const Json& value_;
  std::string path_;
  std::vector<std::string> known_;
  std::vector<Fault> faults_;
};

// "a/b" -> "a~1b": one escaped reference token of a JSON pointer.
std::string json_pointer_token(std::string_view key);

// The candidate nearest to `word` by edit distance, when it is near enough to be meant; else "".
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace draas
