#include "docker/engine_types.hpp"

namespace draas::docker {
namespace {

const Json& at(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string text(const Json& object, const char* key) {
  const Json& value = at(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool truth(const Json& object, const char* key, bool otherwise = false) {
  const Json& value = at(object, key);
  return value.is_boolean() ? value.get<bool>() : otherwise;
}

std::uint64_t count(const Json& object, const char* key) {
  const Json& value = at(object, key);
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_number_integer()) return 0;
  const auto number = value.get<std::int64_t>();
  return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

int integer(const Json& object, const char* key) {
  const Json& value = at(object, key);
  return value.is_number_integer() ? static_cast<int>(value.get<std::int64_t>()) : 0;
}

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> out;
  const Json& value = at(object, key);
  if (!value.is_array()) return out;
  for (const Json& item : value) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

std::map<std::string, std::string> text_map(const Json& object, const char* key) {
  std::map<std::string, std::string> out;
  const Json& value = at(object, key);
  if (!value.is_object()) return out;
  for (const auto& [name, item] : value.items()) {
    if (item.is_string()) out.emplace(name, item.get<std::string>());
  }
  return out;
}

// "0001-01-01T00:00:00Z" is how the engine writes "never".
std::optional<WallTime> time(const Json& object, const char* key) {
  const auto parsed = parse_rfc3339(text(object, key));
  if (!parsed || parsed->time_since_epoch().count() <= 0) return std::nullopt;
  return *parsed;
}

std::string without_slash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

}  // namespace

EngineVersion read_version(const Json& json) {
  return {text(json, "Version"), text(json, "ApiVersion"), text(json, "Os"), text(json, "Arch")};
}

EngineInfo read_info(const Json& json) {
  EngineInfo info;
  info.id = text(json, "ID");
  info.name = text(json, "Name");
  info.root_directory = text(json, "DockerRootDir");
  info.storage_driver = text(json, "Driver");
  info.cgroup_version = text(json, "CgroupVersion");
  info.live_restore = truth(json, "LiveRestoreEnabled");
  info.limits_memory = truth(json, "MemoryLimit", true);
  info.limits_cpu = truth(json, "CpuCfsQuota", true);
  info.limits_processes = truth(json, "PidsLimit", true);
  info.warnings = texts(json, "Warnings");
  return info;
}

Image read_image(const Json& json) {
  Image image;
  image.id = text(json, "Id");
  image.tags = texts(json, "RepoTags");
  image.digests = texts(json, "RepoDigests");
  const Json& config = at(json, "Config");
  image.user = text(config, "User");
  image.working_directory = text(config, "WorkingDir");
  image.labels = text_map(config, "Labels");
  return image;
}

Container read_container(const Json& json) {
  Container container;
  container.id = text(json, "Id");
  container.name = without_slash(text(json, "Name"));
  container.image_id = text(json, "Image");
  container.created_at = time(json, "Created");
  const Json& config = at(json, "Config");
  container.image = text(config, "Image");
  container.user = text(config, "User");
  container.labels = text_map(config, "Labels");
  container.terminal = truth(config, "Tty");
  const Json& state = at(json, "State");
  container.state.status = text(state, "Status");
  container.state.running = truth(state, "Running");
  container.state.paused = truth(state, "Paused");
  container.state.out_of_memory = truth(state, "OOMKilled");
  container.state.pid = integer(state, "Pid");
  container.state.exit_code = integer(state, "ExitCode");
  container.state.error = text(state, "Error");
  container.state.health = text(at(state, "Health"), "Status");
  container.state.started_at = time(state, "StartedAt");
  container.state.finished_at = time(state, "FinishedAt");
  return container;
}

CreatedContainer read_created_container(const Json& json) { return {text(json, "Id"), texts(json, "Warnings")}; }

ContainerSummary read_container_summary(const Json& json) {
  ContainerSummary summary;
  summary.id = text(json, "Id");
  const auto names = texts(json, "Names");
  if (!names.empty()) summary.name = without_slash(names.front());
  summary.image = text(json, "Image");
  summary.state = text(json, "State");
  // The list tells it to people alone: "Up 3 minutes (unhealthy)".
  const std::string status = text(json, "Status");
  if (status.ends_with("(unhealthy)")) summary.health = "unhealthy";
  if (status.ends_with("(healthy)")) summary.health = "healthy";
  summary.labels = text_map(json, "Labels");
  return summary;
}

ContainerUsage read_usage(const Json& json) {
  ContainerUsage usage;
  usage.cpu_nanoseconds = count(at(at(json, "cpu_stats"), "cpu_usage"), "total_usage");
  const Json& memory = at(json, "memory_stats");
  usage.memory_bytes = count(memory, "usage");
  // As `docker stats` computes it: cgroup v1 names it total_inactive_file, v2 inactive_file.
  const Json& details = at(memory, "stats");
  std::uint64_t cache = count(details, "total_inactive_file");
  if (cache == 0) cache = count(details, "inactive_file");
  if (cache < usage.memory_bytes) usage.memory_bytes -= cache;
  usage.processes = count(at(json, "pids_stats"), "current");
  return usage;
}

Volume read_volume(const Json& json) { return {text(json, "Name"), text_map(json, "Labels")}; }

PullProgress read_pull_progress(const Json& json) {
  const Json& detail = at(json, "progressDetail");
  return {text(json, "id"), text(json, "status"), count(detail, "current"), count(detail, "total")};
}

}  // namespace draas::docker
