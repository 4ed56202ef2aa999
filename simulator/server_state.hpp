#pragma once
// The running simulated server: its instances, and the configuration file that mutations are written back to.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/configuration.hpp"
#include "simulator/instance.hpp"

namespace draas::simulator {

class ServerState {
 public:
  ServerState(Surroundings surroundings, ServerDefinition definition, std::string config_path);

  Surroundings& around() { return around_; }
  const ServerDefinition& definition() const { return definition_; }
  const std::string& config_path() const { return config_path_; }

  // Creates the instances of the document, in its order. The text of the failure, or "".
  std::string load_instances(const std::vector<InstanceDefinition>& definitions);
  // Adds an instance made by the API; it is started already.
  void add_instance(std::unique_ptr<Instance> instance, InstanceDefinition definition);
  const std::vector<std::unique_ptr<Instance>>& instances() const { return instances_; }
  Instance* find(const std::string& id) const;
  Instance* first() const { return instances_.empty() ? nullptr : instances_.front().get(); }

  // Resolves `bootstrapProvider: <id>` against what the configuration declared for the instance; nothing when unknown.
  std::optional<SourceDefinition> with_bootstrap(const std::string& instance_id, SourceDefinition source) const;
  // What the runtime does not keep and the file needs.
  void remember_source(const std::string& instance_id, const SourceDefinition& source);
  void remember_reaction(const std::string& instance_id, const ReactionDefinition& reaction);
  void forget(const std::string& instance_id, const std::string& component_id);

  // Rewrites the file from the runtime's state when `persistConfig` is on. The reason of a failure, or "".
  std::string save();

  // Set while starting.
  std::string host;
  std::uint16_t port = 0;
  std::string log_level;
  bool read_only = false;
  std::string plugins_dir;
  std::string loaded_at;

 private:
  struct Remembered {
    std::optional<Json> bootstrap_provider;
    std::optional<std::string> identity_provider;
  };
  using Key = std::pair<std::string, std::string>;

  InstanceDefinition describe(const Instance& instance) const;

  Surroundings around_;
  ServerDefinition definition_;
  std::string config_path_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::map<std::string, InstanceDefinition> declared_;
  std::map<Key, Remembered> remembered_;
};

}  // namespace draas::simulator
