// One document at a time: put, get, delete, versions, preconditions; and batches as a whole.

#include "contract/store/store_calls.hpp"

namespace draas::tests {
namespace {

using core::Document;
using core::IndexEntry;
using core::kAbsent;
using core::Version;
using core::Write;

class Documents : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, Documents, testing::ValuesIn(back_ends()), name_of_back_end);

TEST_P(Documents, AbsentDocumentIsNotAnError) { EXPECT_EQ(must_get(store(), "instances", "nobody"), std::nullopt); }

TEST_P(Documents, GivesBackWhatWasPut) {
  const std::vector<IndexEntry> indexes{{"platform", "Process"}, {"label", ""}, {"instance", "a"}};
  const Version version = must_commit(store(), {Write::put("instances", "a", R"({"name":"x"})", indexes)});

  const std::optional<Document> found = must_get(store(), "instances", "a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->collection, "instances");
  EXPECT_EQ(found->id, "a");
  EXPECT_EQ(found->version, version);
  EXPECT_EQ(found->body, R"({"name":"x"})");
  EXPECT_EQ(found->indexes, indexes) << "in the order given";
}

TEST_P(Documents, SeveralAreReadInTheOrderAskedFor) {
  must_commit(store(), {Write::put("c", "a", "one"), Write::put("c", "b", "two"), Write::put("other", "x", "three")});
  const std::vector<std::string> ids{"b", "x", "a", "b"};
  const auto found = store().get_all("c", ids);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), ids.size());
  ASSERT_TRUE((*found)[0] && (*found)[2] && (*found)[3]);
  EXPECT_EQ((*found)[0]->body, "two");
  EXPECT_FALSE((*found)[1]) << "of another collection";
  EXPECT_EQ((*found)[2]->body, "one");
  EXPECT_EQ((*found)[3]->body, "two");
  EXPECT_TRUE(store().get_all("c", {})->empty());
  must_commit(store(), {Write::put("c", "a", "four")});
  EXPECT_EQ((*store().get_all("c", std::vector<std::string>{"a"}))[0]->body, "four") << "not as of the last time";
}

TEST_P(Documents, PutReplacesBodyAndIndexes) {
  const Version first = must_commit(store(), {Write::put("c", "a", "one", {{"k", "1"}, {"both", "x"}})});
  const Version second = must_commit(store(), {Write::put("c", "a", "two", {{"k", "2"}, {"both", "x"}})});

  EXPECT_GT(second, first);
  const std::optional<Document> found = must_get(store(), "c", "a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body, "two");
  EXPECT_EQ(found->version, second);
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "1"}}).empty());
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "2"}}).size(), 1u);
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"both", "x"}}).size(), 1u);
}

TEST_P(Documents, EraseRemovesDocumentAndIndexes) {
  must_commit(store(), {Write::put("c", "a", "one", {{"k", "1"}})});
  must_commit(store(), {Write::erase("c", "a")});
  EXPECT_EQ(must_get(store(), "c", "a"), std::nullopt);
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "1"}}).empty());
}

TEST_P(Documents, EraseOfAnAbsentDocumentSucceeds) { EXPECT_GT(must_commit(store(), {Write::erase("c", "a")}), 0u); }

TEST_P(Documents, VersionsGrowAlsoOverDeleteAndReCreate) {
  Version last = 0;
  for (int round = 0; round < 5; ++round) {
    const Version put = must_commit(store(), {Write::put("c", "a", "x")});
    EXPECT_GT(put, last);
    const Version erased = must_commit(store(), {Write::erase("c", "a")});
    EXPECT_GT(erased, put);
    last = erased;
  }
}

TEST_P(Documents, DocumentsOfOneBatchShareTheVersion) {
  const Version version = must_commit(store(), {Write::put("c", "a", "x"), Write::put("d", "b", "y")});
  EXPECT_EQ(must_get(store(), "c", "a")->version, version);
  EXPECT_EQ(must_get(store(), "d", "b")->version, version);
}

TEST_P(Documents, ExpectedAbsent) {
  EXPECT_TRUE(commit(store(), {Write::put("c", "a", "one", {}, kAbsent)}));
  const auto again = commit(store(), {Write::put("c", "a", "two", {}, kAbsent)});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::PreconditionFailed);
  EXPECT_NE(again.error().message.find("c/a"), std::string::npos) << again.error().message;
  EXPECT_EQ(must_get(store(), "c", "a")->body, "one");
}

