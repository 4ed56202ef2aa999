#include "stores/sqlite/index_column.hpp"

#include <gtest/gtest.h>

namespace draas::stores {
namespace {

using Entries = std::vector<core::IndexEntry>;

TEST(IndexColumn, RoundTrip) {
  const std::vector<Entries> samples{
      {},
      {{"instance", "a"}},
      {{"b", "2"}, {"a", ""}, {"b", "2"}},
      {{std::string("n\0:5", 4), "7:not a length"}, {"ü", std::string(1000, ':')}},
  };
  for (const Entries& entries : samples) {
    const auto decoded = decode_indexes(encode_indexes(entries));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, entries);
  }
}

TEST(IndexColumn, IsReadable) { EXPECT_EQ(encode_indexes({{"instance", "a-1"}}), "8:instance3:a-1"); }

TEST(IndexColumn, DamageIsDataLoss) {
  for (const char* text : {"x", "8", "8:", "8:instance", "8:instance4:a-1", ":", "-1:a", "99999999999999999999:a1:b",
                           "1:a1:b7", "18446744073709551615:a1:b"}) {
    const auto decoded = decode_indexes(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, ErrorCode::DataLoss);
  }
}

}  // namespace
}  // namespace draas::stores
