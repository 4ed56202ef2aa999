#include "platforms/process/command.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

namespace draas::platforms::process {
namespace {

// Addressed to the control plane by its own supervisor or user; a server that read them would act for it.
constexpr std::array<std::string_view, 9> kOurs = {"NOTIFY_SOCKET",   "LISTEN_FDS",    "LISTEN_PID",
                                                   "LISTEN_FDNAMES",  "WATCHDOG_USEC", "WATCHDOG_PID",
                                                   "ASPNETCORE_URLS", "FDSTORE",       "MAINPID"};
constexpr std::string_view kOurPrefix = "DRAAS_";

bool is_ours(std::string_view name) {
  return name.starts_with(kOurPrefix) || std::ranges::find(kOurs, name) != kOurs.end();
}

Status check_variable(const std::string& name, const std::string& value) {
  const bool bad_name = name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos;
  if (bad_name) return fail(ErrorCode::InvalidArgument, "'" + name + "' cannot be the name of an environment variable");
  if (name.starts_with(kOurPrefix)) {
    return fail(ErrorCode::InvalidArgument, "The environment variable '" + name +
                                                "' is reserved: use a name that does "
                                                "not begin with DRAAS_");
  }
  if (value.find('\0') != std::string::npos) {
    return fail(ErrorCode::InvalidArgument, "The value of the environment variable '" + name + "' holds a NUL");
  }
  return {};
}

}  // namespace

Result<InstanceSettings> read_instance_settings(const Json& platform_options) {
  InstanceSettings settings;
  if (platform_options.is_null()) return settings;
  std::vector<Fault> faults;
  if (!platform_options.is_object()) faults.push_back({"/platformOptions", "not an object"});
  for (const auto& item : platform_options.items()) {
    const std::string path = "/platformOptions/" + item.key();
    if (item.key() == "arguments" && item.value().is_array()) {
      for (const auto& argument : item.value()) {
        if (!argument.is_string() || argument.get_ref<const std::string&>().find('\0') != std::string::npos) {
          faults.push_back({path + "/" + std::to_string(settings.arguments.size()), "not a string"});
          break;
        }
        settings.arguments.push_back(argument.get<std::string>());
      }
    } else if (item.key() == "environment" && item.value().is_object()) {
      for (const auto& variable : item.value().items()) {
        if (variable.value().is_string()) {
          settings.environment[variable.key()] = variable.value().get<std::string>();
        } else {
          faults.push_back({path + "/" + variable.key(), "not a string"});
        }
      }
    } else if (item.key() == "arguments") {
      faults.push_back({path, "not an array of strings"});
    } else if (item.key() == "environment") {
      faults.push_back({path, "not an object of strings"});
    } else {
      faults.push_back({path, "unknown; the Process platform knows arguments and environment"});
    }
  }
  if (faults.empty()) return settings;
  return fail(ErrorCode::InvalidArgument, "The options for the Process platform are wrong", std::move(faults));
}

std::vector<std::string> make_arguments(const ProcessPlatformOptions& options,
                                        const std::filesystem::path& configuration, const InstanceSettings& settings) {
  std::vector<std::string> arguments{"--config", configuration.string()};
  if (!options.plugins_directory.empty()) {
    arguments.emplace_back("--plugins-dir");
    arguments.push_back(std::filesystem::absolute(options.plugins_directory).lexically_normal().string());
  }
  if (options.skip_plugin_verification) arguments.emplace_back("--skip-verification");
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  arguments.insert(arguments.end(), settings.arguments.begin(), settings.arguments.end());
  return arguments;
}

Result<std::vector<std::string>> make_environment(const std::vector<std::string>& inherited, const Marks& marks,
                                                  const std::vector<std::map<std::string, std::string>>& layers) {
  std::map<std::string, std::string> variables;
  for (const auto& entry : inherited) {
    const auto equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos) continue;
    std::string name = entry.substr(0, equals);
    if (!is_ours(name)) variables[std::move(name)] = entry.substr(equals + 1);
  }
  // drasi-server colours its log even into a file.
  variables["NO_COLOR"] = "1";
  for (const auto& layer : layers) {
    for (const auto& [name, value] : layer) {
      if (auto valid = check_variable(name, value); !valid) return std::unexpected(valid.error());
      variables[name] = value;
    }
  }
  std::vector<std::string> environment;
  environment.reserve(variables.size() + 4);
  const auto add = [&environment](std::string_view name, std::string_view value) {
    environment.push_back(std::string(name) + "=" + std::string(value));
  };
  add(kMarkControlPlane, marks.control_plane_id);
  add(kMarkInstance, marks.instance_id);
  add(kMarkGeneration, std::to_string(marks.generation));
  add(kMarkSpecHash, marks.spec_hash);
  for (const auto& [name, value] : variables) add(name, value);
  return environment;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) result.emplace_back(*entry);
  return result;
}

}  // namespace draas::platforms::process
