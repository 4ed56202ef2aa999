// Opening an SQLite store: what it makes, what it refuses, and that it says the way out.

#include <chrono>
#include <fstream>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract/store/child.hpp"
#include "contract/store/store_calls.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using core::Write;
using stores::open_sqlite_store;

constexpr uid_t kNobody = 65534;

mode_t mode_of(const fs::path& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

void run_sql(const fs::path& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

void fill(const fs::path& path, int documents) {
  auto store = open_sqlite_store({.path = path});
  ASSERT_TRUE(store) << store.error().message;
  std::vector<Write> writes;
  for (int i = 0; i < documents; ++i) {
    writes.push_back(Write::put("c", std::to_string(i), std::string(900, 'x'), {{"k", std::to_string(i % 10)}}));
  }
  must_commit(**store, std::move(writes));
}

void overwrite(const fs::path& path, std::streamoff offset, std::size_t bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offset);
  file << std::string(bytes, '\x5a');
  ASSERT_TRUE(file.good());
}

Error error_of_opening(const fs::path& path) {
  const auto store = open_sqlite_store({.path = path});
  if (store) {
    ADD_FAILURE() << "it opened";
    return {};
  }
  EXPECT_NE(store.error().message.find(path.string()), std::string::npos) << store.error().message;
  return store.error();
}

void expect_says(const Error& error, std::string_view words) {
  EXPECT_NE(error.message.find(words), std::string::npos) << error.message;
}

TEST(SqliteOpen, FilesArePrivate) {
  Scratch scratch;
  const fs::path path = scratch / "deep/er/store.db";
  auto store = open_sqlite_store({.path = path});
  ASSERT_TRUE(store) << store.error().message;
  must_commit(**store, {Write::put("c", "a", "x")});
  EXPECT_EQ(mode_of(scratch / "deep"), 0700u);
  EXPECT_EQ(mode_of(scratch / "deep/er"), 0700u);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) EXPECT_EQ(mode_of(path.string() + suffix), 0600u) << suffix;
}

TEST(SqliteOpen, AFileOpenToOthersIsClosedToThem) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 1);
  fs::permissions(path, fs::perms(0644));
  auto store = open_sqlite_store({.path = path});
  ASSERT_TRUE(store);
  EXPECT_EQ(mode_of(path), 0600u);
}

TEST(SqliteOpen, AStoreThatRestsGivesUpItsMemoryAndGoesOn) {
  Scratch scratch;
  auto store = open_sqlite_store({.path = scratch / "store.db", .rest_after = std::chrono::milliseconds(300)});
  ASSERT_TRUE(store) << store.error().message;
  std::vector<Write> writes;
  for (int i = 0; i < 3000; ++i) writes.push_back(Write::put("c", std::to_string(i), std::string(900, 'x')));
  must_commit(**store, std::move(writes));
  EXPECT_EQ(ids_of(**store, {.collection = "c", .limit = 5000}).size(), 3000U);
  const auto busy = sqlite3_memory_used();
  wait_until([busy] { return sqlite3_memory_used() < busy / 2; });
  must_commit(**store, {Write::put("c", "0", "new")});
  EXPECT_EQ(must_get(**store, "c", "0")->body, "new");
  EXPECT_EQ(must_get(**store, "c", "2999")->body, std::string(900, 'x'));
}

TEST(SqliteOpen, ClosingLeavesNoLogBehind) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 100);
  EXPECT_FALSE(fs::exists(path.string() + "-wal"));
  EXPECT_GT(fs::file_size(path), 90'000u);
}

TEST(SqliteOpen, RefusesASecondOpener) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  auto first = open_sqlite_store({.path = path});
  ASSERT_TRUE(first);
  const Error error = error_of_opening(path);
  EXPECT_EQ(error.code, ErrorCode::Conflict);
  expect_says(error, "process " + std::to_string(::getpid()));
  expect_says(error, "Stop that control plane");
  (*first)->close();
  EXPECT_TRUE(open_sqlite_store({.path = path})) << "close() lets go of it";
}

TEST(SqliteOpen, NamesTheProcessThatHoldsItAndOpensOnceThatIsDead) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  Child child({"hold", path.string()});
  ASSERT_EQ(child.read_line(), "open");
  expect_says(error_of_opening(path), "process " + std::to_string(child.pid()));
  child.kill_hard();
  EXPECT_TRUE(open_sqlite_store({.path = path}));
}

