// Backups put back: what is checked, what is refused, what is kept.

#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>

#include "contract/store/child.hpp"
#include "contract/store/store_calls.hpp"
#include "stores/sqlite/backup.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using core::Write;
using stores::open_sqlite_store;
using stores::restore_sqlite;

class SqliteRestore : public testing::Test {
 protected:
  // A store with "a", backed up, then changed.
  void SetUp() override {
    auto store = open_sqlite_store({.path = path_});
    ASSERT_TRUE(store) << store.error().message;
    must_commit(**store, {Write::put("c", "a", "old", {{"k", "v"}})});
    const Status done = (*store)->backup(backup_);
    ASSERT_TRUE(done) << done.error().message;
    newest_ = must_commit(**store, {Write::put("c", "a", "new"), Write::put("c", "b", "new")});
  }

  void expect_restored(const fs::path& path) {
    auto store = open_sqlite_store({.path = path, .integrity_check = stores::IntegrityCheck::Full});
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(must_get(**store, "c", "a")->body, "old");
    EXPECT_EQ(ids_of(**store, {.collection = "c", .index = core::IndexEntry{"k", "v"}}).size(), 1u);
    EXPECT_EQ(must_get(**store, "c", "b"), std::nullopt);
    EXPECT_GT(must_commit(**store, {Write::put("c", "b", "x")}), newest_) << "no version comes up again";
  }

  std::vector<fs::path> kept() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(scratch_.path())) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("store.db.replaced-") && !name.ends_with("-wal")) files.push_back(entry.path());
    }
    return files;
  }

  Scratch scratch_;
  fs::path path_ = scratch_ / "store.db";
  fs::path backup_ = scratch_ / "backup.db";
  core::Version newest_ = 0;
};

