#pragma once
// Writes a JSON object as text, member by member: for documents that are made by the hundred thousand, for which a tree
// of values would be most of the work.

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace draas {

class JsonText {
 public:
  JsonText() { text_.reserve(kUsual); }

  // `name` is written as it is: a word that needs no escapes.
  void add(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(text_, value);
  }
  void add(std::string_view name, const char* value) { add(name, std::string_view(value)); }
  void add(std::string_view name, std::same_as<bool> auto value) { add_raw(name, value ? "true" : "false"); }
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  void add(std::string_view name, Number value) {
    char digits[24];
    const char* end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    add_raw(name, {digits, static_cast<std::size_t>(end - digits)});
  }
  void add(std::string_view name, const std::same_as<Json> auto& value) { add_raw(name, to_text(value)); }
  void add_null(std::string_view name) { add_raw(name, "null"); }
  // A value that is JSON text already.
  void add_raw(std::string_view name, std::string_view json) {
    begin(name);
    text_ += json;
  }

  // The whole object; nothing can be added any more.
  std::string take() {
    text_ += text_.empty() ? "{}" : "}";
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kUsual = 512;

  void begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    text_ += '"';
    text_ += name;
    text_ += "\":";
  }

  std::string text_;
};

}  // namespace draas