TEST_P(Documents, ExpectedVersion) {
  const Version first = must_commit(store(), {Write::put("c", "a", "one")});
  const Version second = must_commit(store(), {Write::put("c", "a", "two", {}, first)});
  const auto stale = commit(store(), {Write::put("c", "a", "three", {}, first)});
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, ErrorCode::PreconditionFailed);
  EXPECT_NE(stale.error().message.find(std::to_string(second)), std::string::npos) << stale.error().message;
  EXPECT_EQ(must_get(store(), "c", "a")->body, "two");
}

TEST_P(Documents, ExpectedVersionOfAnAbsentDocument) {
  const auto missing = commit(store(), {Write::put("c", "a", "x", {}, 1)});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::PreconditionFailed);
  EXPECT_EQ(must_get(store(), "c", "a"), std::nullopt);
}

TEST_P(Documents, EraseHoldsItsPrecondition) {
  const Version first = must_commit(store(), {Write::put("c", "a", "one")});
  const Version second = must_commit(store(), {Write::put("c", "a", "two")});
  EXPECT_EQ(commit(store(), {Write::erase("c", "a", first)}).error().code, ErrorCode::PreconditionFailed);
  EXPECT_EQ(commit(store(), {Write::erase("c", "a", kAbsent)}).error().code, ErrorCode::PreconditionFailed);
  EXPECT_TRUE(commit(store(), {Write::erase("c", "a", second)}));
  EXPECT_TRUE(commit(store(), {Write::erase("c", "a", kAbsent)}));
}

TEST_P(Documents, AVersionOfAnEarlierLifeDoesNotHold) {
  const Version first = must_commit(store(), {Write::put("c", "a", "one")});
  must_commit(store(), {Write::erase("c", "a")});
  must_commit(store(), {Write::put("c", "a", "again")});
  EXPECT_FALSE(commit(store(), {Write::put("c", "a", "two", {}, first)}));
}

TEST_P(Documents, ABatchIsAppliedAsAWholeOrNotAtAll) {
  const Version kept = must_commit(store(), {Write::put("c", "kept", "old", {{"k", "old"}})});
  const auto failed = commit(store(), {
                                          Write::put("c", "new", "x", {{"k", "new"}}),
                                          Write::put("c", "kept", "changed", {{"k", "new"}}),
                                          Write::erase("c", "kept"),
                                          Write::put("d", "missing", "x", {}, 77),
                                      });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::PreconditionFailed);
  EXPECT_EQ(must_get(store(), "c", "new"), std::nullopt);
  EXPECT_EQ(must_get(store(), "c", "kept")->version, kept);
  EXPECT_EQ(must_get(store(), "c", "kept")->body, "old");
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "new"}}).empty());
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "old"}}).size(), 1u);
}

TEST_P(Documents, BatchesThatWaitTogetherStandOrFallAlone) {
  std::vector<std::future<Result<core::Commit>>> commits;
  for (int i = 0; i < 200; ++i) {
    const bool stale = i % 3 == 1;
    commits.push_back(start_commit(store(), {{Write::put("c", std::to_string(i), "x", {}, stale ? 999'999'999 : 0)}}));
  }
  for (int i = 0; i < 200; ++i) {
    const auto done = commits[static_cast<std::size_t>(i)].get();
    EXPECT_EQ(done.has_value(), i % 3 != 1) << i;
    EXPECT_EQ(must_get(store(), "c", std::to_string(i)).has_value(), i % 3 != 1) << i;
  }
}

TEST_P(Documents, WritesOfOneBatchAreAppliedInOrder) {
  must_commit(store(), {Write::put("c", "a", "one", {{"k", "1"}}), Write::put("c", "a", "two", {{"k", "2"}}),
                        Write::put("c", "b", "x"), Write::erase("c", "b")});
  EXPECT_EQ(must_get(store(), "c", "a")->body, "two");
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "1"}}).empty());
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "2"}}).size(), 1u);
  EXPECT_EQ(must_get(store(), "c", "b"), std::nullopt);
  // A later write is judged by what the earlier one leaves.
  EXPECT_TRUE(commit(store(), {Write::erase("c", "a"), Write::put("c", "a", "three", {}, kAbsent)}));
  EXPECT_FALSE(commit(store(), {Write::put("c", "n", "x", {}, kAbsent), Write::put("c", "n", "y", {}, kAbsent)}));
  EXPECT_EQ(must_get(store(), "c", "n"), std::nullopt);
}

