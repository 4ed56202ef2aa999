#include "docker/events.hpp"

#include <gmock/gmock.h>

namespace draas::docker {
namespace {

constexpr std::string_view kDie =
    R"({"status":"die","id":"abc","Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":)"
    R"({"exitCode":"137","name":"draas-x","draas.instanceId":"x"}},"time":1700000000,"timeNano":1700000000123456789})";

Event event(std::string action, std::int64_t time, std::string id = "abc") {
  Event out;
  out.type = "container";
  out.action = std::move(action);
  out.id = std::move(id);
  out.time_nanoseconds = time;
  return out;
}

TEST(EventReader, ReadsAnEventFromAnyPieces) {
  for (std::size_t piece = 1; piece <= kDie.size(); ++piece) {
    EventReader reader;
    std::vector<Event> events;
    for (std::size_t at = 0; at < kDie.size(); at += piece) {
      reader.feed(kDie.substr(at, piece), events);
      EXPECT_EQ(reader.in_event(), at + piece < kDie.size());
    }
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].action, "die");
    EXPECT_EQ(events[0].id, "abc");
    EXPECT_EQ(events[0].exit_code(), 137);
    EXPECT_EQ(events[0].attribute("draas.instanceId"), "x");
    EXPECT_EQ(events[0].time_nanoseconds, 1'700'000'000'123'456'789);
    EXPECT_EQ(to_rfc3339(events[0].time()), "2023-11-14T22:13:20.123456Z");
  }
}

TEST(EventReader, BracesAndQuotesInStringsDoNotCount) {
  EventReader reader;
  std::vector<Event> events;
  reader.feed(R"({"Type":"container","Action":"exec_create: sh -c \"{[\\\"","Actor":{"ID":"}"}}  )"
              "\n"
              R"({"Type":"image","Action":"pull"})",
              events);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].action, R"(exec_create: sh -c "{[\")");
  EXPECT_EQ(events[0].id, "}");
  EXPECT_EQ(events[1].type, "image");
}

TEST(EventReader, WhatIsNoEventIsLeftOutAndOddTypesDoNoHarm) {
  EventReader reader;
  std::vector<Event> events;
  reader.feed(R"({"a":1}{"Type":5,"Action":"x"}{"Type":"t","Action":"a","Actor":7,"timeNano":"soon"})", events);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].time_nanoseconds, 0);
  EXPECT_FALSE(events[0].exit_code());
}

TEST(EventReader, WhatIsNotJsonIsSkippedUpToTheEndOfItsLine) {
  const std::string die(kDie);
  for (const std::string bad : {"<html>\n", "{\"Type\":oops}", "{\"Type\":\"cut off\n", "\"text\"\n", "{]\n", "}\n"}) {
    EventReader reader;
    std::vector<Event> events;
    reader.feed(die + bad, events);
    reader.feed(die + "\n" + die, events);
    EXPECT_EQ(events.size(), 3U) << bad;
    EXPECT_EQ(reader.skipped(), 1U) << bad;
  }
}

TEST(EventReader, AnEventThatIsTooLargeIsSkipped) {
  EventReader reader;
  std::vector<Event> events;
  const std::string large = "{\"Type\":\"" + std::string(2U << 20U, 'x') + "\",\"Action\":\"die\"}\n";
  for (std::size_t at = 0; at < large.size(); at += 65'536) reader.feed(large.substr(at, 65'536), events);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(reader.skipped(), 1U);
  reader.feed(kDie, events);
  EXPECT_EQ(events.size(), 1U);
}

TEST(JsonStream, OneThatMustBeWholeFailsForGood) {
  JsonStream stream;
  std::vector<Json> objects;
  const auto read = stream.feed(R"({"a":1}<html>)", objects);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(objects.size(), 1U);
  EXPECT_FALSE(stream.feed(R"({"a":1})", objects)) << "out of step";
  JsonStream bounded;
  const auto large = bounded.feed("{\"a\":\"" + std::string(2U << 20U, 'x'), objects);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::PayloadTooLarge);
}

TEST(EventCursor, TakesEachEventOnce) {
  EventCursor cursor;
  EXPECT_TRUE(cursor.accept(event("die", 1)));
  EXPECT_FALSE(cursor.accept(event("die", 1)));
  EXPECT_TRUE(cursor.accept(event("die", 1, "other")));
  EXPECT_TRUE(cursor.accept(event("oom", 1)));
  EXPECT_TRUE(cursor.accept(event("die", 2))) << "the same container, started and ended again";
}

TEST(EventCursor, GoesOnALittleBeforeTheNewest) {
  EventCursor cursor;
  EXPECT_EQ(cursor.since(), "");
  cursor.accept(event("die", 1'700'000'010'000'000'005));
  cursor.accept(event("oom", 1'700'000'009'000'000'000));
  EXPECT_EQ(cursor.since(), "1700000008.000000005") << "an older event that came late changes nothing";
  EXPECT_TRUE(cursor.accept(event("start", 1'700'000'008'500'000'000))) << "late, and not seen before";
  cursor.reset();
  EXPECT_EQ(cursor.since(), "");
}

TEST(EventCursor, ForgetsInTime) {
  EventCursor cursor;
  for (std::size_t i = 0; i <= EventCursor::kRemembered; ++i) {
    EXPECT_TRUE(cursor.accept(event("die", static_cast<std::int64_t>(i) + 1)));
  }
  EXPECT_TRUE(cursor.accept(event("die", 1)));
  EXPECT_FALSE(cursor.accept(event("die", EventCursor::kRemembered + 1)));
}

}  // namespace
}  // namespace draas::docker
