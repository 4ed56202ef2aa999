#pragma once
// The plugin kinds that the simulator pretends to have installed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "simulator/configuration.hpp"
#include "simulator/faults.hpp"

namespace draas::simulator {

enum class PluginCategory { Source, Reaction, Bootstrap, IdentityProvider };

std::string_view to_string(PluginCategory category);  // "identity_provider" ...

struct PluginRequirement {
  PluginCategory category;
  std::string kind;
  std::string referenced_by;
};

class PluginCatalog {
 public:
  // Only what drasi-server has compiled in.
  PluginCatalog();
  // Installs what `selection` says ("all" when absent): "none", a comma list of kinds, or a list of "-kind" to leave
  // out of all.
  void install(const std::optional<std::string>& selection);

  bool has(PluginCategory category, const std::string& kind) const;
  std::vector<std::string> kinds(PluginCategory category) const;  // sorted
  std::size_t installed() const { return installed_; }            // beyond what is built in

  // GET /plugins/kinds, /plugins, and one plugin; null when there is none.
  Json kinds_document() const;
  Json plugins_document(const std::string& plugins_dir, const std::string& loaded_at) const;
  Json kind_schema(std::string_view category, const std::string& kind) const;

 private:
  struct Entry {
    PluginCategory category;
    std::string kind;
    bool built_in;
  };
  std::vector<Entry> entries_;
  std::size_t installed_ = 0;
};

// Every kind that the document needs, in the order in which the server looks.
std::vector<PluginRequirement> plugin_requirements(const ServerDefinition& server);
// The text that ends the start when something is missing; "" otherwise.
std::string missing_plugins_text(const PluginCatalog& catalog, const std::vector<PluginRequirement>& requirements);

// Why a source's or reaction's own fields are refused, in the words of the plugin's deserialiser.
std::optional<std::string> source_config_fault(const std::string& kind, const Json& config);
std::optional<std::string> reaction_config_fault(const std::string& kind, const std::vector<std::string>& queries,
                                                 const Json& config);

}  // namespace draas::simulator
