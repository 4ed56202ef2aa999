#include "platforms/docker/container_specification.hpp"

#include <cmath>

namespace draas::platforms::docker {
namespace {

constexpr double kNanosPerCore = 1e9;
// Docker refuses less.
constexpr std::uint64_t kLeastMemory = 6U << 20U;

std::string port_key(std::uint16_t port) { return std::to_string(port) + "/tcp"; }

// The engine takes addresses alone.
std::string host_address(const std::string& host) {
  if (host.empty() || host == "localhost") return "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
  return host;
}

Json environment_of(const DockerPlatformOptions& options, const InstanceOptions& instance,
                    const core::WorkloadSpec& spec) {
  std::map<std::string, std::string> variables{{"NO_COLOR", "1"}};
  for (const auto* layer : {&options.environment, &spec.environment, &instance.environment}) {
    for (const auto& [name, value] : *layer) variables[name] = value;
  }
  variables["DRAAS_INSTANCE_ID"] = spec.instance_id;
  Json out = Json::array();
  for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
  return out;
}

Json command_of(const DockerPlatformOptions& options, const InstanceOptions& instance) {
  Json out = Json::array();
  out.push_back("--config");
  out.push_back(below(kConfigMount) + "/" + std::string(kConfigFile));
  out.push_back("--plugins-dir");
  out.push_back(options.plugins_directory.empty() ? below(kPluginsMount) : options.plugins_directory);
  if (options.skip_plugin_verification) out.push_back("--skip-verification");
  for (const std::string& argument : options.arguments) out.push_back(argument);
  for (const std::string& argument : instance.arguments) out.push_back(argument);
  return out;
}

Json mount(const std::string& volume, std::string_view target) {
  Json out = Json::object();
  out["Type"] = "volume";
  out["Source"] = volume;
  out["Target"] = target;
  return out;
}

Json mounts_of(const DockerPlatformOptions& options, const core::WorkloadSpec& spec) {
  const std::string& prefix = options.name_prefix;
  Json out = Json::array();
  out.push_back(mount(config_volume(prefix, spec.instance_id), kConfigMount));
  out.push_back(mount(data_volume(prefix, spec.instance_id), kDataMount));
  if (options.plugins_directory.empty()) {
    const std::string volume =
        options.plugins_volume.empty() ? plugins_volume(prefix, spec.instance_id) : options.plugins_volume;
    out.push_back(mount(volume, kPluginsMount));
  }
  return out;
}

void add_limits(Json& host, const DockerPlatformOptions& options, const InstanceOptions& instance,
                const core::WorkloadSpec& spec) {
  const double cores = spec.limits.cpu_cores > 0 ? spec.limits.cpu_cores : options.limits.cpu_cores;
  const std::uint64_t memory = spec.limits.memory_bytes > 0 ? spec.limits.memory_bytes : options.limits.memory_bytes;
  const std::uint64_t files = spec.limits.open_files > 0 ? spec.limits.open_files : options.limits.open_files;
  const std::uint64_t processes = instance.pids_limit.value_or(options.pids_limit);
  if (cores > 0) host["NanoCpus"] = static_cast<std::int64_t>(std::llround(cores * kNanosPerCore));
  if (memory > 0) {
    const std::uint64_t bytes = std::max(memory, kLeastMemory);
    host["Memory"] = bytes;
    host["MemorySwap"] = bytes;  // as much as Memory: no swap beside it
  }
  if (processes > 0) host["PidsLimit"] = processes;
  if (files > 0) {
    Json limit = Json::object();
    limit["Name"] = "nofile";
    limit["Soft"] = files;
    limit["Hard"] = files;
    host["Ulimits"] = Json::array({std::move(limit)});
  }
}

Json host_configuration(const DockerPlatformOptions& options, const InstanceOptions& instance,
                        const core::WorkloadSpec& spec, const core::ListenAddress& listen) {
  Json host = Json::object();
  Json bindings = Json::object();
  const auto publish = [&](std::uint16_t inside, std::uint16_t outside) {
    Json binding = Json::object();
    binding["HostIp"] = host_address(spec.host);
    binding["HostPort"] = std::to_string(outside);
    bindings[port_key(inside)] = Json::array({std::move(binding)});
  };
  publish(listen.port, spec.port);
  for (const std::uint16_t port : spec.component_ports) publish(port, port);
  host["PortBindings"] = std::move(bindings);
  host["Mounts"] = mounts_of(options, spec);
  Json binds = Json::array();
  for (const auto* volumes : {&options.volumes, &instance.volumes}) {
    for (const std::string& volume : *volumes) binds.push_back(volume);
  }
  if (!binds.empty()) host["Binds"] = std::move(binds);
  Json extra_hosts = Json::array();
  for (const auto* hosts : {&options.extra_hosts, &instance.extra_hosts}) {
    for (const std::string& entry : *hosts) extra_hosts.push_back(entry);
  }
  if (!extra_hosts.empty()) host["ExtraHosts"] = std::move(extra_hosts);
  const std::string network = instance.network.value_or(options.network);
  if (!network.empty()) host["NetworkMode"] = network;
  host["RestartPolicy"] = Json::object();
  host["RestartPolicy"]["Name"] = "no";  // the control plane restarts
  host["CapDrop"] = Json::array({"ALL"});
  host["SecurityOpt"] = Json::array({"no-new-privileges"});
  host["Init"] = options.init;
  if (instance.read_only_root.value_or(options.read_only_root)) {
    host["ReadonlyRootfs"] = true;
    host["Tmpfs"] = Json::object();
    host["Tmpfs"]["/tmp"] = "rw,nosuid,nodev";
  }
  if (!options.log_driver.empty()) {
    Json log = Json::object();
    log["Type"] = options.log_driver;
    log["Config"] = options.log_options;
    host["LogConfig"] = std::move(log);
  }
  add_limits(host, options, instance, spec);
  return host;
}

}  // namespace

Json container_specification(const DockerPlatformOptions& options, const InstanceOptions& instance,
                             const core::WorkloadSpec& spec, const std::string& image,
                             const core::ListenAddress& listen) {
  Json body = Json::object();
  body["Image"] = image;
  body["Cmd"] = command_of(options, instance);
  body["Env"] = environment_of(options, instance, spec);
  body["WorkingDir"] = below(kDataMount);
  const std::string user = instance.user.value_or(options.user);
  if (!user.empty()) body["User"] = user;
  LabelMap labels = instance.labels;
  for (const auto& [name, value] :
       labels_of({spec.control_plane_id, spec.instance_id, spec.generation, spec.spec_hash})) {
    labels[name] = value;
  }
  body["Labels"] = std::move(labels);
  Json exposed = Json::object();
  exposed[port_key(listen.port)] = Json::object();
  for (const std::uint16_t port : spec.component_ports) exposed[port_key(port)] = Json::object();
  body["ExposedPorts"] = std::move(exposed);
  body["StopSignal"] = "SIGINT";
  body["StopTimeout"] = std::chrono::ceil<std::chrono::seconds>(options.stop_timeout).count();
  // The image's own health check asks the usual port.
  if (listen.port != kServerPort) {
    body["Healthcheck"] = Json::object();
    body["Healthcheck"]["Test"] = Json::array({"NONE"});
  }
  body["HostConfig"] = host_configuration(options, instance, spec, listen);
  return body;
}

}  // namespace draas::platforms::docker
