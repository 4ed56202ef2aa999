#include "stores/sqlite/sqlite_writer.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/memory.hpp"
#include "stores/batch_rules.hpp"
#include "stores/sqlite/index_column.hpp"

namespace draas::stores {
namespace {

using core::Batch;
using core::Version;
using core::Write;

// Errors that say nothing about the batch: every other batch of the group would meet them, too.
bool is_of_the_disk(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::DataLoss ||
         error.code == ErrorCode::ResourceExhausted;
}

// Once in the log, once in the file, and some room to go on.
std::uintmax_t space_for(std::span<QueuedCommit* const> group) {
  constexpr std::uintmax_t kRoom = 256U << 10U;
  std::uintmax_t bytes = 0;
  for (const QueuedCommit* commit : group) bytes += commit->bytes;
  return 2 * bytes + kRoom;
}

std::int64_t to_column(Version version) { return static_cast<std::int64_t>(version); }

bool contains(const std::vector<core::IndexEntry>& entries, const core::IndexEntry& entry) {
  return std::find(entries.begin(), entries.end(), entry) != entries.end();
}

}  // namespace

SqliteWriter::SqliteWriter(ReaderPool& readers, std::filesystem::path path, Times times)
    : readers_(readers), path_(std::move(path)), times_(times) {}

Result<std::unique_ptr<SqliteWriter>> SqliteWriter::create(Connection connection, FileLock lock, ReaderPool& readers,
                                                           std::filesystem::path path, Times times) {
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(readers, std::move(path), times));
  writer->connection_ = std::move(connection);
  writer->lock_ = std::move(lock);
  if (Status prepared = writer->prepare(); !prepared) return std::unexpected(std::move(prepared).error());
  const Result<std::int64_t> sequence =
      writer->connection_.query_number("SELECT value FROM meta WHERE key = 'commit_sequence'");
  if (!sequence) return std::unexpected(sequence.error());
  writer->sequence_ = static_cast<Version>(*sequence);
  return writer;
}

Status SqliteWriter::prepare() {
  const std::pair<Statement*, std::string_view> wanted[] = {
      {&sql_.begin, "BEGIN IMMEDIATE"},
      {&sql_.commit, "COMMIT"},
      {&sql_.rollback, "ROLLBACK"},
      {&sql_.find, "SELECT version, indexes, rowid FROM documents WHERE collection = ?1 AND id = ?2"},
      {&sql_.insert, "INSERT INTO documents(collection, id, version, indexes, body) VALUES(?1, ?2, ?3, ?4, ?5)"},
      {&sql_.update, "UPDATE documents SET version = ?3, indexes = ?4, body = ?5 WHERE collection = ?1 AND id = ?2"},
      {&sql_.update_row, "UPDATE documents SET version = ?2, indexes = ?3, body = ?4 WHERE rowid = ?1"},
      {&sql_.erase, "DELETE FROM documents WHERE collection = ?1 AND id = ?2"},
      {&sql_.erase_row, "DELETE FROM documents WHERE rowid = ?1"},
      {&sql_.insert_index,
       "INSERT OR IGNORE INTO document_indexes(collection, name, value, id) VALUES(?1, ?2, ?3, ?4)"},
      {&sql_.erase_index,
       "DELETE FROM document_indexes WHERE collection = ?1 AND name = ?2 AND value = ?3 AND id = ?4"},
      {&sql_.set_sequence, "UPDATE meta SET value = ?1 WHERE key = 'commit_sequence'"},
  };
  for (const auto& [statement, sql] : wanted) {
    Result<Statement> prepared = connection_.prepare(sql);
    if (!prepared) return std::unexpected(std::move(prepared).error());
    *statement = std::move(*prepared);
  }
  return {};
}

void SqliteWriter::write_group(std::span<QueuedCommit* const> group) {
  Status written = write_or_run_out_of_memory(group);
  if (written) return;
  if (!is_of_the_disk(written.error()) && group.size() > 1) {
    for (const auto& alone : group) write_group({&alone, 1});
    return;
  }
  // Also those that were found stale: what they were judged by is undone.
  for (QueuedCommit* commit : group) commit->outcome = std::unexpected(written.error());
}

Status SqliteWriter::write_or_run_out_of_memory(std::span<QueuedCommit* const> group) {
  try {
    return write_transaction(group);
  } catch (const std::bad_alloc&) {
    roll_back();
    Error error = fail(ErrorCode::ResourceExhausted, "There is not enough memory to store this").error();
    error.retryable = true;
    return std::unexpected(std::move(error));
  }
}

