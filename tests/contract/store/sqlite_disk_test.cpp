// A disk that fails under an open SQLite store: commits fail, health says why, and it goes on by itself.

#include <fstream>

#include <signal.h>
#include <sys/resource.h>

#include "contract/store/store_calls.hpp"
#include "stores/sqlite/sqlite_store.hpp"
#include "support/small_disk.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using core::Write;

stores::SqliteOptions options_for(const fs::path& path) {
  return {.path = path, .probe_interval = std::chrono::milliseconds(10)};
}

// Files of this process may not grow beyond it. Without the signal that would end the process.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &previous_);
    rlimit limit = previous_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { lift(); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  void lift() {
    ::setrlimit(RLIMIT_FSIZE, &previous_);
    ::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int) = nullptr;
};

void expect_unavailable(const Result<core::Commit>& done) {
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Unavailable) << done.error().message << " " << done.error().internal;
  EXPECT_TRUE(done.error().retryable);
  EXPECT_FALSE(done.error().message.empty());
}

TEST(SqliteDisk, FullDiskFailsCommitsAndIsRecoveredFromWithoutHelp) {
  Scratch scratch;
  const SmallDisk disk(scratch / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a small file system here";
  const fs::path ballast = scratch / "disk/ballast";
  std::ofstream(ballast) << std::string(1U << 20U, 'b');
  auto opened = open_sqlite_store(options_for(scratch / "disk/store.db"));
  ASSERT_TRUE(opened) << opened.error().message;
  core::Store& store = **opened;

  std::vector<std::string> kept;
  Result<core::Commit> done = core::Commit{};
  for (int i = 0; done && i < 1000; ++i) {
    const std::string id = "id-" + std::to_string(1000 + i);
    done = commit(store, {Write::put("c", id, std::string(60'000, 'x')), Write::put("d", id, "beside")});
    if (done) kept.push_back(id);
  }
  expect_unavailable(done);
  EXPECT_NE(done.error().message.find("full"), std::string::npos) << done.error().message;
  EXPECT_GT(kept.size(), 5u);
  EXPECT_EQ(ids_of(store, {.collection = "c"}), kept) << "reading goes on";
  const core::StoreHealth health = store.health();
  EXPECT_FALSE(health.ready);
  EXPECT_NE(health.reason.find("Free some space"), std::string::npos) << health.reason;

  fs::remove(ballast);
  wait_until([&] { return store.health().ready; });
  must_commit(store, {Write::put("c", "id-9999", std::string(60'000, 'y'))});
  kept.push_back("id-9999");
  EXPECT_EQ(ids_of(store, {.collection = "c"}), kept);

  opened->reset();
  opened = open_sqlite_store(options_for(scratch / "disk/store.db"));
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(ids_of(**opened, {.collection = "c"}), kept) << "what failed stays away after a restart";
}

TEST(SqliteDisk, EveryBatchOfAGroupFailsWhenItsCommitFails) {
  Scratch scratch;
  auto store = open_sqlite_store(options_for(scratch / "store.db"));
  ASSERT_TRUE(store) << store.error().message;
  must_commit(**store, {Write::put("c", "before", "x")});
  const auto version = must_get(**store, "c", "before")->version;
  FileSizeLimit limit(fs::file_size(scratch / "store.db-wal") + 4096);

  std::vector<std::future<Result<core::Commit>>> pending;
  for (int i = 0; i < 20; ++i) {
    pending.push_back(start_commit(**store, {{Write::put("c", std::to_string(i), std::string(100'000, 'x'))}}));
  }
  for (auto& commit : pending) expect_unavailable(commit.get());
  EXPECT_FALSE((*store)->health().ready);
  EXPECT_EQ(ids_of(**store, {.collection = "c"}), std::vector<std::string>{"before"});

  limit.lift();
  wait_until([&] { return (*store)->health().ready; });
  EXPECT_GT(must_commit(**store, {Write::put("c", "before", "y", {}, version)}), version);
}

TEST(SqliteDisk, AStaleBatchInAFailedGroupIsNotCalledStale) {
  Scratch scratch;
  auto store = open_sqlite_store(options_for(scratch / "store.db"));
  ASSERT_TRUE(store) << store.error().message;
  must_commit(**store, {Write::put("c", "a", "x")});
  const auto version = must_get(**store, "c", "a")->version;
  FileSizeLimit limit(fs::file_size(scratch / "store.db-wal") + 4096);
  // The second would be stale only if the first had been kept. Both wait behind one that is being written.
  auto busy = start_commit(**store, {{Write::put("c", "big", std::string(8U << 20U, 'x'))}});
  auto first = start_commit(**store, {{Write::put("c", "a", std::string(100'000, 'y'), {}, version)}});
  auto second = start_commit(**store, {{Write::put("c", "a", "z", {}, version)}});
  expect_unavailable(busy.get());
  expect_unavailable(first.get());
  expect_unavailable(second.get());
}

TEST(SqliteDisk, AFileMovedAwayIsNoticedAndTakenBack) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  auto store = open_sqlite_store(options_for(path));
  ASSERT_TRUE(store) << store.error().message;
  must_commit(**store, {Write::put("c", "a", "x")});
  fs::rename(path, scratch / "elsewhere.db");
  const auto done = commit(**store, {Write::put("c", "b", "x")});
  expect_unavailable(done);
  EXPECT_NE((*store)->health().reason.find("moved or deleted"), std::string::npos);
  fs::rename(scratch / "elsewhere.db", path);
  wait_until([&] { return (*store)->health().ready; });
  must_commit(**store, {Write::put("c", "b", "x")});
}

TEST(SqliteDisk, AFailedBackupHarmsNeitherStoreNorFormerBackup) {
  Scratch scratch;
  const fs::path target = scratch / "backup.db";
  auto store = open_sqlite_store(options_for(scratch / "store.db"));
  ASSERT_TRUE(store) << store.error().message;
  must_commit(**store, {Write::put("c", "a", std::string(500'000, 'x'))});
  ASSERT_TRUE((*store)->backup(target));
  const auto size = fs::file_size(target);
  must_commit(**store, {Write::put("c", "b", std::string(500'000, 'x'))});
  {
    const FileSizeLimit limit(700'000);
    const Status failed = (*store)->backup(target);
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().message.find(target.string()), std::string::npos) << failed.error().message;
  }
  EXPECT_EQ(fs::file_size(target), size);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    files += entry.path().extension() == ".tmp" ? 1 : 0;
  }
  EXPECT_EQ(files, 0) << "nothing half-made is left";
  must_commit(**store, {Write::put("c", "c", "x")});
  EXPECT_TRUE((*store)->health().ready);
}

TEST(SqliteDisk, DamageThatIsMetInUseEndsWritingForGood) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  {
    auto store = open_sqlite_store(options_for(path));
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 500; ++i) {
      must_commit(**store, {Write::put("c", "id-" + std::to_string(1000 + i), std::string(4'000, 'x'))});
    }
    (*store)->close();
  }
  auto opened = open_sqlite_store(options_for(path));
  ASSERT_TRUE(opened) << opened.error().message;
  core::Store& store = **opened;
  must_commit(store, {Write::put("d", "before", "1")});
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(fs::file_size(path));
    for (std::streamoff at = size / 2; at < size; at += 4096) {
      file.seekp(at);
      file << std::string(64, '\xA5');
    }
  }
  const auto read = store.list({.collection = "c"});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::DataLoss) << read.error().message;
  EXPECT_FALSE(store.health().ready);
  const Result<core::Commit> refused = commit(store, {Write::put("d", "after", "1")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::DataLoss) << refused.error().message;
  EXPECT_FALSE(refused.error().retryable);
  // No write that happens to succeed elsewhere in the file makes it whole again.
  for (int looks = 0; looks < 5; ++looks) EXPECT_FALSE(commit(store, {Write::put("d", "more", "1")}));
  EXPECT_FALSE(store.health().ready);
}

}  // namespace
}  // namespace draas::tests
