#pragma once
// What the engine tells of itself and of what it holds, as far as anybody here wants to know. Plain values.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"

namespace draas::docker {

struct EngineVersion {
  std::string version;      // "20.10.24"
  std::string api_version;  // spoken with it: "1.41"
  std::string operating_system;
  std::string architecture;
};

struct EngineInfo {
  std::string id;  // stays the same when the engine restarts
  std::string name;
  std::string root_directory;
  std::string storage_driver;
  std::string cgroup_version;
  bool live_restore = false;
  bool limits_memory = true;
  bool limits_cpu = true;
  bool limits_processes = true;
  std::vector<std::string> warnings;
};

struct Image {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> digests;
  std::string user;
  std::string working_directory;
  std::map<std::string, std::string> labels;
};

struct ContainerState {
  std::string status;    // created, running, paused, restarting, removing, exited, dead
  bool running = false;  // also when paused
  bool paused = false;
  bool out_of_memory = false;
  std::int64_t pid = 0;
  int exit_code = 0;
  std::string error;   // why it could not be started
  std::string health;  // "", none, starting, healthy, unhealthy
  std::optional<WallTime> started_at;
  std::optional<WallTime> finished_at;
};

struct Container {
  std::string id;
  std::string name;
  std::string image;     // as named at its creation
  std::string image_id;  // sha256:...
  std::string user;      // "" = root
  std::map<std::string, std::string> labels;
  std::optional<WallTime> created_at;
  bool terminal = false;
  ContainerState state;
};

struct CreatedContainer {
  std::string id;
  std::vector<std::string> warnings;  // what of the specification the engine leaves out: limits that its kernel lacks
};

struct ContainerSummary {
  std::string id;
  std::string name;
  std::string image;
  std::string state;   // as ContainerState::status
  std::string health;  // as ContainerState::health; "" also when it has no health check
  std::map<std::string, std::string> labels;

  bool running() const { return state == "running" || state == "paused" || state == "restarting"; }
};

struct ContainerUsage {
  std::uint64_t cpu_nanoseconds = 0;  // since its start
  std::uint64_t memory_bytes = 0;     // without the page cache
  std::uint64_t processes = 0;        // threads included, as cgroups count
};

struct Volume {
  std::string name;
  std::map<std::string, std::string> labels;
};

// One step of a pull.
struct PullProgress {
  std::string layer;   // "" = of the whole image
  std::string status;  // "Pulling fs layer", "Downloading" ...
  std::uint64_t current = 0;
  std::uint64_t total = 0;
};

// From the engine's JSON. What is missing or of another type is left at its default: engines differ.
EngineVersion read_version(const Json& json);
EngineInfo read_info(const Json& json);
Image read_image(const Json& json);
Container read_container(const Json& json);
CreatedContainer read_created_container(const Json& json);
ContainerSummary read_container_summary(const Json& json);
ContainerUsage read_usage(const Json& json);
Volume read_volume(const Json& json);
PullProgress read_pull_progress(const Json& json);

}  // namespace draas::docker
