#pragma once
// YAML to and from JSON values without loss of what drasi-server (serde_yaml, YAML 1.2 core schema) reads:
// plain scalars become null, bool, integer or float only when they are so there; quoted scalars and block scalars are
// always strings; key order is kept; merge keys, tags, and anchors beyond `max_alias_expansion` are refused.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas {

// Where a value begins in the text; lines and columns count from 1.
struct YamlMark {
  std::string path;  // JSON pointer
  int line = 0;
  int column = 0;
  int key_line = 0;  // of its key, for a member of a mapping; else `line`
};

struct YamlDocument {
  Json value;
  std::vector<YamlMark> marks;  // one per node, in document order; for messages that name the line
};

// InvalidArgument with line and column. Limits as for JSON. Empty text is null.
Result<YamlDocument> parse_yaml(std::string_view text, JsonLimits limits = {});
// Several documents, separated by `---`.
Result<std::vector<YamlDocument>> parse_yaml_stream(std::string_view text, JsonLimits limits = {});

// Block style, two spaces, `|` for multi-line strings; quotes each string that would otherwise be read as another
// type. parse_yaml(to_yaml(v)) == v for every v.
std::string to_yaml(const Json& value);

}  // namespace draas
