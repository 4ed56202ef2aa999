#pragma once
// What a container and its volumes are called and labelled, so that they are found again and nobody else's is touched.
// Thread-safe: plain functions.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/platform/platform.hpp"
#include "docker/labels.hpp"

namespace draas::platforms::docker {

using draas::docker::kLabelControlPlane;
using draas::docker::kLabelGeneration;
using draas::docker::kLabelInstance;
using draas::docker::kLabelKept;
using draas::docker::kLabelManaged;
using draas::docker::kLabelSpecHash;
using draas::docker::kLabelWorkload;

using LabelMap = std::map<std::string, std::string>;

struct Marks {
  std::string control_plane_id;
  std::string workload;  // core::workload_name()
  std::uint64_t generation = 0;
  std::string spec_hash;
};

LabelMap labels_of(const Marks& marks);
// Without generation and hash: of what outlives a container.
LabelMap volume_labels(const std::string& control_plane_id, const std::string& workload);
// nullopt when they are not ours or spoilt.
std::optional<Marks> read_marks(const LabelMap& labels);
// Filter values for the containers and volumes of a control plane, or of one of its workloads.
std::vector<std::string> filter_for(const std::string& control_plane_id);
std::vector<std::string> filter_for(const std::string& control_plane_id, const std::string& workload);

// Deterministic, legal and different for different workloads: an instance id begins with a letter, a digit or '_', so
// what is put before it with a '-' collides with no instance.
std::string container_name(const std::string& prefix, const std::string& workload);
std::string previous_container_name(const std::string& prefix, const std::string& workload);
std::string config_volume(const std::string& prefix, const std::string& workload);
std::string data_volume(const std::string& prefix, const std::string& workload);
// An empty volume that says that the others were kept on purpose; labels of a volume cannot be changed.
std::string kept_volume(const std::string& prefix, const std::string& workload);
std::string plugins_volume(const std::string& prefix, const std::string& workload);

// --- handles ---
core::WorkloadHandle make_handle(const Marks& marks, const std::string& container_id, const std::string& name,
                                 const std::string& image);
std::string container_id_of(const core::WorkloadHandle& handle);  // "" when it is no handle of ours
std::string text_of(const core::WorkloadHandle& handle, const char* key);

}  // namespace draas::platforms::docker