TEST_F(SqliteRestore, BackupIsOnePrivateFile) {
  struct stat info{};
  ASSERT_EQ(::stat(backup_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_FALSE(fs::exists(backup_.string() + "-wal"));
}

TEST_F(SqliteRestore, ToANewPlace) {
  const fs::path target = scratch_ / "deep/new.db";
  const Status done = restore_sqlite(backup_, target, false);
  ASSERT_TRUE(done) << done.error().message;
  expect_restored(target);
  EXPECT_TRUE(fs::exists(backup_)) << "the backup stays";
}

TEST_F(SqliteRestore, ReplacesOnlyWithForceAndKeepsTheReplaced) {
  const Status refused = restore_sqlite(backup_, path_, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
  EXPECT_NE(refused.error().message.find("--force"), std::string::npos) << refused.error().message;

  ASSERT_TRUE(restore_sqlite(backup_, path_, true));
  expect_restored(path_);
  ASSERT_EQ(kept().size(), 1u);
  auto replaced = open_sqlite_store({.path = kept().front()});
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(must_get(**replaced, "c", "a")->body, "new");
  replaced->reset();

  ASSERT_TRUE(restore_sqlite(backup_, path_, true));
  EXPECT_GE(kept().size(), 2u) << "nothing kept is written over";
}

TEST_F(SqliteRestore, RefusesAStoreInUse) {
  auto store = open_sqlite_store({.path = path_});
  ASSERT_TRUE(store);
  const Status refused = restore_sqlite(backup_, path_, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_NE(refused.error().message.find("in use by process"), std::string::npos) << refused.error().message;
}

TEST_F(SqliteRestore, RefusesADamagedBackup) {
  std::fstream(backup_, std::ios::in | std::ios::out | std::ios::binary).seekp(4096 + 8) << std::string(2000, '\x5a');
  const Status refused = restore_sqlite(backup_, path_, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::DataLoss);
  EXPECT_NE(refused.error().message.find(backup_.string()), std::string::npos) << refused.error().message;
  EXPECT_TRUE(kept().empty());
  EXPECT_TRUE(open_sqlite_store({.path = path_})) << "the store is untouched";
}

TEST_F(SqliteRestore, RefusesWhatIsNoBackup) {
  EXPECT_EQ(restore_sqlite(scratch_ / "nothing.db", path_, true).error().code, ErrorCode::NotFound);
  EXPECT_EQ(restore_sqlite(path_, path_, true).error().code, ErrorCode::InvalidArgument);
  std::ofstream(scratch_ / "text.db") << std::string(5000, 't');
  EXPECT_EQ(restore_sqlite(scratch_ / "text.db", path_, true).error().code, ErrorCode::DataLoss);
  std::ofstream(scratch_ / "empty.db").flush();
  EXPECT_EQ(restore_sqlite(scratch_ / "empty.db", path_, true).error().code, ErrorCode::Unprocessable);
  EXPECT_TRUE(kept().empty());
}

TEST_F(SqliteRestore, OverADamagedStore) {
  std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary) << std::string(8192, '\x5a');
  ASSERT_FALSE(open_sqlite_store({.path = path_}));
  const Status done = restore_sqlite(backup_, path_, true);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(kept().size(), 1u);
  auto store = open_sqlite_store({.path = path_});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(must_get(**store, "c", "a")->body, "old");
}

TEST_F(SqliteRestore, AStoreThatWasKilledLeavesNoLogToSpoilTheNewOne) {
  {
    Child child({"commit", "sqlite", scratch_.path().string(), "0"});
    for (int i = 0; i < 200; ++i) ASSERT_FALSE(child.read_line().empty());
    child.kill_hard();
  }
  ASSERT_TRUE(fs::exists(path_.string() + "-wal"));
  ASSERT_TRUE(restore_sqlite(backup_, path_, true));
  auto replaced = open_sqlite_store({.path = kept().front()});
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_GE(ids_of(**replaced, {.collection = "first"}).size(), 200u) << "kept with the commits of its log";
  expect_restored(path_);
}

TEST_F(SqliteRestore, TheLogOfALostStoreIsMovedAside) {
  {
    Child child({"commit", "sqlite", scratch_.path().string(), "0"});
    for (int i = 0; i < 200; ++i) ASSERT_FALSE(child.read_line().empty());
    child.kill_hard();
  }
  fs::remove(path_);
  ASSERT_TRUE(restore_sqlite(backup_, path_, false));
  expect_restored(path_);
}

TEST_F(SqliteRestore, AnotherProcessMayBackUpAStoreInUseAndOneAtRest) {
  const auto back_up_read_only = [&] {
    auto source = stores::Connection::open(path_, stores::Connection::Access::ReadOnly);
    ASSERT_TRUE(source) << source.error().message;
    const Status done = stores::back_up(*source, scratch_ / "other.db");
    ASSERT_TRUE(done) << done.error().message << " " << done.error().internal;
  };
  back_up_read_only();
  auto store = open_sqlite_store({.path = path_});
  ASSERT_TRUE(store);
  must_commit(**store, {Write::put("c", "a", "newest")});
  back_up_read_only();
  must_commit(**store, {Write::put("c", "a", "after")});
  store->reset();
  ASSERT_TRUE(restore_sqlite(scratch_ / "other.db", scratch_ / "copy.db", false));
  auto copy = open_sqlite_store({.path = scratch_ / "copy.db"});
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(must_get(**copy, "c", "a")->body, "newest");
}

TEST_F(SqliteRestore, IndexesAreRebuiltFromTheDocuments) {
  {
    auto backup = stores::Connection::open(backup_, stores::Connection::Access::ReadWrite);
    ASSERT_TRUE(backup);
    ASSERT_TRUE(
        backup->execute("DELETE FROM document_indexes; INSERT INTO document_indexes VALUES('c','x','y','gone')"));
  }
  ASSERT_TRUE(restore_sqlite(backup_, path_, true));
  expect_restored(path_);
}

TEST_F(SqliteRestore, BackupRefusesTheStoreItselfAndADirectory) {
  auto store = open_sqlite_store({.path = path_});
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->backup(path_).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ((*store)->backup(scratch_.path()).error().code, ErrorCode::InvalidArgument);
  must_commit(**store, {Write::put("c", "z", "x")});
}

}  // namespace
}  // namespace draas::tests
