#pragma once
// Whole copies of a store file: made while it is in use, checked, and put in place atomically.

#include <filesystem>

#include "base/error.hpp"
#include "stores/sqlite/connection.hpp"

namespace draas::stores {

// Copies the newest committed state of `source` into a file of its own (mode 0600, no side files), checks it, syncs it
// and renames it onto `target`. Readers and the writer of `source` go on meanwhile.
Status back_up(Connection& source, const std::filesystem::path& target);

// As back_up(), but leaves the synced copy beside `target` under the name returned, for the caller to rename or remove.
Result<std::filesystem::path> copy_beside(Connection& source, const std::filesystem::path& target);

Status sync_file(const std::filesystem::path& path);
Status sync_directory_of(const std::filesystem::path& path);

}  // namespace draas::stores
