#pragma once
// Writes groups of batches to the store file, one transaction per group.
//
// Each batch stands or falls alone: it is checked as a whole before its first row is written, so that a stale batch
// leaves no trace in the transaction. Should a row fail all the same, the group is undone and written again batch by
// batch. When the disk fails, the whole group fails and health() says so until a write succeeds again, which is tried
// every `probe_interval` also when nobody commits. Damage to the file heals by no write: once it is met, also by a
// reader, nothing is written any more and health() says so for good.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "core/store/store.hpp"
#include "stores/batch_overlay.hpp"
#include "stores/commit_queue.hpp"
#include "stores/sqlite/connection.hpp"
#include "stores/sqlite/file_lock.hpp"
#include "stores/sqlite/reader_pool.hpp"

namespace draas::stores {

class SqliteWriter final : public GroupWriter {
 public:
  // As in SqliteOptions.
  struct Times {
    std::chrono::milliseconds probe_interval;
    std::chrono::milliseconds rest_after;
  };
  // `readers` must outlive the writer; finish() closes them, the file and the lock.
  static Result<std::unique_ptr<SqliteWriter>> create(Connection connection, FileLock lock, ReaderPool& readers,
                                                      std::filesystem::path path, Times times);

  // Of the writer thread.
  void write_group(std::span<QueuedCommit* const> group) override;
  std::optional<std::chrono::milliseconds> idle() override;
  void finish() override;

  // From any thread.
  core::StoreHealth health();

 private:
  struct Statements {
    Statement begin, commit, rollback, find, insert, update, update_row, erase, erase_row, insert_index, erase_index,
        set_sequence;
  };
  // A document as it stands before a write.
  struct Standing {
    core::Version version = core::kAbsent;
    std::string indexes;
    std::int64_t row = 0;  // 0: not known, as of one that the batch itself has written
  };
  // A write that has passed its check, with what it needs to be carried out.
  struct Checked {
    const core::Write* write;
    Standing before;
    std::string indexes;
  };

  SqliteWriter(ReaderPool& readers, std::filesystem::path path, Times times);
  Status prepare();

  // One transaction over the group, with an outcome for each batch; an error when the whole of it was undone.
  Status write_transaction(std::span<QueuedCommit* const> group);
  Status write_or_run_out_of_memory(std::span<QueuedCommit* const> group);
  // DataLoss once damage was met.
  Status check_damage();
  Status write_batch(const core::Batch& batch, core::Version version);
  Status check_batch(const core::Batch& batch, core::Version version);
  Status apply(const Checked& checked, core::Version version);
  Status change_indexes(const core::Write& write, const std::string& before, const std::string& after);
  Result<Standing> find(const core::Write& write, const BatchOverlay<Standing>& overlay);
  Status check_file();
  void roll_back();
  void probe();
  std::optional<std::chrono::milliseconds> rest();

  void set_healthy();
  void set_unhealthy(const Error& error);

  ReaderPool& readers_;
  const std::filesystem::path path_;
  const Times times_;
  FileLock lock_;
  Connection connection_;
  Statements sql_;
  core::Version sequence_ = 0;  // last version handed out; also of groups that failed
  bool holds_pages_ = true;     // opening it has read some
  std::chrono::steady_clock::time_point written_at_ = std::chrono::steady_clock::now();
  std::uintmax_t space_wanted_ = 0;  // while the disk is full: what must be free before it counts as recovered
  std::vector<Checked> checked_;     // check_batch()'s result, kept for its capacity
  std::string damage_;               // "" = none was met

  std::atomic<bool> healthy_ = true;
  std::mutex health_mutex_;
  std::string reason_;
};

}  // namespace draas::stores