TEST(SqliteOpen, RefusesANewerSchemaNamingBothVersions) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 1);
  run_sql(path, "UPDATE meta SET value = 4711 WHERE key = 'schema_version'");
  const Error error = error_of_opening(path);
  EXPECT_EQ(error.code, ErrorCode::Conflict);
  expect_says(error, "version 4711");
  expect_says(error, "up to " + std::to_string(stores::known_migrations().back().version));
  expect_says(error, "newer program");
}

TEST(SqliteOpen, RefusesADatabaseOfAnotherProgram) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  run_sql(path, "CREATE TABLE songs(title TEXT)");
  const Error error = error_of_opening(path);
  EXPECT_EQ(error.code, ErrorCode::Unprocessable);
  expect_says(error, "not a DRaaS store");
}

TEST(SqliteOpen, RefusesADirectory) {
  Scratch scratch;
  fs::create_directory(scratch / "store.db");
  EXPECT_EQ(error_of_opening(scratch / "store.db").code, ErrorCode::InvalidArgument);
}

TEST(SqliteOpen, DamagedPagesAreDataLossWithTheWayOut) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 2000);
  for (const std::streamoff page : {5, 60, 200}) overwrite(path, page * 4096, 64);
  const Error error = error_of_opening(path);
  EXPECT_EQ(error.code, ErrorCode::DataLoss);
  expect_says(error, "draas store restore BACKUP --to " + path.string());
  expect_says(error, ".clone salvaged.db");
}

TEST(SqliteOpen, ADamagedHeaderIsDataLossWithTheWayOut) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 10);
  overwrite(path, 0, 100);
  const Error error = error_of_opening(path);
  EXPECT_EQ(error.code, ErrorCode::DataLoss);
  expect_says(error, "draas store restore");
}

TEST(SqliteOpen, ACutOffFileIsDataLoss) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 500);
  fs::resize_file(path, fs::file_size(path) / 2);
  EXPECT_EQ(error_of_opening(path).code, ErrorCode::DataLoss);
}

TEST(SqliteOpen, ALogWithoutItsFileIsNotThrownAway) {
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  const fs::path elsewhere = scratch / "elsewhere.db";
  {
    Child child({"commit", "sqlite", scratch.path().string(), "0"});
    for (int i = 0; i < 20; ++i) ASSERT_FALSE(child.read_line().empty());
    child.kill_hard();
  }
  ASSERT_TRUE(fs::exists(path.string() + "-wal"));
  fs::rename(path, elsewhere);
  for (const bool with_empty_file : {false, true}) {
    if (with_empty_file) std::ofstream(path).flush();
    const Error error = error_of_opening(path);
    EXPECT_EQ(error.code, ErrorCode::DataLoss);
    expect_says(error, "-wal");
  }
  fs::rename(elsewhere, path);
  auto store = open_sqlite_store({.path = path});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_GE(ids_of(**store, {.collection = "first"}).size(), 20u);
}

TEST(SqliteOpen, ADirectoryThatMayNotBeWrittenIsSaid) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to become another user";
  Scratch scratch;
  fs::permissions(scratch.path(), fs::perms(0755));
  const fs::path closed = scratch / "closed";
  fs::create_directory(closed);
  ASSERT_EQ(::chown(closed.c_str(), kNobody, kNobody), 0);
  fs::permissions(closed, fs::perms(0500));
  Child child({"open-as", std::to_string(kNobody), (closed / "store.db").string()});
  const std::string outcome = child.read_line();
  EXPECT_NE(outcome.find((closed / "store.db").string()), std::string::npos) << outcome;
  EXPECT_NE(outcome.find("Permission denied"), std::string::npos) << outcome;

  fs::permissions(closed, fs::perms(0700));
  Child again({"open-as", std::to_string(kNobody), (closed / "store.db").string()});
  EXPECT_EQ(again.read_line(), "open");
}

TEST(SqliteOpen, AStoreFileThatMayNotBeWrittenIsSaid) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to become another user";
  Scratch scratch;
  const fs::path path = scratch / "store.db";
  fill(path, 1);
  fs::permissions(scratch.path(), fs::perms(0777));
  fs::permissions(path, fs::perms(0444));
  fs::permissions(path.string() + ".lock", fs::perms(0666));
  Child child({"open-as", std::to_string(kNobody), path.string()});
  const std::string outcome = child.read_line();
  EXPECT_NE(outcome.find("Permission denied"), std::string::npos) << outcome;
  EXPECT_NE(outcome.find(path.string()), std::string::npos) << outcome;
}

}  // namespace
}  // namespace draas::tests
