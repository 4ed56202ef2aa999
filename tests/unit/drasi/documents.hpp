#pragma once
// Documents for the tests of src/drasi.

#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/yaml.hpp"
#include "drasi/configuration.hpp"

namespace draas::drasi {

inline std::ostream& operator<<(std::ostream& out, const Finding& finding) {
  return out << (finding.severity == Finding::Severity::Error ? "error " : "warning ") << finding.path << ": "
             << finding.message;
}

}  // namespace draas::drasi

namespace draas::drasi::testing {

inline Json yaml(std::string_view text) {
  auto document = parse_yaml(text);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
  return document ? document->value : Json();
}

inline Json json(std::string_view text) {
  auto document = parse_json(text);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
  return document ? *document : Json();
}

// A valid document in API form, to be spoilt in one place.
inline Json sample() {
  return yaml(R"(
id: sample
sources:
  - kind: mock
    id: sensors
    intervalMs: 1000
    dataType: {type: sensorReading}
queries:
  - id: hot
    autoStart: true
    queryLanguage: Cypher
    queryText: MATCH (s:SensorReading) WHERE s.temperature > 30 RETURN s.sensor_id AS id
    sources:
      - sourceId: sensors
reactions:
  - kind: log
    id: print
    queries: [hot]
)");
}

inline Json changed(Json document, std::string_view pointer, Json value) {
  document[Json::json_pointer(std::string(pointer))] = std::move(value);
  return document;
}

inline RenderOptions options() {
  RenderOptions result;
  result.id = "i-1";
  result.host = "127.0.0.1";
  result.port = 8123;
  result.base_directory = "/srv/i-1";
  return result;
}

}  // namespace draas::drasi::testing
