#include "support/footprint.hpp"

#include "docker/labels.hpp"

namespace draas::tests {
namespace {

std::string label(const std::map<std::string, std::string>& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? std::string() : found->second;
}

}  // namespace

Footprint footprint_of(const ServerProcess& server) {
  Footprint found;
  for (const Workload& workload : server.workloads()) found.running.push_back(workload.instance_id);
  return found;
}

Footprint footprint_of(DockerEngine& engine) {
  Footprint found;
  for (const docker::ContainerSummary& container : engine.containers()) {
    found.instances.insert(label(container.labels, docker::kLabelInstance));
    if (container.running()) found.running.push_back(label(container.labels, docker::kLabelWorkload));
  }
  for (const docker::Volume& volume : engine.volumes()) {
    found.instances.insert(label(volume.labels, docker::kLabelInstance));
  }
  return found;
}

}  // namespace draas::tests
