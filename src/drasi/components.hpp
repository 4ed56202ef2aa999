#pragma once
// The components of a document, wherever they stand in it. Internal to src/drasi.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "drasi/configuration.hpp"

namespace draas::drasi {

// In API form, the port of a component that listens may be left to the control plane.
inline constexpr std::string_view kAutomaticPort = "auto";

// The blocks that hold components: the entries of `instances`, or the document itself when there are none.
struct LibraryBlock {
  std::string path;  // "" or "/instances/0"
  const Json* block;
};
std::vector<LibraryBlock> library_blocks(const Json& document);

struct ListeningPort {
  ComponentPort port;
  bool written = true;  // false: the plugin's default
  bool starts = true;   // by itself
};
std::vector<ListeningPort> listening_ports(const Json& document);

// Does a component start by itself? `fallback` is what its absence means.
bool starts_by_itself(const Json& component, bool fallback);

}  // namespace draas::drasi
