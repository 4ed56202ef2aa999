#include "base/files.hpp"

#include <atomic>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.hpp"

namespace draas {
namespace {
namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(directory_); }

  static mode_t mode_of(const fs::path& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777U;
  }

  fs::path directory_ = fs::temp_directory_path() / ("draas-files-" + random_hex(6));
};

TEST_F(Files, WritesAndReadsBackWithTheMode) {
  const fs::path path = directory_ / "a" / "b" / "file";
  for (const Durability durability : {Durability::Atomic, Durability::Durable}) {
    const std::string content = std::string("line\n\0binary", 12) + std::to_string(static_cast<int>(durability));
    ASSERT_TRUE(write_file(path, content, 0600, durability));
    EXPECT_EQ(read_file(path).value(), content);
  }
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.parent_path()), 0700U);
  ASSERT_TRUE(write_file(path, "", 0666, Durability::Atomic));
  EXPECT_EQ(mode_of(path), 0666U) << "the umask must not take bits away";
  EXPECT_EQ(read_file(path).value(), "");
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1)
      << "no temporary file may remain";
}

TEST_F(Files, ReadersNeverSeeHalfAFile) {
  const fs::path path = directory_ / "file";
  const std::string first(100'000, 'a');
  const std::string second(50'000, 'b');
  ASSERT_TRUE(write_file(path, first, 0600, Durability::Atomic));
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE(write_file(path, i % 2 == 0 ? second : first, 0600, Durability::Atomic));
    }
    done = true;
  });
  while (!done) {
    const auto content = read_file(path);
    ASSERT_TRUE(content);
    ASSERT_TRUE(*content == first || *content == second);
  }
}

TEST_F(Files, ReadTellsAbsentFromTooLarge) {
  EXPECT_EQ(read_file(directory_ / "none").error().code, ErrorCode::NotFound);
  ASSERT_TRUE(write_file(directory_ / "file", "12345", 0600, Durability::Atomic));
  EXPECT_EQ(read_file(directory_ / "file", 5).value(), "12345");
  EXPECT_EQ(read_file(directory_ / "file", 4).error().code, ErrorCode::PayloadTooLarge);
  EXPECT_FALSE(read_file(directory_));
}

TEST_F(Files, ReadsFilesWhoseSizeIsUnknown) {
  const auto status = read_file("/proc/self/status");
  ASSERT_TRUE(status);
  EXPECT_NE(status->find("Pid:"), std::string::npos);
}

TEST_F(Files, FailedWriteLeavesTheOldFileAndNothingElse) {
  const fs::path target = directory_ / "target";
  ASSERT_TRUE(make_directories(target / "inside", 0700));
  const Status written = write_file(target, "x", 0600, Durability::Atomic);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("target"), std::string::npos);
  EXPECT_TRUE(fs::is_directory(target / "inside"));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()), 1);
}

TEST_F(Files, MakesDirectoriesWithTheModeAndRefusesAFileInTheWay) {
  ASSERT_TRUE(make_directories(directory_ / "x" / "y", 0750));
  EXPECT_EQ(mode_of(directory_ / "x"), 0750U);
  EXPECT_TRUE(make_directories(directory_ / "x" / "y", 0750)) << "an existing directory is success";
  ASSERT_TRUE(write_file(directory_ / "file", "", 0600, Durability::Atomic));
  EXPECT_FALSE(make_directories(directory_ / "file" / "z", 0700));
  EXPECT_FALSE(make_directories(directory_ / "file", 0700));
}

TEST_F(Files, RemovesTreesAndToleratesAbsence) {
  ASSERT_TRUE(make_directories(directory_ / "x" / "y", 0700));
  EXPECT_TRUE(draas::remove_all(directory_));
  EXPECT_FALSE(fs::exists(directory_));
  EXPECT_TRUE(draas::remove_all(directory_));
}

TEST(UniqueFd, ClosesOnceAndMoves) {
  const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(raw, 0);
  UniqueFd first(raw);
  UniqueFd second(std::move(first));
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): the moved-from state is what is tested
  EXPECT_EQ(second.get(), raw);
  first = std::move(second);
  EXPECT_EQ(first.get(), raw);
  first.reset();
  EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

}  // namespace
}  // namespace draas
