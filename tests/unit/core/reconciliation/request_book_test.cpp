#include "core/reconciliation/request_book.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

WorkerRequest request(const std::string& id, std::uint64_t version, const std::string& instance = "a") {
  WorkerRequest made;
  made.id = id;
  made.instance_id = instance;
  made.version = version;
  return made;
}

const ShardSet kAll = ShardSet().set();

TEST(RequestBook, AnOpenRequestIsGivenToWhoeverHoldsTheShard) {
  RequestBook book;
  book.add(request("r1", 5, "a"));
  book.add(request("r2", 7, "b"));
  EXPECT_EQ(book.open(kAll, 0).size(), 2U);
  EXPECT_EQ(book.open(kAll, 5).size(), 1U);
  EXPECT_TRUE(book.open(kAll, 7).empty());
  const auto of_a = book.open(ShardSet().set(shard_of("a")), 0);
  ASSERT_EQ(of_a.size(), 1U);
  EXPECT_EQ(of_a[0]->id, "r1");
}

TEST(RequestBook, TheFirstAnswerCounts) {
  RequestBook book;
  book.add(request("r1", 1));
  book.answer("r1", {.status = 200, .body = "first"});
  book.answer("r1", {.status = 500, .body = "second"});
  book.answer("none", {});
  EXPECT_EQ(book.find("r1")->answer->body, "first");
  EXPECT_TRUE(book.open(kAll, 0).empty());
  EXPECT_EQ(status_json(*book.find("r1"))["state"], "Answered");
}

TEST(RequestBook, OldAnswersAreForgotten) {
  RequestBook book;
  for (std::uint64_t i = 1; i <= 1'001; ++i) {
    book.add(request("r" + std::to_string(i), i));
    book.answer("r" + std::to_string(i), {});
  }
  EXPECT_EQ(book.find("r1"), nullptr);
  EXPECT_NE(book.find("r2"), nullptr);
}

TEST(RequestBook, DroppedOrDeletedOnesAreNotGivenAnyMore) {
  RequestBook book;
  book.add(request("r1", 1, "a"));
  book.add(request("r2", 2, "b"));
  book.drop("r2");
  EXPECT_EQ(book.find("r2"), nullptr);
  EXPECT_EQ(book.drop_instance("a", {}), std::vector<std::string>{"r1"});
  EXPECT_EQ(book.find("r1")->answer->status, 404);
}

TEST(RequestBook, DocumentsKeepWhatWorkersNeed) {
  WorkerRequest made = request("r1", 1);
  made.kind = RequestKind::Reconcile;
  made.strategy = "Restart";
  made.parameters = Json{{"pause", "2s"}};
  made.force = true;
  made.details = Json{{"change", Json{{"mergePatch", Json::object()}}}, {"revisionBefore", 3}, {"rollout", true}};
  const auto read = request_from_document(to_text(to_json(made)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(made));
  EXPECT_FALSE(request_from_document("{}"));
}

}  // namespace
}  // namespace draas::core
