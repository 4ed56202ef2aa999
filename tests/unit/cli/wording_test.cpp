#include "cli/wording.hpp"

#include <gtest/gtest.h>

namespace draas::cli {
namespace {

TEST(Wording, CountsOneAndMany) {
  EXPECT_EQ(counted(0, "thread"), "0 threads");
  EXPECT_EQ(counted(1, "thread"), "1 thread");
  EXPECT_EQ(counted(2, "thread"), "2 threads");
}

TEST(Wording, MakesLabelsOfKeys) {
  EXPECT_EQ(label_of("processId"), "Process id");
  EXPECT_EQ(label_of("strategy"), "Strategy");
  EXPECT_EQ(label_of("maxRetries"), "Max retries");
  EXPECT_EQ(label_of(""), "");
}

TEST(Wording, SaysLimits) {
  EXPECT_EQ(limits_text(Json{{"cpuCores", 1.5}, {"memoryBytes", 536'870'912U}}), "1.5 cores, 512.0Mi of memory");
  EXPECT_EQ(limits_text(Json{{"cpuCores", 1.0}}), "1 core");
  EXPECT_EQ(limits_text(Json{{"pids", 100}}), "Pids 100");
  EXPECT_EQ(limits_text(Json()), "");
}

}  // namespace
}  // namespace draas::cli
