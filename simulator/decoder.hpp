#pragma once
// Reads a configuration document the way drasi-server's deserialiser does: the first fault ends it, with a text that
// names the place (`queries[0].autoStart: invalid type: string "yes", expected a boolean`).

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace draas::simulator {

struct DecodeFault {
  std::string path;     // `queries[0].autoStart`; "" for the document itself
  std::string message;  // without the path
  std::string pointer;  // JSON pointer of the faulty value, for the line number
  bool positioned = true;

  std::string text() const { return path.empty() ? message : path + ": " + message; }
};

// `string "yes"`, `integer `5``, `map` ...: how a value of the wrong type is called.
std::string describe_value(const Json& value);

class Decoder;

// One object of the document. After a fault every reader returns its default, so that decoding code needs no checks.
class ObjectReader {
 public:
  ObjectReader(Decoder& decoder, const Json& value, std::string path, std::string pointer,
               std::string_view expectation);

  std::string required_string(std::string_view key);
  std::optional<std::string> optional_string(std::string_view key);
  bool boolean(std::string_view key, bool fallback);
  std::uint64_t unsigned_integer(std::string_view key, std::uint64_t fallback, std::string_view type);
  std::optional<std::uint64_t> optional_unsigned(std::string_view key, std::string_view type);
  std::vector<std::string> strings(std::string_view key);
  const Json* any(std::string_view key);
  const Json* required(std::string_view key);
  // Calls `each` for every element; a null counts as an empty list.
  void list(std::string_view key, const std::function<void(const Json&, std::string path, std::string pointer)>& each);
  // Faults at every key that was not asked for; the text lists `known` in declaration order.
  void deny_unknown(std::initializer_list<std::string_view> known);
  // Everything that was not asked for.
  Json rest() const;
  void fail(std::string message);
  void fail_at(std::string_view key, std::string message);
  const std::string& path() const { return path_; }
  const std::string& pointer() const { return pointer_; }
  const Json& value() const { return *value_; }

 private:
  std::string path_of(std::string_view key) const;
  std::string pointer_of(std::string_view key) const;

  Decoder& decoder_;
  const Json* value_;
  std::string path_;
  std::string pointer_;
  std::vector<std::string_view> asked_;
};

class Decoder {
 public:
  bool failed() const { return fault_.has_value(); }
  void fail(DecodeFault fault) {
    if (!fault_) fault_ = std::move(fault);
  }
  const std::optional<DecodeFault>& fault() const { return fault_; }

 private:
  std::optional<DecodeFault> fault_;
};

}  // namespace draas::simulator
