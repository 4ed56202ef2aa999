#pragma once
// The durable store of one machine: one SQLite file with a write-ahead log, synced before a commit is acknowledged.
// docs/stores.md tells operators the same.
//
// Files beside `path`: `<path>-wal` and `<path>-shm` while open (the log belongs to the data: never delete it),
// `<path>.lock`, and `<path>.schema-<n>` after an upgrade: the store as it was at schema version n.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "core/store/store.hpp"
#include "stores/commit_queue.hpp"
#include "stores/sqlite/schema.hpp"

namespace draas::stores {

struct SqliteOptions {
  std::filesystem::path path;
  IntegrityCheck integrity_check = IntegrityCheck::Quick;
  std::size_t max_readers = 4;                     // reads at the same time; more wait
  std::chrono::milliseconds probe_interval{1000};  // while the disk fails: how often to try whether it works again
  std::chrono::milliseconds rest_after{10'000};    // without a commit: then the memory that only work needs is given up
  GroupLimits group;
};

// Creates what is missing (file 0600, directory 0700). Blocks. Errors, with their way out in the message: Conflict
// (another process has it open; its schema is newer than this program), DataLoss (damaged), Unprocessable (a file of
// another program), Unavailable (not writable).
Result<std::unique_ptr<core::Store>> open_sqlite_store(const SqliteOptions& options);

// Puts a backup in the place of the store `target`, which must not be in use. The backup is checked in full first. An
// existing store is replaced only with `force` (AlreadyExists without), and kept as `<target>.replaced-<time>`.
// Versions go on well above those of the backup, so that no version handed out after it was made comes up again.
Status restore_sqlite(const std::filesystem::path& backup, const std::filesystem::path& target, bool force);

}  // namespace draas::stores
