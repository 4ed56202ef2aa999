#include "monitors/report.hpp"

#include <limits>
#include <utility>

#include "base/json_reader.hpp"

namespace draas::monitors {
namespace {

constexpr std::int64_t kMaxGeneration = std::numeric_limits<std::int64_t>::max();

}  // namespace

Json report_to_json(const Report& report) {
  Json json{{"instanceId", report.instance_id}, {"status", report.status}, {"source", report.source}};
  if (report.generation) json["generation"] = *report.generation;
  json["metadata"] = Json::object();
  for (const auto& [name, value] : report.metadata) json["metadata"][name] = value;
  return json;
}

std::string report_to_line(const Report& report) {
  Json json = report_to_json(report);
  json["controlPlane"] = report.control_plane;
  return to_text(json);
}

Result<Report> report_from_line(const std::string& line) {
  auto json = parse_json(line);
  if (!json) return std::unexpected(std::move(json.error()));
  JsonReader reader(*json);
  Report report;
  report.control_plane = reader.optional_string("controlPlane").value_or("");
  report.instance_id = reader.required_string("instanceId");
  report.status = reader.required_string("status");
  report.source = reader.required_string("source");
  if (const auto generation = reader.optional_integer("generation", 0, kMaxGeneration)) {
    report.generation = static_cast<std::uint64_t>(*generation);
  }
  if (auto metadata = reader.optional_string_map("metadata")) {
    for (auto& [name, value] : *metadata) report.metadata[name] = std::move(value);
  }
  if (auto good = reader.finish(); !good) return std::unexpected(std::move(good.error()));
  return report;
}

}  // namespace draas::monitors
