// restore_sqlite(): a checked copy first, then the old store out of the way, then one rename.

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>

#include <unistd.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "stores/sqlite/backup.hpp"
#include "stores/sqlite/file_lock.hpp"
#include "stores/sqlite/index_column.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::stores {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kPrivateDirectory = 0700;
// More commits than a store sees between a backup and its restore.
constexpr std::int64_t kVersionGap = 1'000'000;
constexpr int kMaxReplacedNames = 100;

// 20260128T143522Z
std::string file_time(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return {text.data(), length};
}

Result<Connection> open_backup(const fs::path& backup) {
  std::error_code ignored;
  if (!fs::is_regular_file(backup, ignored)) {
    return fail(ErrorCode::NotFound, "There is no backup file '" + backup.string() + "'");
  }
  return Connection::open(backup, Connection::Access::ReadOnly);
}

Status check_content(Connection& connection) {
  const Result<int> version = schema_version(connection);
  if (!version) return std::unexpected(version.error());
  const int newest = known_migrations().back().version;
  if (*version == 0) return fail(ErrorCode::Unprocessable, "It is empty");
  if (*version > newest) {
    return fail(ErrorCode::Conflict, "It has schema version " + std::to_string(*version) +
                                         ", but this program knows versions up to " + std::to_string(newest) +
                                         " only. Restore it with the newer program");
  }
  const Result<std::string> finding = connection.query_text("PRAGMA integrity_check(1)");
  if (!finding) return std::unexpected(finding.error());
  if (*finding != "ok") return fail(ErrorCode::DataLoss, "It is damaged: " + *finding);
  return {};
}

// 0 when the old store cannot be read. Folds its log into the file on the way, if that works.
std::int64_t last_version_of(const fs::path& path) {
  Result<Connection> old = Connection::open(path, Connection::Access::ReadWrite);
  if (!old) return 0;
  sqlite3_wal_checkpoint_v2(old->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return old->query_number("SELECT value FROM meta WHERE key = 'commit_sequence'").value_or(0);
}

// From the documents themselves: a salvaged file may have lost index rows or have rows too many.
Status rebuild_indexes(Connection& connection) {
  if (Status emptied = connection.execute("DELETE FROM document_indexes"); !emptied) return emptied;
  Result<Statement> documents = connection.prepare("SELECT collection, id, indexes FROM documents WHERE indexes <> ''");
  if (!documents) return std::unexpected(std::move(documents).error());
  Result<Statement> insert =
      connection.prepare("INSERT OR IGNORE INTO document_indexes(collection, name, value, id) VALUES(?1, ?2, ?3, ?4)");
  if (!insert) return std::unexpected(std::move(insert).error());
  int code = documents->step();
  for (; code == SQLITE_ROW; code = documents->step()) {
    const Result<std::vector<core::IndexEntry>> entries = decode_indexes(documents->text(2));
    if (!entries) return std::unexpected(entries.error());
    for (const core::IndexEntry& entry : *entries) {
      Status inserted = insert->bind(1, documents->text(0))
                            .bind(2, entry.name)
                            .bind(3, entry.value)
                            .bind(4, documents->text(1))
                            .run();
      if (!inserted) return inserted;
    }
  }
  if (code != SQLITE_DONE) return std::unexpected(error_of(connection.handle()));
  return {};
}

// Makes the copy fit for use: its indexes whole, its versions above those of the store it replaces.
Status prepare_copy(const fs::path& copy, std::int64_t replaced) {
  Result<Connection> connection = Connection::open(copy, Connection::Access::ReadWrite);
  if (!connection) return std::unexpected(std::move(connection).error());
  Status done = connection->execute("BEGIN IMMEDIATE");
  if (done) done = rebuild_indexes(*connection);
  if (done) {
    done = connection->execute("UPDATE meta SET value = max(value, " + std::to_string(replaced) + ") + " +
                               std::to_string(kVersionGap) + " WHERE key = 'commit_sequence'");
  }
  if (done) done = connection->execute("COMMIT");
  return done;
}

Status keep_replaced(const fs::path& target) {
  const std::string base = target.string() + ".replaced-" + file_time(system_clock().now());
  std::string kept = base;
  // A link, so that at no moment there is no store. A store that is lost may still have left its log.
  for (int attempt = 2; ::link(target.c_str(), kept.c_str()) != 0 && errno != ENOENT; ++attempt) {
    if (errno != EEXIST || attempt > kMaxReplacedNames) {
      return fail_errno("Cannot keep the replaced store as '" + kept + "'", errno);
    }
    kept = base + "-" + std::to_string(attempt);
  }
  // A log that could not be folded in holds commits of the old store, and would spoil the new one.
  if (::rename((target.string() + "-wal").c_str(), (kept + "-wal").c_str()) != 0 && errno != ENOENT) {
    return fail_errno("Cannot move the log of the replaced store", errno);
  }
  return remove_all(target.string() + "-shm");
}

Status install(const fs::path& copy, const fs::path& target) {
  if (Status kept = keep_replaced(target); !kept) return kept;
  if (::rename(copy.c_str(), target.c_str()) != 0) {
    return fail_errno("Cannot rename the copy onto '" + target.string() + "'", errno);
  }
  return sync_directory_of(target);
}

}  // namespace

Status restore_sqlite(const fs::path& backup, const fs::path& target_path, bool force) {
  std::error_code ignored;
  const fs::path target = fs::absolute(target_path, ignored);
  const std::string unusable = "The backup '" + backup.string() + "' cannot be restored";
  if (fs::equivalent(backup, target, ignored)) {
    return fail(ErrorCode::InvalidArgument, "The backup and the store to restore are the same file");
  }
  Result<Connection> source = open_backup(backup);
  if (!source) return std::unexpected(std::move(source).error());
  if (Status sound = check_content(*source); !sound) {
    return std::unexpected(std::move(sound).error().with_context(unusable));
  }
  if (Status made = make_directories(target.parent_path(), kPrivateDirectory); !made) return made;
  Result<FileLock> lock = FileLock::acquire(target);
  if (!lock) return std::unexpected(std::move(lock).error());
  const bool replaces = fs::exists(target, ignored);
  if (replaces && !force) {
    return fail(ErrorCode::AlreadyExists, "There is a store '" + target.string() +
                                              "' already. Add --force to replace it (it is kept beside the new one), "
                                              "or restore to another place");
  }
  Result<fs::path> copy = copy_beside(*source, target);
  if (!copy) return std::unexpected(std::move(copy).error().with_context(unusable));
  Status done = prepare_copy(*copy, replaces ? last_version_of(target) : 0);
  if (done) done = sync_file(*copy);
  if (done) done = install(*copy, target);
  if (!done) ::unlink(copy->c_str());
  return done;
}

}  // namespace draas::stores
