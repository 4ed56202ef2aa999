#include <algorithm>
#include <filesystem>

#include "drasi/components.hpp"
#include "drasi/config_value.hpp"
#include "drasi/configuration.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

namespace fs = std::filesystem;

// The directory that `block`'s path is in, and those that it is in itself.
void add_directories_of(const Json* block, const fs::path& base, std::vector<std::string>& found) {
  const Json* value = block != nullptr && block->is_object() ? member(*block, "path") : nullptr;
  const auto path = value != nullptr ? written_or_default(*value) : std::nullopt;
  if (!path || !fs::path(*path).is_absolute()) return;
  const fs::path relative = fs::path(*path).lexically_normal().parent_path().lexically_relative(base);
  if (relative.empty() || *relative.begin() == "." || *relative.begin() == "..") return;
  fs::path directory;
  for (const fs::path& part : relative) {
    directory /= part;
    if (std::ranges::find(found, directory.string()) == found.end()) found.push_back(directory.string());
  }
}

}  // namespace

std::vector<std::string> directories_needed(const Json& rendered, const std::string& base_directory) {
  std::vector<std::string> found;
  if (!rendered.is_object() || base_directory.empty()) return found;
  const fs::path base = fs::path(base_directory).lexically_normal();
  for (const LibraryBlock& library : library_blocks(rendered)) {
    add_directories_of(member(*library.block, "stateStore"), base, found);
    const Json* queries = member(*library.block, "queries");
    if (queries == nullptr || !queries->is_array()) continue;
    for (const Json& query : *queries) add_directories_of(member(query, "storageBackend"), base, found);
  }
  return found;
}

}  // namespace draas::drasi
