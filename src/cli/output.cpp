#include "cli/output.hpp"

#include "base/yaml.hpp"
#include "cli/json_path.hpp"

namespace draas::cli {
namespace {

constexpr std::string_view kJsonPath = "jsonpath=";

std::string name_of(const Json& value) {
  for (const char* key : {"id", "worker", "sequence", "instanceId", "name", "revision", "platformType"}) {
    const auto found = value.is_object() ? value.find(key) : value.end();
    if (found != value.end()) return found->is_string() ? found->get<std::string>() : to_text(*found);
  }
  return to_text(value);
}

}  // namespace

Result<OutputFormat> parse_output_format(const std::string& text) {
  using Kind = OutputFormat::Kind;
  if (text.empty() || text == "table") return OutputFormat{};
  if (text == "wide") return OutputFormat{Kind::Wide, {}};
  if (text == "json") return OutputFormat{Kind::Json, {}};
  if (text == "yaml") return OutputFormat{Kind::Yaml, {}};
  if (text == "name") return OutputFormat{Kind::Name, {}};
  if (text.starts_with(kJsonPath)) {
    OutputFormat format{Kind::JsonPath, text.substr(kJsonPath.size())};
    const auto parsed = JsonPathTemplate::parse(format.expression);
    if (!parsed) return std::unexpected(parsed.error());
    return format;
  }
  return fail(ErrorCode::InvalidArgument,
              "'" + text + "' is not known; there are table, wide, json, yaml, name and jsonpath=EXPRESSION");
}

Result<std::string> to_output(const Json& value, const OutputFormat& format) {
  constexpr int kIndent = 2;
  switch (format.kind) {
    case OutputFormat::Kind::Yaml:
      return to_yaml(value);
    case OutputFormat::Kind::Name: {
      if (!value.is_array()) return name_of(value) + "\n";
      std::string names;
      for (const Json& element : value) names += name_of(element) + "\n";
      return names;
    }
    case OutputFormat::Kind::JsonPath: {
      const auto path = JsonPathTemplate::parse(format.expression);
      if (!path) return std::unexpected(path.error());
      return path->evaluate(value) + "\n";
    }
    default:
      return to_text(value, kIndent) + "\n";
  }
}

}  // namespace draas::cli
