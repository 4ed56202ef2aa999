#include "cli/instance_table.hpp"

#include "cli/command.hpp"
#include "cli/times.hpp"

namespace draas::cli {
namespace {

std::string revision_of(const Json& instance) {
  const std::string newest = field(instance, "configurationRevision");
  const std::string applied = field(instance, "appliedRevision");
  return applied == "0" || applied == newest ? newest : applied + "->" + newest;
}

std::string labels_of(const Json& instance) {
  std::string all;
  const Json& labels = member(instance, "metadata");
  if (!labels.is_object()) return all;
  for (const auto& [name, value] : labels.items()) {
    if (name.starts_with("draas.")) continue;
    all += (all.empty() ? "" : ",") + name + "=" + (value.is_string() ? value.get<std::string>() : to_text(value));
  }
  return all;
}

}  // namespace

Table instance_table(const std::vector<Json>& instances, bool wide, WallTime now) {
  std::vector<std::string> columns{"ID", "NAME", "STATUS", "HEALTH", "REVISION", "RESTARTS", "AGE"};
  if (wide) columns.insert(columns.end(), {"PLATFORM", "PHASE", "ADDRESS", "FRONT", "LABELS", "MESSAGE"});
  Table table(std::move(columns));
  for (const Json& instance : instances) {
    const std::string status = field(instance, "status");
    const std::string health = field(instance, "health");
    std::vector<Cell> row{field(instance, "id"),
                          field(instance, "name"),
                          {status, status_colour(status)},
                          {health == "Unknown" ? "" : health, status_colour(health)},
                          revision_of(instance),
                          field(instance, "restartCount"),
                          age_of(member(instance, "createdAt"), now)};
    if (wide) {
      for (const char* key : {"platformType", "phase", "address", "frontPort"}) row.emplace_back(field(instance, key));
      row.emplace_back(labels_of(instance));
      row.emplace_back(field(instance, "errorMessage"));
    }
    table.add(std::move(row));
  }
  return table;
}

}  // namespace draas::cli