Status SqliteWriter::check_damage() {
  if (damage_.empty()) {
    if (auto met = readers_.damage()) damage_ = std::move(*met);
  }
  if (damage_.empty()) return {};
  Error error = fail(ErrorCode::DataLoss, damage_).error();
  set_unhealthy(error);
  return std::unexpected(std::move(error));
}

Status SqliteWriter::write_transaction(std::span<QueuedCommit* const> group) {
  if (Status intact = check_damage(); !intact) return intact;
  holds_pages_ = true;
  written_at_ = std::chrono::steady_clock::now();
  Status done = check_file();
  if (done) done = sql_.begin.run();
  bool changed = false;
  for (QueuedCommit* commit : group) {
    if (!done) break;
    if (commit->batch.writes.empty()) {
      commit->outcome = core::Commit{sequence_};
      continue;
    }
    Status batch = write_batch(commit->batch, sequence_ + 1);
    if (batch) {
      commit->outcome = core::Commit{++sequence_};
      changed = true;
    } else if (batch.error().code == ErrorCode::PreconditionFailed) {
      commit->outcome = std::unexpected(std::move(batch).error());
    } else {
      done = std::unexpected(std::move(batch).error());
    }
  }
  if (done && changed) done = sql_.set_sequence.bind(1, to_column(sequence_)).run();
  if (done) done = sql_.commit.run();
  if (!done) {
    const bool full = sqlite3_errcode(connection_.handle()) == SQLITE_FULL;
    space_wanted_ = full ? space_for(group) : 0;
    roll_back();
    if (done.error().code == ErrorCode::DataLoss) damage_ = done.error().message;
    if (is_of_the_disk(done.error())) set_unhealthy(done.error());
  } else if (changed) {
    set_healthy();
  }
  return done;
}

Status SqliteWriter::write_batch(const Batch& batch, Version version) {
  if (Status checked = check_batch(batch, version); !checked) return checked;
  for (const Checked& checked : checked_) {
    if (Status applied = apply(checked, version); !applied) return applied;
  }
  return {};
}

Status SqliteWriter::check_batch(const Batch& batch, Version version) {
  checked_.clear();
  BatchOverlay<Standing> overlay;
  for (const Write& write : batch.writes) {
    Result<Standing> before = find(write, overlay);
    if (!before) return std::unexpected(std::move(before).error());
    if (write.expected && *write.expected != before->version) return std::unexpected(stale(write, before->version));
    const bool put = write.kind == Write::Kind::Put;
    Standing after{put ? version : core::kAbsent, put ? encode_indexes(write.indexes) : std::string()};
    checked_.push_back({&write, std::move(*before), after.indexes});
    if (batch.writes.size() > 1) overlay.set(write, std::move(after));
  }
  return {};
}

Result<SqliteWriter::Standing> SqliteWriter::find(const Write& write, const BatchOverlay<Standing>& overlay) {
  if (const Standing* touched = overlay.find(write)) return *touched;
  const int code = sql_.find.bind(1, write.collection).bind(2, write.id).step();
  Result<Standing> standing = Standing{};
  if (code == SQLITE_ROW) {
    standing = Standing{static_cast<Version>(sql_.find.number(0)), std::string(sql_.find.text(1)), sql_.find.number(2)};
  } else if (code != SQLITE_DONE) {
    standing = std::unexpected(error_of(connection_.handle()));
  }
  sql_.find.reset();
  return standing;
}

Status SqliteWriter::apply(const Checked& checked, Version version) {
  const Write& write = *checked.write;
  const Standing& before = checked.before;
  const bool exists = before.version != core::kAbsent;
  const bool put = write.kind == Write::Kind::Put;
  Status done;
  if (exists && before.row != 0) {
    // Its place is known from the check: the key need not be looked up again.
    done = put ? sql_.update_row.bind(1, before.row)
                     .bind(2, to_column(version))
                     .bind(3, checked.indexes)
                     .bind(4, write.body)
                     .run()
               : sql_.erase_row.bind(1, before.row).run();
  } else if (put) {
    Statement& statement = exists ? sql_.update : sql_.insert;
    done = statement.bind(1, write.collection)
               .bind(2, write.id)
               .bind(3, to_column(version))
               .bind(4, checked.indexes)
               .bind(5, write.body)
               .run();
  } else if (exists) {
    done = sql_.erase.bind(1, write.collection).bind(2, write.id).run();
  }
  if (!done || before.indexes == checked.indexes) return done;
  return change_indexes(write, before.indexes, checked.indexes);
}

