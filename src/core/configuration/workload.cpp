#include "core/configuration/workload.hpp"

#include "base/id.hpp"
#include "core/platform/platform_options.hpp"

namespace draas::core {

std::string component_port_key(const drasi::ComponentPort& port) {
  const std::size_t field = port.path.rfind('/');
  const std::size_t index = port.path.rfind('/', field == 0 ? 0 : field - 1);
  if (field == std::string::npos || index == std::string::npos || index == field) return port.path;
  return port.path.substr(0, index + 1) + port.component_id + port.path.substr(field);
}

PreparedWorkload prepare_workload(const Instance& instance, Slot slot, const Json& configuration,
                                  const Platform& platform, const ControlPlaneOptions& options) {
  const std::string name = workload_name(instance.id, slot);
  const auto& component_ports = slot == Slot::A ? instance.component_ports : instance.slot_b_component_ports;
  drasi::RenderOptions render;
  render.id = instance.id;
  if (auto id = configuration.find("id"); id != configuration.end() && id->is_string()) {
    const auto& literal = id->get_ref<const std::string&>();
    if (!literal.empty() && literal.find("${") == std::string::npos) render.id = literal;
  }
  render.default_log_level = options.default_log_level;
  // What is read lies where the user put it; what is written must not meet in one directory.
  render.input_directory = platform.base_directory(instance.id);
  render.base_directory = platform.base_directory(name);
  PreparedWorkload prepared;
  for (const drasi::ComponentPort& port : drasi::component_ports(configuration)) {
    if (port.port) prepared.spec.component_ports.push_back(*port.port);
    if (!port.automatic) continue;
    auto allocated = component_ports.find(component_port_key(port));
    if (allocated == component_ports.end()) continue;
    render.allocated_ports[port.path] = allocated->second;
    prepared.spec.component_ports.push_back(allocated->second);
  }
  const std::string host = configuration.value("host", platform.default_host());
  const std::uint16_t port = slot == Slot::A ? configuration.value("port", std::uint16_t{0}) : instance.slot_b_port;
  const ListenAddress listen = platform.listen_address(host, port, prepared.spec.component_ports);
  render.host = listen.host;
  render.port = listen.port;

  const Json rendered = drasi::render(configuration, render);
  prepared.expected = drasi::expected_components(rendered);
  WorkloadSpec& spec = prepared.spec;
  spec.instance_id = name;
  spec.spec_hash = drasi::spec_hash(rendered);
  // Where it is reached belongs to what runs, also when the document does not say it.
  if (listen.host != host || listen.port != port) {
    spec.spec_hash = sha256_hex(spec.spec_hash + " " + host + ":" + std::to_string(port));
  }
  spec.configuration = drasi::render_yaml(configuration, render);
  spec.directories = drasi::directories_needed(rendered, render.base_directory);
  spec.host = host;
  spec.port = port;
  spec.limits = instance.limits;
  if (spec.limits.cpu_cores <= 0) spec.limits.cpu_cores = options.default_limits.cpu_cores;
  if (spec.limits.memory_bytes == 0) spec.limits.memory_bytes = options.default_limits.memory_bytes;
  if (spec.limits.open_files == 0) spec.limits.open_files = options.default_limits.open_files;
  spec.platform_options = options_for(platform, instance.platform_options);
  spec.effective_options = platform.effective_options(spec.platform_options);
  prepared.rendered = rendered;
  return prepared;
}

}  // namespace draas::core
