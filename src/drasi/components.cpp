#include "drasi/components.hpp"

#include "drasi/aliases.hpp"
#include "drasi/config_value.hpp"
#include "drasi/schema.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

using schema::Category;

std::optional<ListeningPort> listening_port(const Json& component, Category category, const std::string& path) {
  const std::string* kind = text_member(component, "kind");
  if (kind == nullptr) return std::nullopt;
  const int default_port = schema::listening_port(category, canonical_kind(category, *kind));
  if (default_port < 0) return std::nullopt;

  ListeningPort result;
  result.port.path = child(path, "port");
  if (const std::string* id = text_member(component, "id")) result.port.component_id = *id;
  result.starts = starts_by_itself(component, true);
  const Json* port = member(component, "port");
  if (port == nullptr || port->is_null()) {
    if (default_port == 0) return std::nullopt;
    result.written = false;
    result.port.port = static_cast<std::uint16_t>(default_port);
    return result;
  }
  auto number = as_integer(*port);
  if (const std::string* text = as_text(port)) {
    result.port.automatic = *text == kAutomaticPort;
    number = plain_integer(*text);
  }
  if (number && *number > 0 && *number <= 65535) {
    result.port.port = static_cast<std::uint16_t>(*number);
  } else if (!result.port.automatic && !is_reference(*port)) {
    return std::nullopt;
  }
  return result;
}

void collect_ports(const LibraryBlock& library, std::string_view list, Category category,
                   std::vector<ListeningPort>& ports) {
  const Json* entries = member(*library.block, list);
  if (entries == nullptr || !entries->is_array()) return;
  for (std::size_t index = 0; index < entries->size(); ++index) {
    if (auto port = listening_port((*entries)[index], category, child(child(library.path, list), index))) {
      ports.push_back(std::move(*port));
    }
  }
}

std::vector<std::string> starting_ids(const Json& library, std::string_view list, bool fallback) {
  std::vector<std::string> ids;
  const Json* entries = member(library, list);
  if (entries == nullptr || !entries->is_array()) return ids;
  for (const Json& entry : *entries) {
    const std::string* id = text_member(entry, "id");
    if (id != nullptr && starts_by_itself(entry, fallback)) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

std::vector<LibraryBlock> library_blocks(const Json& document) {
  const Json* instances = member(document, "instances");
  if (instances == nullptr || !instances->is_array() || instances->empty()) return {{"", &document}};
  std::vector<LibraryBlock> blocks;
  blocks.reserve(instances->size());
  for (std::size_t index = 0; index < instances->size(); ++index) {
    blocks.push_back({child("/instances", index), &(*instances)[index]});
  }
  return blocks;
}

bool starts_by_itself(const Json& component, bool fallback) {
  const Json* value = member(component, "autoStart");
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  const std::string* text = as_text(value);
  return text == nullptr ? fallback : *text == "true";
}

std::vector<ListeningPort> listening_ports(const Json& document) {
  std::vector<ListeningPort> ports;
  for (const LibraryBlock& library : library_blocks(document)) {
    collect_ports(library, "sources", Category::Source, ports);
    collect_ports(library, "reactions", Category::Reaction, ports);
  }
  return ports;
}

std::vector<ComponentPort> component_ports(const Json& document) {
  std::vector<ComponentPort> ports;
  for (ListeningPort& entry : listening_ports(document)) ports.push_back(std::move(entry.port));
  return ports;
}

ExpectedComponents expected_components(const Json& rendered) {
  ExpectedComponents expected;
  for (const LibraryBlock& block : library_blocks(rendered)) {
    ExpectedComponents::Library library;
    if (const std::string* id = text_member(*block.block, "id")) library.id = *id;
    library.sources = starting_ids(*block.block, "sources", true);
    library.queries = starting_ids(*block.block, "queries", false);
    library.reactions = starting_ids(*block.block, "reactions", true);
    expected.libraries.push_back(std::move(library));
  }
  return expected;
}

}  // namespace draas::drasi