TEST_P(Documents, AnEmptyBatchSucceedsAndChangesNothing) {
  const Version before = must_commit(store(), {Write::put("c", "a", "x")});
  EXPECT_TRUE(commit(store(), {}));
  EXPECT_EQ(must_get(store(), "c", "a")->version, before);
}

TEST_P(Documents, CollectionsAreApart) {
  must_commit(store(), {Write::put("c", "a", "in c", {{"k", "v"}}), Write::put("cc", "a", "in cc", {{"k", "v"}})});
  must_commit(store(), {Write::erase("c", "a")});
  EXPECT_EQ(must_get(store(), "c", "a"), std::nullopt);
  EXPECT_EQ(must_get(store(), "cc", "a")->body, "in cc");
  EXPECT_TRUE(ids_of(store(), {.collection = "c"}).empty());
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "v"}}).empty());
  EXPECT_EQ(ids_of(store(), {.collection = "cc", .index = IndexEntry{"k", "v"}}).size(), 1u);
}

TEST_P(Documents, AnyBytesSurvive) {
  std::string binary;
  for (int byte = 0; byte < 256; ++byte) binary += static_cast<char>(byte);
  const std::string unicode = "Größe 漢字 🦆 e\u0301";
  const std::vector<std::string> texts{binary, unicode, std::string(1, '\0'), std::string("a\0b", 3), "'; DROP TABLE"};
  for (const std::string& text : texts) {
    must_commit(store(), {Write::put("c" + text, text, text, {{"n" + text, text}})});
    const std::optional<Document> found = must_get(store(), "c" + text, text);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, text);
    EXPECT_EQ(found->body, text);
    EXPECT_EQ(found->indexes, (std::vector<IndexEntry>{{"n" + text, text}}));
    EXPECT_EQ(ids_of(store(), {.collection = "c" + text, .index = IndexEntry{"n" + text, text}}),
              std::vector<std::string>{text});
  }
}

TEST_P(Documents, EmptyBodyIsABody) {
  must_commit(store(), {Write::put("c", "a", "")});
  ASSERT_TRUE(must_get(store(), "c", "a"));
  EXPECT_EQ(must_get(store(), "c", "a")->body, "");
}

TEST_P(Documents, LargeBodySurvives) {
  std::string body(9U << 20U, 'x');
  for (std::size_t at = 0; at < body.size(); at += 4099) body[at] = static_cast<char>('a' + at % 26);
  must_commit(store(), {Write::put("c", "a", body), Write::put("c", "b", body)});
  EXPECT_TRUE(must_get(store(), "c", "a")->body == body);
  EXPECT_TRUE(must_get(store(), "c", "b")->body == body);
}

TEST_P(Documents, TheSameIndexEntryTwiceCountsOnce) {
  must_commit(store(), {Write::put("c", "a", "x", {{"k", "v"}, {"k", "v"}})});
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "v"}}).size(), 1u);
  must_commit(store(), {Write::put("c", "a", "x", {{"k", "v"}})});
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "v"}}).size(), 1u);
  must_commit(store(), {Write::put("c", "a", "x")});
  EXPECT_TRUE(ids_of(store(), {.collection = "c", .index = IndexEntry{"k", "v"}}).empty());
}

TEST_P(Documents, WhatNoStoreTakesIsRefusedWithoutHarm) {
  const auto code_of = [&](Write write) {
    const auto done = commit(store(), {Write::put("c", "beside", "x"), std::move(write)});
    return done ? ErrorCode::Internal : done.error().code;
  };
  EXPECT_EQ(code_of(Write::put("", "a", "x")), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Write::put("c", "", "x")), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Write::put("c", std::string(1025, 'a'), "x")), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Write::put("c", "a", "x", {{"", "v"}})), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Write::put("c", "a", "x", {{"k", std::string(1025, 'v')}})), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Write::put("c", "a", "x", std::vector<IndexEntry>(65, IndexEntry{"k", "v"}))),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Write::put("c", "a", std::string((64U << 20U) + 1, 'x'))), ErrorCode::PayloadTooLarge);
  EXPECT_EQ(must_get(store(), "c", "beside"), std::nullopt);
  EXPECT_TRUE(commit(store(), {Write::put("c", std::string(1024, 'a'), "x")}));
}

}  // namespace
}  // namespace draas::tests
