#include "platforms/docker/marks.hpp"

#include <charconv>

#include "core/model/slot.hpp"
#include "platforms/docker/docker_platform.hpp"

namespace draas::platforms::docker {
namespace {

constexpr int kHandleVersion = 1;

std::string label(const LabelMap& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? std::string() : found->second;
}

// "orders" -> "orders", "orders~b" -> "-b-orders".
std::string legal(const std::string& workload) {
  const auto tilde = workload.find('~');
  if (tilde == std::string::npos) return workload;
  return "-" + workload.substr(tilde + 1) + "-" + workload.substr(0, tilde);
}

std::string filter(std::string_view name, const std::string& value) { return std::string(name) + "=" + value; }

}  // namespace

LabelMap volume_labels(const std::string& control_plane_id, const std::string& workload) {
  LabelMap labels;
  labels.emplace(kLabelManaged, "true");
  labels.emplace(kLabelControlPlane, control_plane_id);
  labels.emplace(kLabelWorkload, workload);
  labels.emplace(kLabelInstance, core::parse_workload_name(workload).instance_id);
  labels.emplace("app", "drasi");
  labels.emplace("managed-by", "draas");
  return labels;
}

LabelMap labels_of(const Marks& marks) {
  LabelMap labels = volume_labels(marks.control_plane_id, marks.workload);
  labels.emplace(kLabelSpecHash, marks.spec_hash);
  labels.emplace(kLabelGeneration, std::to_string(marks.generation));
  return labels;
}

std::optional<Marks> read_marks(const LabelMap& labels) {
  Marks marks;
  marks.control_plane_id = label(labels, kLabelControlPlane);
  marks.workload = label(labels, kLabelWorkload);
  marks.spec_hash = label(labels, kLabelSpecHash);
  const std::string generation = label(labels, kLabelGeneration);
  const auto parsed = std::from_chars(generation.data(), generation.data() + generation.size(), marks.generation);
  const bool numbered = parsed.ec == std::errc() && parsed.ptr == generation.data() + generation.size();
  if (label(labels, kLabelManaged) != "true" || marks.control_plane_id.empty() || marks.workload.empty() || !numbered) {
    return std::nullopt;
  }
  return marks;
}

std::vector<std::string> filter_for(const std::string& control_plane_id) {
  return {filter(kLabelManaged, "true"), filter(kLabelControlPlane, control_plane_id)};
}

std::vector<std::string> filter_for(const std::string& control_plane_id, const std::string& workload) {
  auto filters = filter_for(control_plane_id);
  filters.push_back(filter(kLabelWorkload, workload));
  return filters;
}

std::string container_name(const std::string& prefix, const std::string& workload) { return prefix + legal(workload); }

std::string previous_container_name(const std::string& prefix, const std::string& workload) {
  return prefix + "-previous-" + legal(workload);
}

std::string config_volume(const std::string& prefix, const std::string& workload) {
  return prefix + "-config-" + legal(workload);
}

std::string data_volume(const std::string& prefix, const std::string& workload) {
  return prefix + "-data-" + legal(workload);
}

std::string kept_volume(const std::string& prefix, const std::string& workload) {
  return prefix + "-kept-" + legal(workload);
}

std::string plugins_volume(const std::string& prefix, const std::string& workload) {
  return prefix + "-plugins-" + legal(workload);
}

core::WorkloadHandle make_handle(const Marks& marks, const std::string& container_id, const std::string& name,
                                 const std::string& image) {
  core::WorkloadHandle handle;
  handle.platform = kPlatformName;
  handle.instance_id = marks.workload;
  handle.generation = marks.generation;
  handle.spec_hash = marks.spec_hash;
  handle.data = Json::object();
  handle.data["version"] = kHandleVersion;
  handle.data["containerId"] = container_id;
  handle.data["containerName"] = name;
  handle.data["image"] = image;
  handle.data["controlPlaneId"] = marks.control_plane_id;
  return handle;
}

std::string text_of(const core::WorkloadHandle& handle, const char* key) {
  if (!handle.data.is_object()) return {};
  const auto found = handle.data.find(key);
  return found != handle.data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string container_id_of(const core::WorkloadHandle& handle) { return text_of(handle, "containerId"); }

}  // namespace draas::platforms::docker
