#include "core/events/event_bus.hpp"

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

namespace draas::core {
namespace {

using std::chrono::milliseconds;

EventPtr event(std::uint64_t sequence, const std::string& id = "a", InstanceStatus status = InstanceStatus::Running,
               EventType type = EventType::StatusChanged) {
  Event made;
  made.sequence = sequence;
  made.type = type;
  made.instance_id = id;
  made.new_status = status;
  made.source = "test";
  seal(made);
  return std::make_shared<const Event>(std::move(made));
}

std::vector<std::uint64_t> sequences(const std::vector<EventPtr>& events) {
  std::vector<std::uint64_t> found;
  for (const EventPtr& item : events) found.push_back(item->sequence);
  return found;
}

class EventBusTest : public ::testing::Test {
 protected:
  void SetUp() override { loop_.start(); }
  void TearDown() override { loop_.stop(); }

  template <class T>
  std::future<T> run(net::Task<T> task) {
    return net::asio::co_spawn(loop_.executor(), std::move(task), net::asio::use_future);
  }

  net::EventLoop loop_{"test"};
};

TEST_F(EventBusTest, BufferKeepsTheNewestThousand) {
  EventBus bus(1000);
  for (std::uint64_t i = 1; i <= 1001; ++i) bus.publish(event(i));
  EventFilter filter;
  filter.limit = 5000;
  const auto found = sequences(bus.recent(filter));
  ASSERT_EQ(found.size(), 1000U);
  EXPECT_EQ(found.front(), 2U);
  EXPECT_EQ(found.back(), 1001U);
}

TEST_F(EventBusTest, RecentFiltersAndGivesTheOldestFirst) {
  EventBus bus(100);
  bus.publish(event(1, "a", InstanceStatus::Running));
  bus.publish(event(2, "b", InstanceStatus::Stopped));
  bus.publish(event(3, "a", InstanceStatus::Stopped));
  bus.publish(event(4, "a", InstanceStatus::Stopped, EventType::PhaseChanged));
  EventFilter filter;
  EXPECT_EQ(sequences(bus.recent(filter)), (std::vector<std::uint64_t>{1, 2, 3}));
  filter.statuses = {InstanceStatus::Stopped};
  EXPECT_EQ(sequences(bus.recent(filter)), (std::vector<std::uint64_t>{2, 3}));
  filter.instance_id = "a";
  EXPECT_EQ(sequences(bus.recent(filter)), std::vector<std::uint64_t>{3});
  filter = {};
  filter.after = 2;
  EXPECT_EQ(sequences(bus.recent(filter)), std::vector<std::uint64_t>{3});
  filter = {};
  filter.status_changes_only = false;
  filter.limit = 2;
  EXPECT_EQ(sequences(bus.recent(filter)), (std::vector<std::uint64_t>{3, 4}));
  filter.types = {EventType::PhaseChanged};
  EXPECT_EQ(sequences(bus.recent(filter)), std::vector<std::uint64_t>{4});
}

TEST_F(EventBusTest, LongPollWakesWhenAnEventComes) {
  EventBus bus(100);
  auto waiting = run(bus.wait_recent({}, milliseconds(20'000)));
  EXPECT_EQ(waiting.wait_for(milliseconds(20)), std::future_status::timeout);
  bus.publish(event(1));
  EXPECT_EQ(sequences(waiting.get()), std::vector<std::uint64_t>{1});
}

TEST_F(EventBusTest, LongPollEndsEmptyAfterItsTime) {
  EventBus bus(100);
  EXPECT_TRUE(run(bus.wait_recent({}, milliseconds(10))).get().empty());
}

TEST_F(EventBusTest, HandlersAreCalledOncePerEventUntilTheTokenIsDropped) {
  EventBus bus(100);
  std::vector<std::uint64_t> seen;
  auto token = bus.on_event([&](const Event& item) { seen.push_back(item.sequence); });
  bus.publish(event(1));
  bus.publish(event(2));
  token.reset();
  bus.publish(event(3));
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(EventBusTest, SubscriptionResumesAndTellsWhatWasMissed) {
  EventBus bus(3);
  for (std::uint64_t i = 1; i <= 10; ++i) bus.publish(event(i));
  EventFilter filter;
  filter.after = 4;
  auto subscription = bus.subscribe(filter);
  const auto delivery = run(subscription->next(milliseconds(1000))).get();
  EXPECT_EQ(sequences(delivery.events), (std::vector<std::uint64_t>{8, 9, 10}));
  EXPECT_EQ(delivery.missed, 3U);  // 5, 6 and 7 had left the buffer
}

TEST_F(EventBusTest, SlowReaderLosesTheOldestAndIsTold) {
  EventBus bus(2);
  auto subscription = bus.subscribe({}, 2);
  for (std::uint64_t i = 1; i <= 5; ++i) bus.publish(event(i));
  const auto delivery = run(subscription->next(milliseconds(1000))).get();
  EXPECT_EQ(sequences(delivery.events), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(delivery.missed, 3U);
}

TEST_F(EventBusTest, CloseEndsWaitingReaders) {
  EventBus bus(2);
  auto subscription = bus.subscribe({});
  auto waiting = run(subscription->next(milliseconds(60'000)));
  bus.close();
  EXPECT_TRUE(waiting.get().closed);
}

TEST(EventDocument, RoundTrip) {
  Event made;
  made.sequence = 42;
  made.type = EventType::StatusChanged;
  made.instance_id = "a\"b";
  made.old_status = InstanceStatus::Running;
  made.new_status = InstanceStatus::Stopped;
  made.source = "ProcessStatusMonitor";
  made.timestamp = *parse_rfc3339("2026-01-28T14:35:22.000123Z");
  made.metadata = {{"ExitCode", "1"}, {"Reason", "line\nbreak"}};
  seal(made);
  auto read = event_from_document(*made.json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->sequence, 42U);
  EXPECT_EQ(read->instance_id, "a\"b");
  EXPECT_EQ(read->old_status, InstanceStatus::Running);
  EXPECT_EQ(read->new_status, InstanceStatus::Stopped);
  EXPECT_EQ(read->timestamp, made.timestamp);
  EXPECT_EQ(read->metadata, made.metadata);
  EXPECT_LT(event_document_id(9), event_document_id(10));
}

}  // namespace
}  // namespace draas::core