Status SqliteWriter::change_indexes(const Write& write, const std::string& before, const std::string& after) {
  const Result<std::vector<core::IndexEntry>> old_entries = decode_indexes(before);
  if (!old_entries) return std::unexpected(old_entries.error());
  const std::vector<core::IndexEntry> none;
  const std::vector<core::IndexEntry>& new_entries = after.empty() ? none : write.indexes;
  const auto run = [&](Statement& statement, const core::IndexEntry& entry) {
    return statement.bind(1, write.collection).bind(2, entry.name).bind(3, entry.value).bind(4, write.id).run();
  };
  for (const core::IndexEntry& entry : *old_entries) {
    if (contains(new_entries, entry)) continue;
    if (Status done = run(sql_.erase_index, entry); !done) return done;
  }
  for (const core::IndexEntry& entry : new_entries) {
    if (contains(*old_entries, entry)) continue;
    if (Status done = run(sql_.insert_index, entry); !done) return done;
  }
  return {};
}

Status SqliteWriter::check_file() {
  // A file that was moved or deleted still takes writes, which nobody would ever see again.
  int moved = 0;
  if (sqlite3_file_control(connection_.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved == 0) {
    return {};
  }
  auto gone = fail(ErrorCode::Unavailable,
                   "The store's file was moved or deleted while in use. Put it back, or stop the control plane and "
                   "restore a backup with `draas store restore`");
  gone.error().retryable = true;
  return gone;
}

void SqliteWriter::roll_back() {
  // SQLite has often undone the transaction itself by the time the error is seen.
  if (sqlite3_get_autocommit(connection_.handle()) != 0) return;
  if (Status undone = sql_.rollback.run(); !undone) {
    write_log(LogLevel::Error, "store could not undo a transaction", undone.error());
  }
}

void SqliteWriter::probe() {
  if (!check_damage()) return;
  // On a full disk the little that is written here may still find room when no real commit does.
  if (space_wanted_ > 0) {
    std::error_code unknown;
    const auto space = std::filesystem::space(path_.parent_path(), unknown);
    if (!unknown && space.available < space_wanted_) return;
  }
  // The smallest change that has to reach the disk.
  Status done = check_file();
  if (done) done = sql_.begin.run();
  if (done) done = sql_.set_sequence.bind(1, to_column(++sequence_)).run();
  if (done) done = sql_.commit.run();
  if (done) {
    set_healthy();
    return;
  }
  roll_back();
  set_unhealthy(done.error());
}

std::optional<std::chrono::milliseconds> SqliteWriter::idle() {
  if (!healthy_) probe();
  if (!healthy_) return times_.probe_interval;
  return rest();
}

// The pages that were read and written are kept for the next write. A store that rests needs none of them.
std::optional<std::chrono::milliseconds> SqliteWriter::rest() {
  if (!holds_pages_) return std::nullopt;
  const auto rested = std::chrono::steady_clock::now() - written_at_;
  if (rested < times_.rest_after) return std::chrono::ceil<std::chrono::milliseconds>(times_.rest_after - rested);
  sqlite3_db_release_memory(connection_.handle());
  readers_.release_memory();
  release_free_memory();
  holds_pages_ = false;
  return std::nullopt;
}

void SqliteWriter::finish() {
  readers_.close();
  sql_ = {};
  // A log that cannot be folded in now is read at the next start: nothing is lost.
  if (sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) !=
      SQLITE_OK) {
    log_warn("store closed with its write-ahead log in place", {{"reason", error_of(connection_.handle()).internal}});
  }
  connection_.close();
  lock_.release();
}

core::StoreHealth SqliteWriter::health() {
  if (auto damage = readers_.damage()) return {false, std::move(*damage)};
  if (healthy_) return {true, {}};
  const std::scoped_lock lock(health_mutex_);
  return {reason_.empty(), reason_};
}

void SqliteWriter::set_healthy() {
  if (healthy_) return;
  {
    const std::scoped_lock lock(health_mutex_);
    reason_.clear();
  }
  healthy_ = true;
  log_info("store writes again", {{"path", path_.string()}});
}

void SqliteWriter::set_unhealthy(const Error& error) {
  bool is_new = false;
  {
    const std::scoped_lock lock(health_mutex_);
    is_new = reason_ != error.message;
    reason_ = error.message;
  }
  healthy_ = false;
  if (is_new) write_log(LogLevel::Error, "store cannot write", error, {{"path", path_.string()}});
}

}  // namespace draas::stores
