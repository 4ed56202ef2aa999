#include "drasi/side_by_side.hpp"

#include <filesystem>

#include "drasi/aliases.hpp"
#include "drasi/components.hpp"
#include "drasi/config_value.hpp"
#include "drasi/schema.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

void add_ports(const Json& document, std::vector<Fault>& obstacles) {
  for (const ListeningPort& entry : listening_ports(document)) {
    if (entry.port.automatic || !entry.starts) continue;
    const std::string which = entry.port.port ? "listens on port " + std::to_string(*entry.port.port)
                                              : "listens on a port of the environment";
    obstacles.push_back({entry.port.path, "'" + entry.port.component_id + "' " + which +
                                              ", which two servers cannot share; set the port to \"auto\""});
  }
}

void add_sources(const LibraryBlock& library, std::vector<Fault>& obstacles) {
  const Json* sources = member(*library.block, "sources");
  if (sources == nullptr || !sources->is_array()) return;
  for (std::size_t index = 0; index < sources->size(); ++index) {
    const Json& source = (*sources)[index];
    const std::string* written = text_member(source, "kind");
    if (written == nullptr || !starts_by_itself(source, true)) continue;
    const std::string path = child(child(library.path, "sources"), index);
    const std::string kind = canonical_kind(schema::Category::Source, *written);
    const std::string* id = text_member(source, "id");
    const std::string name = id != nullptr ? "'" + *id + "' " : std::string();
    if (kind == "postgres") {
      obstacles.push_back({child(path, "slotName"), name +
                                                        "reads a replication slot of Postgres, which has one reader; "
                                                        "change this configuration with a restart"});
    } else if (kind == "platform") {
      obstacles.push_back({child(path, "consumerGroup"), name + "reads as a member of a consumer group, whose members "
                                                                "share the changes; change this configuration with a "
                                                                "restart"});
    }
  }
}

void add_path(const Json* block, std::string_view key, const std::string& place, std::string_view what,
              std::vector<Fault>& obstacles) {
  if (block == nullptr || !block->is_object()) return;
  const Json* value = member(*block, key);
  if (value == nullptr) return;
  const auto path = written_or_default(*value);
  if (path && !std::filesystem::path(*path).is_absolute()) return;
  obstacles.push_back({child(place, key), std::string(what) +
                                              " lies at one place for both servers; give a relative path, which each "
                                              "server has in a directory of its own"});
}

void add_stores(const LibraryBlock& library, std::vector<Fault>& obstacles) {
  add_path(member(*library.block, "stateStore"), "path", child(library.path, "stateStore"), "the state store",
           obstacles);
  const Json* queries = member(*library.block, "queries");
  if (queries == nullptr || !queries->is_array()) return;
  for (std::size_t index = 0; index < queries->size(); ++index) {
    const std::string place = child(child(child(library.path, "queries"), index), "storageBackend");
    add_path(member((*queries)[index], "storageBackend"), "path", place, "the index", obstacles);
  }
}

}  // namespace

std::vector<Fault> side_by_side_obstacles(const Json& document) {
  std::vector<Fault> obstacles;
  if (!document.is_object()) return obstacles;
  add_ports(document, obstacles);
  for (const LibraryBlock& library : library_blocks(document)) {
    add_sources(library, obstacles);
    add_stores(library, obstacles);
  }
  return obstacles;
}

}  // namespace draas::drasi
