// How older files become newer ones, with a table of migrations of the test's own on top of the real ones.

#include "stores/sqlite/schema.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "base/id.hpp"

namespace draas::stores {
namespace {

Status add_colour(Connection& connection) {
  return connection.execute("ALTER TABLE documents ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'");
}
Status paint_red(Connection& connection) { return connection.execute("UPDATE documents SET colour = 'red'"); }
Status fail_half_way(Connection& connection) {
  if (Status done = connection.execute("DELETE FROM documents"); !done) return done;
  return connection.execute("this is not SQL");
}

class Schema : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(path_).flush();
    auto opened = Connection::open(path_, Connection::Access::ReadWrite);
    ASSERT_TRUE(opened);
    connection_ = std::move(*opened);
  }
  void TearDown() override {
    connection_.close();
    std::filesystem::remove(path_);
  }

  // A file of version 1 with one document in it.
  void make_version_1() {
    ASSERT_TRUE(migrate(connection_, known_migrations().first(1)));
    ASSERT_TRUE(connection_.execute("INSERT INTO documents VALUES('c', 'a', 7, '', 'body')"));
  }
  std::vector<Migration> with(std::initializer_list<Migration> more) {
    std::vector<Migration> all{known_migrations().front()};
    all.insert(all.end(), more);
    return all;
  }

  std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("draas-schema-" + random_hex(8));
  Connection connection_;
};

TEST_F(Schema, KnownMigrationsCountUpFromOne) {
  int expected = 1;
  for (const Migration& migration : known_migrations()) EXPECT_EQ(migration.version, expected++);
}

TEST_F(Schema, AnEmptyFileHasVersionZero) { EXPECT_EQ(schema_version(connection_), 0); }

TEST_F(Schema, ANewFileGetsEverythingAtOnce) {
  ASSERT_TRUE(migrate(connection_, known_migrations()));
  EXPECT_EQ(schema_version(connection_), known_migrations().back().version);
  EXPECT_EQ(connection_.query_number("SELECT value FROM meta WHERE key = 'commit_sequence'"), 0);
  EXPECT_EQ(connection_.query_text("SELECT value FROM meta WHERE key = 'store_id'")->size(), 36u);
}

TEST_F(Schema, AnOlderFileIsTakenForwardStepByStep) {
  make_version_1();
  const auto migrations = with({{2, &add_colour}, {3, &paint_red}});
  ASSERT_TRUE(migrate(connection_, migrations));
  EXPECT_EQ(schema_version(connection_), 3);
  EXPECT_EQ(connection_.query_text("SELECT body || colour FROM documents"), "bodyred");
}

TEST_F(Schema, StepsAlreadyTakenAreNotTakenAgain) {
  make_version_1();
  ASSERT_TRUE(migrate(connection_, with({{2, &add_colour}})));
  ASSERT_TRUE(migrate(connection_, with({{2, &add_colour}, {3, &paint_red}})));
  ASSERT_TRUE(migrate(connection_, with({{2, &add_colour}, {3, &paint_red}})));
  EXPECT_EQ(schema_version(connection_), 3);
}

TEST_F(Schema, AFailedStepLeavesTheFileAtTheStepBefore) {
  make_version_1();
  const Status failed = migrate(connection_, with({{2, &add_colour}, {3, &fail_half_way}, {4, &paint_red}}));
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("schema version 3"), std::string::npos) << failed.error().message;
  EXPECT_EQ(schema_version(connection_), 2);
  EXPECT_EQ(connection_.query_text("SELECT body || colour FROM documents"), "bodygrey");
}

TEST_F(Schema, ANewerFileIsRefusedNamingBothVersions) {
  make_version_1();
  ASSERT_TRUE(migrate(connection_, with({{2, &add_colour}})));
  const Status refused = migrate(connection_, known_migrations().first(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_NE(refused.error().message.find("version 2"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("up to 1"), std::string::npos) << refused.error().message;
}

TEST_F(Schema, AnotherProgramsFileIsRefused) {
  ASSERT_TRUE(connection_.execute("CREATE TABLE meta(key TEXT, value TEXT)"));
  EXPECT_EQ(migrate(connection_, known_migrations()).error().code, ErrorCode::Unprocessable);
}

}  // namespace
}  // namespace draas::stores
