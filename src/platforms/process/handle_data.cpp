#include "platforms/process/handle_data.hpp"

namespace draas::platforms::process {
namespace {

std::string text_of(const Json& data, const char* key) {
  const auto found = data.is_object() ? data.find(key) : data.end();
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

core::WorkloadHandle make_handle(const ProcessIdentity& identity, const Marks& marks) {
  core::WorkloadHandle handle;
  handle.platform = kPlatformName;
  handle.instance_id = marks.instance_id;
  handle.generation = marks.generation;
  handle.spec_hash = marks.spec_hash;
  handle.data = to_json(identity);
  handle.data["controlPlaneId"] = marks.control_plane_id;
  return handle;
}

void note_limits(core::WorkloadHandle& handle, const std::string& limits, bool has_cgroup) {
  if (!limits.empty()) handle.data["limits"] = limits;
  if (has_cgroup) handle.data["cgroup"] = true;
}

std::string control_plane_of(const core::WorkloadHandle& handle) { return text_of(handle.data, "controlPlaneId"); }

std::string limits_of(const core::WorkloadHandle& handle) { return text_of(handle.data, "limits"); }

bool has_cgroup(const core::WorkloadHandle& handle) {
  const auto found = handle.data.is_object() ? handle.data.find("cgroup") : handle.data.end();
  return found != handle.data.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace draas::platforms::process
