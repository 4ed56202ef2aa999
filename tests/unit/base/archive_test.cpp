#include "base/archive.hpp"

#include <gmock/gmock.h>

namespace draas {
namespace {

TEST(Archive, WhatIsWrittenIsRead) {
  const WallTime time{std::chrono::seconds(1'700'000'000)};
  const std::vector<ArchiveEntry> entries{
      {.path = "config/", .mode = 0700, .user = 1000, .group = 1001, .is_directory = true, .time = time},
      {.path = "config/server.yaml", .content = "id: x\n", .mode = 0600, .user = 1000, .group = 1001, .time = time},
      {.path = std::string(200, 'n') + "/" + std::string(120, 'm'), .content = std::string(100'000, 'x'), .time = time},
  };
  const auto archive = write_archive(entries);
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->size() % 512, 0U);
  const auto read = read_archive(*archive);
  ASSERT_TRUE(read) << read.error().internal;
  ASSERT_EQ(read->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ((*read)[i].path, entries[i].path);
    EXPECT_EQ((*read)[i].content, entries[i].content);
    EXPECT_EQ((*read)[i].mode, entries[i].mode);
    EXPECT_EQ((*read)[i].user, entries[i].user);
    EXPECT_EQ((*read)[i].group, entries[i].group);
    EXPECT_EQ((*read)[i].is_directory, entries[i].is_directory);
    EXPECT_EQ((*read)[i].time, time);
  }
}

TEST(Archive, MayBeCompressed) {
  const std::vector<ArchiveEntry> entries{{.path = "a", .content = std::string(100'000, 'x')}};
  const auto archive = write_archive(entries, Compression::Gzip);
  ASSERT_TRUE(archive);
  EXPECT_LT(archive->size(), 2'000U);
  EXPECT_EQ(archive->substr(0, 2), "\x1f\x8b");
}

TEST(Archive, RefusesWhatIsNoArchiveAndWhatIsTooLarge) {
  EXPECT_EQ(read_archive("this is not a tar archive, whatever else it may be").error().code,
            ErrorCode::InvalidArgument);
  const auto archive = write_archive({{.path = "a", .content = std::string(1'000, 'x')}});
  ASSERT_TRUE(archive);
  EXPECT_EQ(read_archive(*archive, 100).error().code, ErrorCode::PayloadTooLarge);
}

}  // namespace
}  // namespace draas
