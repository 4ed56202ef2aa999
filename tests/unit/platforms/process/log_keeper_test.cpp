#include "platforms/process/log_keeper.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "support/eventually.hpp"

namespace draas::platforms::process {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint64_t kBound = 64U << 10U;

// Watches that this program has at inotify.
std::size_t watches() {
  std::size_t count = 0;
  for (const auto& descriptor : fs::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(descriptor.path());
    for (std::string line; std::getline(info, line);) count += line.starts_with("inotify ") ? 1 : 0;
  }
  return count;
}

// Silent logs are never looked at again by time alone.
class LogKeeperTest : public testing::Test {
 protected:
  LogKeeperTest() {
    std::string pattern = (fs::temp_directory_path() / "draas-keeper-XXXXXX").string();
    if (char* made = ::mkdtemp(pattern.data())) directory_ = made;
    paths_.emplace(directory_ / "configs", directory_ / "work");
    fs::create_directories(paths_->log_directory("one"));
    append("");
    loop_.start();
    keeper_.emplace(loop_.executor(), workers_, *paths_, LogBounds{kBound, 3}, LogPauses{5ms, 20ms, 40ms, 24h});
  }
  ~LogKeeperTest() override {
    net::asio::co_spawn(loop_.executor(), [this] { return keeper_->close(); }, net::asio::use_future).get();
    loop_.stop();
    fs::remove_all(directory_);
  }

  void on_loop(std::function<void()> work) {
    net::asio::post(loop_.executor(), net::asio::use_future(std::move(work))).get();
  }
  void append(const std::string& text) { std::ofstream(paths_->log_file("one"), std::ios::app) << text; }
  bool was_rotated(std::size_t times) const { return fs::exists(rotated(paths_->log_file("one"), times)); }

  fs::path directory_;
  std::optional<Paths> paths_;
  net::EventLoop loop_{"keeper-test"};
  net::WorkerPool workers_{"keeper-test", 1};
  std::optional<LogKeeper> keeper_;
};

TEST_F(LogKeeperTest, ASilentLogIsLeftToTheKernelAndKeptWithinItsBoundOnceItGrows) {
  on_loop([this] { keeper_->begun("one"); });
  for (std::size_t time = 1; time <= 2; ++time) {
    ASSERT_TRUE(tests::eventually([] { return watches() == 1; })) << "before burst " << time;
    append(std::string(2 * kBound, 'x'));
    EXPECT_TRUE(tests::eventually([&] { return was_rotated(time); })) << "burst " << time;
  }
}

TEST_F(LogKeeperTest, ALogThatIsNotThereYetIsLookedForAgain) {
  fs::remove_all(paths_->log_directory("one"));
  on_loop([this] { keeper_->begun("one"); });
  fs::create_directories(paths_->log_directory("one"));
  append(std::string(2 * kBound, 'x'));
  EXPECT_TRUE(tests::eventually([&] { return was_rotated(1); }));
}

TEST_F(LogKeeperTest, NothingIsWatchedOfALogThatHasEndedOrIsForgotten) {
  on_loop([this] { keeper_->begun("one"); });
  ASSERT_TRUE(tests::eventually([] { return watches() == 1; }));
  on_loop([this] { keeper_->ended("one"); });
  EXPECT_EQ(watches(), 0U);
  on_loop([this] { keeper_->begun("one"); });
  ASSERT_TRUE(tests::eventually([] { return watches() == 1; }));
  on_loop([this] { keeper_->forget("one"); });
  EXPECT_EQ(watches(), 0U);
}

TEST_F(LogKeeperTest, WhatALogHasGrownByBeforeItsEndIsKeptWithinItsBound) {
  on_loop([this] { keeper_->begun("one"); });
  ASSERT_TRUE(tests::eventually([] { return watches() == 1; }));
  on_loop([this] {
    keeper_->ended("one");
    append(std::string(2 * kBound, 'x'));
  });
  EXPECT_TRUE(tests::eventually([&] { return was_rotated(1); }));
}

}  // namespace
}  // namespace draas::platforms::process
