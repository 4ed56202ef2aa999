// Many documents: order, pages, bounds, indexes.

#include <algorithm>
#include <cstdio>

#include "contract/store/store_calls.hpp"

namespace draas::tests {
namespace {

using core::IndexEntry;
using core::ListQuery;
using core::Write;
using Ids = std::vector<std::string>;

class Lists : public StoreContract {
 protected:
  void put(const Ids& ids, const std::vector<IndexEntry>& indexes = {}) {
    std::vector<Write> writes;
    for (const std::string& id : ids) writes.push_back(Write::put("c", id, "body of " + id, indexes));
    must_commit(store(), std::move(writes));
  }

  // Pages through with the last id seen, as a client does.
  Ids page_through(ListQuery query) {
    Ids all;
    for (;;) {
      const Ids page = ids_of(store(), query);
      EXPECT_LE(page.size(), query.limit);
      if (page.empty()) return all;
      all.insert(all.end(), page.begin(), page.end());
      (query.descending ? query.before : query.after) = page.back();
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, Lists, testing::ValuesIn(back_ends()), name_of_back_end);

TEST_P(Lists, EmptyCollection) { EXPECT_TRUE(ids_of(store(), {.collection = "c"}).empty()); }

TEST_P(Lists, WholeDocumentsInByteOrder) {
  put({"b", "a", "é", "Z", "aa", "\xff", "10", "9", "z"}, {{"k", "v"}});
  EXPECT_EQ(ids_of(store(), {.collection = "c"}), (Ids{"10", "9", "Z", "a", "aa", "b", "z", "é", "\xff"}));
  const auto documents = store().list({.collection = "c", .limit = 1});
  ASSERT_TRUE(documents);
  EXPECT_EQ(documents->front().collection, "c");
  EXPECT_EQ(documents->front().body, "body of 10");
  EXPECT_GT(documents->front().version, 0u);
  EXPECT_EQ(documents->front().indexes, (std::vector<IndexEntry>{{"k", "v"}}));
}

TEST_P(Lists, BoundsAreExclusive) {
  put({"a", "b", "c", "d", "e"});
  EXPECT_EQ(ids_of(store(), {.collection = "c", .after = "b"}), (Ids{"c", "d", "e"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .before = "d"}), (Ids{"a", "b", "c"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .after = "a", .before = "e"}), (Ids{"b", "c", "d"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .after = "bb", .before = "cc"}), (Ids{"c"}));
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .after = "e"}).empty());
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .before = "a"}).empty());
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .after = "d", .before = "b"}).empty());
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .after = "b", .before = "b"}).empty());
}

TEST_P(Lists, Descending) {
  put({"a", "b", "c", "d", "e"});
  EXPECT_EQ(ids_of(store(), {.collection = "c", .descending = true}), (Ids{"e", "d", "c", "b", "a"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .limit = 2, .descending = true}), (Ids{"e", "d"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .after = "a", .before = "d", .limit = 5, .descending = true}),
            (Ids{"c", "b"}));
}

TEST_P(Lists, Limits) {
  put({"a", "b", "c"});
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .limit = 0}).empty());
  EXPECT_EQ(ids_of(store(), {.collection = "c", .limit = 1}), (Ids{"a"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .limit = 3}).size(), 3u);
  EXPECT_EQ(ids_of(store(), {.collection = "c", .limit = std::numeric_limits<std::size_t>::max()}).size(), 3u);
}

TEST_P(Lists, ByIndex) {
  put({"a", "c", "e", "g"}, {{"owner", "x"}, {"tag", "odd"}});
  put({"b", "d", "f"}, {{"owner", "y"}});
  const IndexEntry x{"owner", "x"};
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = x}), (Ids{"a", "c", "e", "g"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"tag", "odd"}}), (Ids{"a", "c", "e", "g"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"owner", "y"}}), (Ids{"b", "d", "f"}));
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"tag", "x"}}).empty());
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = x, .after = "a", .before = "g"}), (Ids{"c", "e"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = x, .descending = true}), (Ids{"g", "e", "c", "a"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = x, .before = "e", .limit = 1, .descending = true}),
            (Ids{"c"}));
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = x, .after = "c", .limit = 1}), (Ids{"e"}));
}

TEST_P(Lists, TenThousandDocumentsPageUpAndDown) {
  Ids expected;
  Ids expected_of_three;
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<Write> writes;
    for (int i = 0; i < 1000; ++i) {
      const int number = i * 10 + batch;
      char id[16];
      std::snprintf(id, sizeof id, "id-%05d", number);
      writes.push_back(Write::put("c", id, "{}", {{"bucket", std::to_string(number % 7)}}));
      expected.emplace_back(id);
      if (number % 7 == 3) expected_of_three.emplace_back(id);
    }
    must_commit(store(), std::move(writes));
  }
  std::sort(expected.begin(), expected.end());
  std::sort(expected_of_three.begin(), expected_of_three.end());
  const IndexEntry three{"bucket", "3"};

  EXPECT_EQ(ids_of(store(), {.collection = "c"}).size(), 1000u) << "the default limit";
  EXPECT_EQ(page_through({.collection = "c", .limit = 777}), expected);
  EXPECT_EQ(page_through({.collection = "c", .index = three, .limit = 100}), expected_of_three);
  std::reverse(expected.begin(), expected.end());
  std::reverse(expected_of_three.begin(), expected_of_three.end());
  EXPECT_EQ(page_through({.collection = "c", .limit = 1000, .descending = true}), expected);
  EXPECT_EQ(page_through({.collection = "c", .index = three, .limit = 99, .descending = true}), expected_of_three);
}

}  // namespace
}  // namespace draas::tests
