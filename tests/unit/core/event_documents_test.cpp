#include "core/events/event_documents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "core/events/event_log.hpp"
#include "core/store/blocking_calls.hpp"
#include "stores/memory/memory_store.hpp"

namespace draas::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

EventPtr make_event(std::uint64_t sequence, std::string instance_id) {
  Event event;
  event.sequence = sequence;
  event.instance_id = std::move(instance_id);
  event.source = "test";
  event.timestamp = *parse_rfc3339("2026-01-28T14:35:22Z");
  seal(event);
  return std::make_shared<const Event>(std::move(event));
}

std::vector<std::uint64_t> sequences(const std::vector<EventPtr>& events) {
  std::vector<std::uint64_t> all;
  for (const EventPtr& event : events) all.push_back(event->sequence);
  return all;
}

class EventDocumentsTest : public ::testing::Test {
 protected:
  EventDocumentsTest() { loop_.start(); }

  // One commit of events of these instances, with the next sequences.
  void commit(const std::vector<std::string>& instances) {
    std::vector<EventPtr> events;
    for (const std::string& id : instances) events.push_back(make_event(++last_, id));
    ASSERT_TRUE(commit_now(*store_, {event_writes(events)}));
    for (const EventPtr& event : events) bus_.publish(event);
  }
  void commit_fleet(std::size_t count) {
    std::vector<std::string> instances;
    for (std::size_t number = 0; number < count; ++number) instances.push_back("i" + std::to_string(number));
    commit(instances);
  }
  std::vector<std::uint64_t> read(std::uint64_t after, std::uint64_t up_to, const std::string& id, std::size_t limit) {
    auto page = run(log_.read({after, up_to}, id, limit));
    EXPECT_TRUE(page) << page.error().message;
    return page ? sequences(page->events) : std::vector<std::uint64_t>{};
  }
  std::vector<std::uint64_t> recent(const EventFilter& filter) {
    auto events = run(log_.recent(filter));
    EXPECT_TRUE(events) << events.error().message;
    return events ? sequences(*events) : std::vector<std::uint64_t>{};
  }
  template <class T>
  T run(net::Task<T> task) {
    return net::asio::co_spawn(loop_.executor(), std::move(task), net::asio::use_future).get();
  }
  std::size_t documents() {
    const ListQuery all{.collection = "events", .limit = 10'000};
    auto found = store_->list(all);
    return found ? found->size() : 0;
  }

  std::unique_ptr<Store> store_ = stores::make_memory_store();
  net::EventLoop loop_{"event-documents-test"};
  net::WorkerPool readers_{"readers", 1};
  EventBus bus_{5};  // so few that all else must come from the store
  EventLog log_{*store_, readers_, bus_};
  std::uint64_t last_ = 0;
};

TEST_F(EventDocumentsTest, TheEventsOfACommitLieTogether) {
  commit({"one"});
  commit({"one", "two"});
  commit_fleet(130);
  EXPECT_EQ(documents(), 2U + 3U);
  EXPECT_THAT(read(0, last_, "", 1000), SizeIs(133));
  EXPECT_THAT(read(0, last_, "one", 1000), ElementsAre(1, 2));
  EXPECT_THAT(read(0, last_, "two", 1000), ElementsAre(3));
  EXPECT_THAT(read(0, last_, "i129", 1000), ElementsAre(133));
  EXPECT_THAT(read(0, last_, "other", 1000), IsEmpty());
}

TEST_F(EventDocumentsTest, APageBeginsAndEndsInTheMiddleOfADocument) {
  commit_fleet(20);
  EXPECT_THAT(read(5, last_, "", 3), ElementsAre(6, 7, 8));
  EXPECT_THAT(read(18, last_, "", 1000), ElementsAre(19, 20));
  EXPECT_THAT(read(17, 19, "", 1000), ElementsAre(18, 19)) << "what is published later is read later";
  EXPECT_THAT(read(20, last_, "", 1000), IsEmpty());
}

TEST_F(EventDocumentsTest, AnInstanceIsFoundInDocumentsOfFewAndOfMany) {
  // More of either than are read at once, so that the two lists end at different places.
  for (int round = 0; round < 120; ++round) {
    commit_fleet(10);
    commit({"i3"});
    commit({"other"});
  }
  std::vector<std::uint64_t> wanted;
  for (std::uint64_t round = 0; round < 120; ++round) {
    wanted.push_back(round * 12 + 4);
    wanted.push_back(round * 12 + 11);
  }
  EXPECT_EQ(read(0, last_, "i3", 10'000), wanted);

  EventFilter filter{.instance_id = "i3", .status_changes_only = false, .limit = 10'000};
  EXPECT_EQ(recent(filter), wanted);
  filter.limit = 3;
  EXPECT_THAT(recent(filter), ElementsAre(wanted[237], wanted[238], wanted[239]));
}

TEST_F(EventDocumentsTest, TheBusMayBeginInTheMiddleOfADocument) {
  commit_fleet(20);
  EventFilter filter{.status_changes_only = false, .limit = 8};
  EXPECT_THAT(recent(filter), ElementsAre(13, 14, 15, 16, 17, 18, 19, 20)) << "five of them are in the bus";
  filter.limit = 1000;
  EXPECT_THAT(recent(filter), SizeIs(20));
}

TEST_F(EventDocumentsTest, WhatOneEventEachWasStoredForIsStillRead) {
  const EventPtr old = make_event(7, "one");
  Batch batch;
  batch.writes.push_back(Write::put("events", event_document_id(7), *old->json, {{"instance", "one"}}));
  ASSERT_TRUE(commit_now(*store_, std::move(batch)));
  last_ = 7;
  EXPECT_THAT(read(0, last_, "one", 10), ElementsAre(7));
}

TEST_F(EventDocumentsTest, ADamagedDocumentIsNamed) {
  Batch batch;
  batch.writes.push_back(Write::put("events", event_document_id(2), "[{\"sequence\":1}, nonsense"));
  ASSERT_TRUE(commit_now(*store_, std::move(batch)));
  const auto page = run(log_.read({0, 10}, "", 10));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::DataLoss);
}

}  // namespace
}  // namespace draas::core
