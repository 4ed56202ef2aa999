#include "platforms/process/instance_log.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "platforms/process/paths.hpp"

namespace draas::platforms::process {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBound = 64U << 10U;

// On a disk (its head is collapsed) and in memory (its head becomes a hole).
class InstanceLogTest : public testing::TestWithParam<std::string> {
 protected:
  InstanceLogTest() {
    std::string pattern = GetParam() + "/draas-log-XXXXXX";
    if (char* made = ::mkdtemp(pattern.data())) directory_ = made;
    file_ = directory_ / "logs" / "server.log";
  }
  ~InstanceLogTest() override { fs::remove_all(directory_); }

  static std::string numbered(int begin, int end) {
    std::string text;
    for (int i = begin; i < end; ++i) text += "line " + std::to_string(i) + " " + std::string(90, '.') + "\n";
    return text;
  }
  static void append(const UniqueFd& fd, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const auto got = ::write(fd.get(), text.data() + done, text.size() - done);
      ASSERT_GT(got, 0);
      done += static_cast<std::size_t>(got);
    }
  }
  static std::string all(InstanceLog& log) {
    std::string text;
    std::int64_t at = *log.find_start(SIZE_MAX, std::nullopt);
    for (;;) {
      auto part = log.read(at, 10'000);
      EXPECT_TRUE(part);
      if (!part || part->empty()) return text;
      text += *part;
    }
  }
  std::uint64_t bytes_on_disk() const {
    std::uint64_t sum = 0;
    for (const auto& entry : fs::directory_iterator(file_.parent_path())) {
      struct stat info{};
      ::stat(entry.path().c_str(), &info);
      sum += static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
    return sum;
  }

  fs::path directory_;
  fs::path file_;
};

TEST_P(InstanceLogTest, MovesTheHeadAwayUnderTheWriter) {
  InstanceLog log(file_, {kBound, 4});
  auto fd = log.open_for_writing();
  ASSERT_TRUE(fd);
  const std::string text = numbered(0, 1500);  // some 150 KB
  append(*fd, text);
  EXPECT_EQ(all(log), text);
  std::int64_t at = *log.find_start(3, std::nullopt);
  const auto look = log.rotate_if_needed();
  ASSERT_TRUE(look);
  EXPECT_LE(look->size, kBound);
  EXPECT_EQ(look->size + look->cut, text.size());
  EXPECT_TRUE(fs::exists(rotated(file_, 1)));
  EXPECT_EQ(all(log), text) << "all of it is still there, in order";
  EXPECT_EQ(*log.read(at, 10'000), numbered(1497, 1500)) << "a reader's place moves with the text";
  append(*fd, numbered(1500, 1600));
  EXPECT_EQ(all(log), numbered(0, 1600));
}

TEST_P(InstanceLogTest, StaysWithinItsBound) {
  InstanceLog log(file_, {kBound, 3});
  auto fd = log.open_for_writing();
  ASSERT_TRUE(fd);
  for (int i = 0; i < 100; ++i) {
    append(*fd, numbered(i * 100, i * 100 + 100));
    ASSERT_TRUE(log.rotate_if_needed());
    ASSERT_LE(bytes_on_disk(), 3 * kBound + 3 * 4096);
  }
  const std::string kept = all(log);
  const std::string written = numbered(0, 10'000);
  EXPECT_TRUE(written.ends_with(kept));
  EXPECT_GT(kept.size(), 2 * kBound);
}

TEST_P(InstanceLogTest, CutsWhatGrewWhileNobodyLooked) {
  InstanceLog log(file_, {kBound, 3});
  auto fd = log.open_for_writing();
  ASSERT_TRUE(fd);
  append(*fd, numbered(0, 20'000));  // 2 MB
  ASSERT_TRUE(log.rotate_if_needed());
  EXPECT_LE(bytes_on_disk(), 3 * kBound + 3 * 4096);
  const std::string kept = all(log);
  EXPECT_TRUE(numbered(0, 20'000).ends_with(kept));
  EXPECT_GE(kept.size(), kBound);
}

TEST_P(InstanceLogTest, IsReadAgainByTheNextControlPlane) {
  {
    InstanceLog log(file_, {kBound, 4});
    auto fd = log.open_for_writing();
    append(*fd, numbered(0, 1500));
    ASSERT_TRUE(log.rotate_if_needed());
  }
  InstanceLog log(file_, {kBound, 4});
  EXPECT_EQ(all(log), numbered(0, 1500));
  auto fd = log.open_for_writing();
  ASSERT_TRUE(fd);
  append(*fd, "unfinished");
  fd->reset();
  fd = log.open_for_writing();
  append(*fd, "next\n");
  EXPECT_EQ(all(log), numbered(0, 1500) + "unfinished\nnext\n");
}

TEST_P(InstanceLogTest, LosesNoLineOfABusyWriter) {
  InstanceLog log(file_, {kBound, 3});
  auto fd = log.open_for_writing();
  ASSERT_TRUE(fd);
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> taken{0};
  std::thread writer([&] {
    std::size_t written = 0;
    for (int i = 0; !stop; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      append(*fd, line);
      written += line.size();
      // Never further ahead than what is kept anyway.
      while (written > taken + kBound && !stop) std::this_thread::yield();
    }
  });
  // A reader that keeps up sees every line once, whatever is rotated beneath it.
  std::string text;
  std::int64_t at = *log.find_start(SIZE_MAX, std::nullopt);
  int rotations = 0;
  while (rotations < 20) {
    auto part = log.read(at, 1U << 20U);
    ASSERT_TRUE(part);
    text += *part;
    taken = text.size();
    struct stat before{};
    ::stat(rotated(file_, 1).c_str(), &before);
    ASSERT_TRUE(log.rotate_if_needed());
    struct stat after{};
    ::stat(rotated(file_, 1).c_str(), &after);
    if (before.st_ino != after.st_ino) ++rotations;
  }
  stop = true;
  writer.join();
  while (true) {
    auto part = log.read(at, 1U << 20U);
    ASSERT_TRUE(part);
    if (part->empty()) break;
    text += *part;
  }
  std::istringstream lines(text);
  int expected = 0;
  for (std::string line; std::getline(lines, line); ++expected) ASSERT_EQ(line, "line " + std::to_string(expected));
  EXPECT_GT(expected, 1000);
}

TEST_P(InstanceLogTest, FindsTheLastLines) {
  InstanceLog log(file_, {kBound, 4});
  auto fd = log.open_for_writing();
  append(*fd, numbered(0, 1500));
  ASSERT_TRUE(log.rotate_if_needed());
  const auto tail = [&](std::size_t lines) {
    std::int64_t at = *log.find_start(lines, std::nullopt);
    std::string text;
    for (;;) {
      auto part = log.read(at, 1U << 20U);
      if (!part || part->empty()) return text;
      text += *part;
    }
  };
  EXPECT_EQ(tail(0), "");
  EXPECT_EQ(tail(1), numbered(1499, 1500));
  EXPECT_EQ(tail(1400), numbered(100, 1500)) << "across files";
  EXPECT_EQ(tail(5000), numbered(0, 1500));
  append(*fd, "no end");
  EXPECT_EQ(tail(1), "no end");
  EXPECT_EQ(tail(2), numbered(1499, 1500) + "no end");
}

TEST_P(InstanceLogTest, LinesWithoutATimeAtTheEndMayBeNew) {
  InstanceLog log(file_, {kBound, 4});
  auto fd = log.open_for_writing();
  ASSERT_TRUE(fd);
  append(*fd, "2026-01-01T00:00:00Z started\n[print] one\n[print] two\n");
  const auto since = [&log](const char* time) {
    std::int64_t at = *log.find_start(100, parse_rfc3339(time).value());
    return *log.read(at, 10'000);
  };
  EXPECT_EQ(since("2026-01-02T00:00:00Z"), "[print] one\n[print] two\n") << "it was written to since";
  EXPECT_EQ(since("2099-01-01T00:00:00Z"), "") << "nothing was written since";
  append(*fd, "2098-01-01T00:00:00Z later\n");
  EXPECT_EQ(since("2026-01-02T00:00:00Z"), "2098-01-01T00:00:00Z later\n");
  append(*fd, "[print] three");
  EXPECT_EQ(since("2026-01-02T00:00:00Z"), "2098-01-01T00:00:00Z later\n[print] three");
}

TEST_P(InstanceLogTest, IsEmptyWhereNothingWasWritten) {
  InstanceLog log(file_, {kBound, 4});
  EXPECT_EQ(all(log), "");
  EXPECT_EQ(log.rotate_if_needed()->size, 0U);
  auto fd = log.open_for_writing();
  EXPECT_EQ(all(log), "");
  EXPECT_EQ(*log.find_start(10, parse_rfc3339("2026-01-01T00:00:00Z").value()), *log.find_start(0, std::nullopt));
}

TEST_P(InstanceLogTest, ReadsOnAfterSomebodyEmptiedIt) {
  InstanceLog log(file_, {kBound, 4});
  auto fd = log.open_for_writing();
  append(*fd, numbered(0, 100));
  std::int64_t at = *log.find_start(0, std::nullopt);
  ASSERT_EQ(::truncate(file_.c_str(), 0), 0);
  append(*fd, "after\n");
  EXPECT_EQ(*log.read(at, 1000), "after\n");
}

INSTANTIATE_TEST_SUITE_P(FileSystems, InstanceLogTest, testing::Values("/var/tmp", "/dev/shm"),
                         [](const auto& each) { return each.param == "/dev/shm" ? "memory" : "disk"; });

TEST(LeadingTime, ReadsTheTimesOfDrasiServer) {
  EXPECT_EQ(leading_time("2026-01-28T14:35:22.123456Z  INFO drasi_server: started"),
            *parse_rfc3339("2026-01-28T14:35:22.123456Z"));
  EXPECT_TRUE(leading_time("2026-01-28T14:35:22Z"));
  for (const char* line :
       {"", "  continued", "2026-01-28", "2026-99-28T14:35:22Z x", "20260128T143522Z", "banner ####"}) {
    EXPECT_FALSE(leading_time(line)) << line;
  }
}

}  // namespace
}  // namespace draas::platforms::process
