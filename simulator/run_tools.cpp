// validate, doctor, init and plugin.

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "simulator/commands.hpp"
#include "simulator/config_file.hpp"
#include "simulator/plugin_catalog.hpp"
#include "simulator/tracing_log.hpp"

namespace draas::simulator {

namespace {

void print(const std::string& line = "") { TracingLog::print(line); }

struct EnvironmentFault {
  std::string path;
  std::string name;
};

// References to variables that are not set and have no default, anywhere inside a value.
void find_unset(const Json& value, const std::string& path, std::vector<EnvironmentFault>& out) {
  if (value.is_object()) {
    if (value.contains("kind") && value["kind"] == "EnvironmentVariable") {
      bool fallback = value.contains("default") && !value["default"].is_null();
      if (!value.contains("name") || !value["name"].is_string() || fallback) return;
      std::string name = value["name"].get<std::string>();
      if (std::getenv(name.c_str()) == nullptr) out.push_back({path, name});
      return;
    }
    for (const auto& [key, item] : value.items()) find_unset(item, path + "." + key, out);
  } else if (value.is_array()) {
    for (std::size_t index = 0; index < value.size(); ++index) {
      find_unset(value[index], path + "[" + std::to_string(index) + "]", out);
    }
  } else if (value.is_string()) {
    std::string_view rest = value.get_ref<const std::string&>();
    for (auto at = rest.find("${"); at != std::string_view::npos; at = rest.find("${")) {
      rest.remove_prefix(at + 2);
      if (rest.starts_with('{')) continue;
      auto end = rest.find('}');
      if (end == std::string_view::npos) return;
      std::string name(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      if (name.find(":-") != std::string::npos || name.empty()) continue;
      bool identifier = name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
                        std::string::npos;
      if (identifier && std::getenv(name.c_str()) == nullptr) out.push_back({path, name});
    }
  }
}

std::vector<EnvironmentFault> environment_faults(const ServerDefinition& server) {
  std::vector<EnvironmentFault> out;
  for (const InstanceDefinition* instance : server.all_instances()) {
    for (const SourceDefinition& source : instance->sources) {
      std::string path = "sources['" + source.id + "']";
      find_unset(source.config, path, out);
      if (source.bootstrap_provider && source.bootstrap_provider->is_object()) {
        find_unset(*source.bootstrap_provider, path + ".bootstrapProvider", out);
      }
    }
    for (const ProviderDefinition& provider : instance->bootstrap_providers) {
      find_unset(provider.config, "bootstrapProviders['" + provider.id + "']", out);
    }
    for (const ReactionDefinition& reaction : instance->reactions) {
      find_unset(reaction.config, "reactions['" + reaction.id + "']", out);
    }
    for (const ProviderDefinition& provider : instance->identity_providers) {
      find_unset(provider.config, "identityProviders['" + provider.id + "']", out);
    }
  }
  return out;
}

// The server lists the components here; it looks into none of their fields.
void print_components(const ServerDefinition& server) {
  auto instances = server.all_instances();
  bool any = false;
  auto take = [&](const std::string& name, const std::string& id, const std::string& kind) {
    print("  [OK] " + name + " '" + id + "' (" + kind + ")");
    any = true;
  };
  for (const InstanceDefinition* instance : instances) {
    for (const SourceDefinition& source : instance->sources) take("source", source.id, source.kind);
  }
  for (const InstanceDefinition* instance : instances) {
    for (const ReactionDefinition& reaction : instance->reactions) take("reaction", reaction.id, reaction.kind);
  }
  if (!any) print("  (no components to validate)");
}

}  // namespace

int run_validate(const CommandLine& command) {
  print("Validating: " + command.config);
  print();
  std::error_code ignored;
  if (!std::filesystem::exists(command.config, ignored)) {
    print("[ERROR] Configuration file not found: " + command.config);
    return 1;
  }
  load_dotenv_beside(command.config);
  auto loaded = load_config_file(command.config);
  print("Structure:");
  if (!loaded) {
    print("  [ERR] " + loaded.error().text);
    return 1;
  }
  print("  [OK] YAML syntax valid");
  auto settings = resolve_settings(*loaded);
  if (settings) {
    print("  [OK] Server settings valid (host: " + settings->host + ", port: " + std::to_string(settings->port) +
          ", logLevel: " + settings->log_level + ")");
  }
  print();
  print("Environment references:");
  std::vector<EnvironmentFault> unset = environment_faults(*loaded);
  if (unset.empty()) print("  [OK] No missing env var references");
  for (const EnvironmentFault& fault : unset) {
    print("  [ERR] " + fault.path + ": env var '" + fault.name + "' not found and no default provided");
  }
  print();
  PluginCatalog plugins;
  plugins.install(faults_from_environment().plugins);
  print("Plugins (" + std::to_string(plugins.installed()) + " loaded from " +
        command.plugins_dir.value_or("drasi-sim itself") + "):");
  std::size_t missing = 0;
  for (const PluginRequirement& requirement : plugin_requirements(*loaded)) {
    if (plugins.has(requirement.category, requirement.kind)) continue;
    ++missing;
    print("  [WARN] " + std::string(to_string(requirement.category)) + "/" + requirement.kind +
          " — not installed (referenced by " + requirement.referenced_by + ")");
  }
  print();
  print("Config validation:");
  print_components(*loaded);
  std::size_t errors = unset.size();
  print();
  auto instances = loaded->effective_instances();
  std::size_t counts[3] = {};
  for (const InstanceDefinition& instance : instances) {
    counts[0] += instance.sources.size();
    counts[1] += instance.queries.size();
    counts[2] += instance.reactions.size();
  }
  std::string summary = "Summary: " + std::to_string(instances.size()) + " instance(s), " + std::to_string(counts[0]) +
                        " source(s), " + std::to_string(counts[1]) + " query/queries, " + std::to_string(counts[2]) +
                        " reaction(s) — ";
  if (errors > 0) summary += std::to_string(errors) + " error(s)";
  if (missing > 0) summary += (errors > 0 ? ", " : "") + std::to_string(missing) + " warning(s)";
  if (errors == 0 && missing == 0) summary += "all valid";
  print(summary);
  if (command.show_resolved && settings) {
    print();
    print("Resolved server settings:");
    print("  Host: " + settings->host);
    print("  Port: " + std::to_string(settings->port));
    print("  Log Level: " + settings->log_level);
  }
  return errors > 0 ? 1 : 0;
}

int run_doctor(const CommandLine& command) {
  print("Drasi Server Dependency Check");
  print("==============================");
  print();
  print("Required:");
  print("  [OK] drasi-sim needs nothing");
  if (command.all) {
    print();
    print("Optional (for examples and Docker deployment):");
    print("  [SKIP] not checked by drasi-sim");
  }
  print();
  print("All required dependencies are available.");
  return 0;
}

int run_init(const CommandLine& command) {
  std::error_code ignored;
  std::filesystem::path path(command.output);
  if (std::filesystem::exists(path, ignored) && !command.force) {
    write_all(STDERR_FILENO, "Error: Configuration file already exists: " + command.output + "\n");
    return 1;
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  std::string reason = write_config_file(default_server_definition(), path);
  if (!reason.empty()) {
    write_all(STDERR_FILENO, "Error: " + reason + "\n");
    return 1;
  }
  print("Configuration written to " + command.output);
  return 0;
}

int run_plugin(const CommandLine& command) {
  if (command.plugin_action == "list") {
    PluginCatalog plugins;
    plugins.install(faults_from_environment().plugins);
    for (const Json& plugin : plugins.plugins_document(command.plugins_dir.value_or("plugins"), "")) {
      print("  " + plugin["id"].get<std::string>());
    }
    return 0;
  }
  write_all(STDERR_FILENO,
            "Error: drasi-sim has its plugins built in; `plugin " + command.plugin_action + "` is not simulated\n");
  return 1;
}

}  // namespace draas::simulator
