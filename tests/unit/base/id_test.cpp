#include "base/id.hpp"

#include <algorithm>
#include <mutex>
#include <regex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace draas {
namespace {

TEST(Uuid, IsVersion7WithTheRfcVariant) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(std::regex_match(make_uuid(), form));
}

TEST(Uuid, SortsByCreation) {
  std::vector<std::string> ids;
  for (int i = 0; i < 20'000; ++i) ids.push_back(make_uuid());
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(Uuid, IsUniqueAcrossThreads) {
  std::mutex mutex;
  std::set<std::string> all;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        std::vector<std::string> mine;
        for (int i = 0; i < 5000; ++i) mine.push_back(make_uuid());
        const std::lock_guard lock(mutex);
        all.insert(mine.begin(), mine.end());
      });
    }
  }
  EXPECT_EQ(all.size(), 20'000U);
}

TEST(RandomHex, HasTheAskedLengthAndDiffers) {
  EXPECT_EQ(random_hex(0), "");
  EXPECT_EQ(random_hex(16).size(), 32U);
  EXPECT_NE(random_hex(16), random_hex(16));
}

TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, HmacIsThatOfRfc4231) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Hash, FnvIsThatOfItsAuthors) {
  EXPECT_EQ(fnv1a_64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a_64("foobar"), 0x85944171f73967e8ULL);
}

TEST(Hash, ComparesInConstantTime) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

}  // namespace
}  // namespace draas
