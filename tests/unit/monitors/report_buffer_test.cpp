#include "monitors/report_buffer.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/id.hpp"

namespace draas::monitors {
namespace {

namespace fs = std::filesystem;

class ReportBuffers : public ::testing::Test {
 protected:
  ~ReportBuffers() override { fs::remove_all(directory_); }

  static Report report(const std::string& id) {
    return {.control_plane = "cp",
            .instance_id = id,
            .status = "Stopped",
            .source = "DockerDaemon",
            .generation = 3,
            .metadata = {{"containerId", "c-" + id}, {"exitCode", "137"}}};
  }
  static std::string ids(const std::vector<Report>& reports) {
    std::string text;
    for (const Report& one : reports) text += one.instance_id;
    return text;
  }

  fs::path directory_ = fs::temp_directory_path() / ("draas-buffer-" + random_hex(8));
  fs::path file_ = directory_ / "monitor" / "reports.jsonl";
};

TEST_F(ReportBuffers, KeepTheOrderOverARestart) {
  {
    ReportBuffer buffer(file_, 10);
    ASSERT_TRUE(buffer.load());
    for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(buffer.push(report(id)));
    ASSERT_TRUE(buffer.pop_before(buffer.first() + 1));
  }
  ReportBuffer buffer(file_, 10);
  ASSERT_TRUE(buffer.load());
  EXPECT_EQ(ids(buffer.front(2)), "bc");
  EXPECT_EQ(buffer.front(1).front(), report("b"));
  ASSERT_TRUE(buffer.pop_before(buffer.first() + 3));
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(fs::file_size(file_), 0U);
}

TEST_F(ReportBuffers, LetTheOldestGo) {
  ReportBuffer buffer(file_, 3);
  ASSERT_TRUE(buffer.load());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(buffer.push(report(std::string(1, static_cast<char>('a' + i)))));
  EXPECT_EQ(ids(buffer.front(9)), "rst");
  EXPECT_EQ(buffer.dropped(), 17U);
  EXPECT_LT(fs::file_size(file_), 2'000U) << "the file is bounded, too";
  ReportBuffer again(file_, 3);
  ASSERT_TRUE(again.load());
  EXPECT_EQ(ids(again.front(9)), "rst");
}

TEST_F(ReportBuffers, WhatComesWhileABatchIsOnItsWayIsNotTakenForDelivered) {
  ReportBuffer buffer(file_, 3);
  ASSERT_TRUE(buffer.load());
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(buffer.push(report(id)));
  const auto batch = buffer.front(2);
  const auto end = buffer.first() + batch.size();
  for (const char* id : {"d", "e", "f"}) ASSERT_TRUE(buffer.push(report(id)));
  ASSERT_TRUE(buffer.pop_before(end));
  EXPECT_EQ(ids(batch) + ids(buffer.front(9)), "abdef");
  EXPECT_EQ(buffer.dropped(), 3U);
}

TEST_F(ReportBuffers, SurviveALineThatWasCutOff) {
  {
    ReportBuffer buffer(file_, 10);
    ASSERT_TRUE(buffer.load());
    ASSERT_TRUE(buffer.push(report("a")));
  }
  std::ofstream(file_, std::ios::app) << R"({"instanceId":"b","sta)";
  ReportBuffer buffer(file_, 10);
  ASSERT_TRUE(buffer.load());
  EXPECT_EQ(ids(buffer.front(9)), "a");
}

TEST_F(ReportBuffers, WorkWithoutAFile) {
  ReportBuffer buffer({}, 2);
  ASSERT_TRUE(buffer.load());
  ASSERT_TRUE(buffer.push(report("a")));
  EXPECT_EQ(ids(buffer.front(5)), "a");
  ASSERT_TRUE(buffer.pop_before(buffer.first() + 5));
  EXPECT_EQ(buffer.size(), 0U);
}

TEST_F(ReportBuffers, SayWhenTheFileCannotBeWritten) {
  fs::create_directories(file_);  // a directory is in its place
  ReportBuffer buffer(file_, 10);
  EXPECT_FALSE(buffer.load());
  EXPECT_FALSE(buffer.push(report("a")));
  EXPECT_EQ(ids(buffer.front(5)), "a") << "it is in memory all the same";
}

}  // namespace
}  // namespace draas::monitors
