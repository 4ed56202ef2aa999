#pragma once
// What a monitoring daemon tells the control plane of one instance (POST /api/status/updates).

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::monitors {

struct Report {
  std::string control_plane;  // whose container, pod ... it is; a daemon sends only what belongs to its own
  std::string instance_id;
  std::string status;  // "Running", "Stopped", "Error"
  std::string source;  // "DockerDaemon"
  // Of the workload that is meant: the control plane leaves out what it is told of one that has been replaced.
  std::optional<std::uint64_t> generation;
  std::map<std::string, std::string> metadata;

  bool operator==(const Report&) const = default;
};

// As the control plane takes it.
Json report_to_json(const Report& report);
// A line of the buffer's file, with `control_plane`, and back. InvalidArgument for a line that is damaged.
std::string report_to_line(const Report& report);
Result<Report> report_from_line(const std::string& line);

}  // namespace draas::monitors
