#pragma once
// -o: how a command shows what it found.

#include <string>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::cli {

struct OutputFormat {
  enum class Kind { Table, Wide, Json, Yaml, Name, JsonPath };
  Kind kind = Kind::Table;
  std::string expression;  // of JsonPath

  bool for_people() const { return kind == Kind::Table || kind == Kind::Wide; }
};

// "", wide, json, yaml, name, jsonpath=EXPRESSION. InvalidArgument names what there is.
Result<OutputFormat> parse_output_format(const std::string& text);

// `value` as json, yaml, jsonpath or name (the `id` of it, or of each of its elements). With a line end.
Result<std::string> to_output(const Json& value, const OutputFormat& format);

}  // namespace draas::cli
