#include <thread>

#include <gmock/gmock.h>

#include "api_fixture.hpp"

namespace draas::api::testing {
namespace {

const std::string kChanges = "/api/status/recent-changes";

std::vector<std::string> new_statuses(const Json& changes) {
  std::vector<std::string> out;
  for (const auto& change : changes) out.push_back(change["newStatus"].get<std::string>());
  return out;
}

class StatusApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    create("a");
  }

  Answer report(const std::string& status, const std::string& source = "DockerDaemon") {
    return ask_json("POST", "/api/status/updates",
                    R"({"instanceId":"a","status":")" + status + R"(","source":")" + source +
                        R"(","metadata":{"containerId":"c1"}})");
  }
};

TEST_F(StatusApi, AReportIsTakenAndSeen) {
  const auto answer = report("Running");
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_EQ(answer.json()["accepted"], 1);
  EXPECT_EQ(ask("GET", "/api/server/instances/a").json()["status"], "Running");
  const auto known = ask("GET", "/api/status/a/status");
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(known.json()["status"], "Running");
  EXPECT_EQ(known.json()["containerId"], "c1");
}

// A daemon beside a platform that sees its workloads itself: its details are taken, its statuses are not needed.
TEST_F(StatusApi, WhatIsSeenGoesBeforeWhatIsReported) {
  ASSERT_EQ(ask("POST", "/api/server/instances/a/start").status, 200);
  const auto last = ask("GET", kChanges).header("X-Last-Sequence");
  const auto report_of_first = [this](const std::string& status) {
    return ask_json(
        "POST", "/api/status/updates",
        R"({"instanceId":"a","generation":1,"source":"DockerDaemon","metadata":{"exitCode":"137"},"status":")" +
            status + "\"}");
  };
  for (const char* status : {"Running", "Stopped", "Error"}) ASSERT_EQ(report_of_first(status).status, 202);
  EXPECT_EQ(ask("GET", "/api/server/instances/a").json()["status"], "Running");
  EXPECT_EQ(ask("GET", kChanges + "?after=" + last).body, "[]");
  EXPECT_EQ(ask("GET", "/api/status/a/status").json()["runtimeMetadata"]["exitCode"], "137");

  ASSERT_EQ(ask_json("PATCH", "/api/configuration/instances/a", R"({"logLevel":"debug"})").status, 202);
  ASSERT_EQ(report_of_first("Running").status, 202);
  EXPECT_EQ(ask("GET", "/api/server/instances/a").json()["status"], "ConfigurationChanged") << "it is not masked";
}

TEST_F(StatusApi, LastKnownStatusExistsBeforeTheFirstStart) {
  const auto answer = ask("GET", "/api/status/a/status");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["status"], "Created");
  EXPECT_EQ(ask("GET", "/api/status/none/status").status, 404);
}

TEST_F(StatusApi, WrongReportsAreRefusedOneByOne) {
  EXPECT_EQ(ask_json("POST", "/api/status/updates", R"({"instanceId":"no","status":"Running","source":"x"})").status,
            404);
  EXPECT_EQ(ask_json("POST", "/api/status/updates", R"({"instanceId":"","status":9,"source":" "})").status, 400);
  const auto batch = ask_json("POST", "/api/status/updates",
                              R"([{"instanceId":"no","status":"Running","source":"x"},)"
                              R"({"instanceId":"a","status":"Error","source":"x"},{"instanceId":"a"}])");
  ASSERT_EQ(batch.status, 202) << batch.body;
  EXPECT_EQ(batch.json()["accepted"], 1);
  ASSERT_EQ(batch.json()["rejected"].size(), 2U);
  EXPECT_EQ(batch.json()["rejected"][0]["index"], 0);
  EXPECT_EQ(batch.json()["rejected"][0]["code"], "NotFound");
  EXPECT_EQ(batch.json()["rejected"][1]["errors"][0]["path"], "/2/status");
  EXPECT_EQ(ask_json("POST", "/api/status/updates", R"([{"instanceId":"a"},7])").status, 400);
}

TEST_F(StatusApi, RecentChangesFilterAndAreOldestFirst) {
  report("Running");
  report("Stopped", "ProcessStatusMonitor");
  report("Error");
  EXPECT_THAT(new_statuses(ask("GET", kChanges).json()), ::testing::ElementsAre("Running", "Stopped", "Error"));
  EXPECT_THAT(new_statuses(ask("GET", kChanges + "?statusFilter=stopped,3").json()),
              ::testing::ElementsAre("Stopped", "Error"));
  EXPECT_THAT(new_statuses(ask("GET", kChanges + "?source=ProcessMonitor").json()), ::testing::ElementsAre("Stopped"));
  EXPECT_THAT(new_statuses(ask("GET", kChanges + "?limit=1").json()), ::testing::ElementsAre("Error"));
  EXPECT_EQ(ask("GET", kChanges + "?instanceId=b").body, "[]");
  EXPECT_EQ(ask("GET", kChanges + "?since=2999-01-01T00:00:00Z").body, "[]");
  EXPECT_EQ(ask("GET", kChanges + "?since=2001-01-01T00:00:00%2B02:00").json().size(), 3U);
  const auto all = ask("GET", kChanges);
  EXPECT_EQ(ask("GET", kChanges + "?after=" + all.header("X-Last-Sequence")).body, "[]");
  EXPECT_EQ(ask("GET", kChanges + "?since=yesterday").status, 400);
}

TEST_F(StatusApi, RecentChangesAreOfTheTypesThatAreAskedFor) {
  report("Running");
  create("b");
  const auto types = [&](const std::string& query) {
    std::vector<std::string> out;
    for (const auto& event : ask("GET", kChanges + query).json()) out.push_back(event["type"].get<std::string>());
    return out;
  };
  EXPECT_THAT(types("?after=0"), ::testing::ElementsAre("StatusChanged"));
  EXPECT_THAT(types("?after=0&types=InstanceCreated"), ::testing::ElementsAre("InstanceCreated", "InstanceCreated"));
  EXPECT_THAT(types("?after=0&types=InstanceCreated,StatusChanged"),
              ::testing::ElementsAre("InstanceCreated", "StatusChanged", "InstanceCreated"));
  EXPECT_EQ(ask("GET", kChanges + "?after=0&types=InstanceCreated&limit=1").json()[0]["instanceId"], "b")
      << "the newest that match";
  EXPECT_EQ(types("?after=0&allTypes=true").size(), 3U);
  EXPECT_EQ(ask("GET", kChanges + "?types=Weather").status, 400);
}

TEST_F(StatusApi, WaitReturnsWithTheFirstChange) {
  const auto last = ask("GET", kChanges).header("X-Last-Sequence");
  // Reported from the control loop when the reader waits already, or just before: both must be seen.
  core::StatusReport report;
  report.instance_id = "a";
  report.status = core::InstanceStatus::Error;
  report.source = "test";
  auto reported =
      net::asio::co_spawn(control_loop_.executor(), control_plane_->report_status(report, {}), net::asio::use_future);
  const auto answer = ask("GET", kChanges + "?after=" + last + "&wait=20s");
  EXPECT_THAT(new_statuses(answer.json()), ::testing::ElementsAre("Error"));
  EXPECT_TRUE(reported.get());
  EXPECT_EQ(ask("GET", kChanges + "?after=" + answer.header("X-Last-Sequence") + "&wait=10ms").body, "[]");
}

TEST_F(StatusApi, StreamGivesBufferedEventsThenNewOnes) {
  report("Running");
  report("Stopped");
  const auto stream = ask("GET", "/api/status/stream?after=0", "", {}, [](const std::string& text) {
    return text.find("\"newStatus\":\"Stopped\"") != std::string::npos;
  });
  EXPECT_EQ(stream.header("Content-Type"), "text/event-stream");
  EXPECT_TRUE(stream.body.starts_with("retry:")) << stream.body;
  EXPECT_THAT(stream.body, ::testing::HasSubstr("event: InstanceCreated\n"));
  EXPECT_THAT(stream.body, ::testing::HasSubstr("event: StatusChanged\ndata: {"));
}

TEST_F(StatusApi, StreamResumesBehindTheLastEventId) {
  report("Running");
  const auto last = ask("GET", kChanges).header("X-Last-Sequence");
  report("Error");
  const auto stream = ask("GET", "/api/status/stream?after=0&types=StatusChanged", "", {{"Last-Event-ID", last}},
                          [](const std::string& text) { return text.find("Error") != std::string::npos; });
  EXPECT_EQ(stream.body.find("\"newStatus\":\"Running\""), std::string::npos) << stream.body;
  EXPECT_EQ(ask("GET", "/api/status/stream", "", {{"Last-Event-ID", "x"}}).status, 400);
  EXPECT_EQ(ask("GET", "/api/status/stream?types=Weather").status, 400);
}

// The numbers of the events in a stream's text, in order.
std::vector<std::uint64_t> event_ids(const std::string& text) {
  std::vector<std::uint64_t> ids;
  for (auto at = text.find("id: "); at != std::string::npos; at = text.find("id: ", at + 1)) {
    ids.push_back(std::stoull(text.substr(at + 4)));
  }
  return ids;
}

TEST_F(StatusApi, WhatHasLeftTheBufferComesFromTheStore) {
  for (int i = 0; i < 600; ++i) {
    report("Running");
    report("Stopped");
  }
  const auto last = ask("GET", kChanges).header("X-Last-Sequence");
  for (const char* target : {"/api/status/stream?after=1", "/api/status/stream?after=1&instanceId=a"}) {
    const auto stream = ask("GET", target, "", {}, [&](const std::string& text) {
      return text.find("id: " + last + "\n") != std::string::npos;
    });
    EXPECT_EQ(stream.body.find("event: missed"), std::string::npos);
    const auto ids = event_ids(stream.body);
    ASSERT_EQ(ids.size(), std::stoull(last) - 1);
    for (std::size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(ids[i], i + 2);
  }
  const auto all = ask("GET", kChanges + "?after=0&limit=10000").json();
  EXPECT_EQ(all.size(), 1200U);
  const auto newest = ask("GET", kChanges + "?after=0&limit=1100").json();
  ASSERT_EQ(newest.size(), 1100U);
  EXPECT_EQ(newest.back()["sequence"], all.back()["sequence"]);
  EXPECT_EQ(newest.front()["sequence"], all[100]["sequence"]);
}

TEST_F(StatusApi, StreamTellsWhatNotEvenTheStoreHas) {
  TearDown();
  control_loop_.start();
  http_loop_.start();
  store_ = stores::make_memory_store();
  control_options_.event_buffer = 50;
  control_options_.event_log = 100;
  open();
  create("a");
  for (int i = 0; i < 300; ++i) {
    report("Running");
    report("Stopped");
  }
  const auto stream = ask("GET", "/api/status/stream?after=1", "", {},
                          [](const std::string& text) { return text.find("StatusChanged") != std::string::npos; });
  EXPECT_THAT(stream.body, ::testing::HasSubstr("event: missed\ndata: {\"missed\":"));
  const auto ids = event_ids(stream.body);
  ASSERT_FALSE(ids.empty());
  EXPECT_THAT(stream.body, ::testing::HasSubstr("\"missed\":" + std::to_string(ids.front() - 2)));
  EXPECT_THAT(stream.body, ::testing::HasSubstr("\"firstAvailable\":" + std::to_string(ids.front())));
}

TEST_F(StatusApi, StreamBeatsWhenNothingHappensAndEndsWithTheBus) {
  options_.heartbeat_interval = Duration(1);
  api_ = make_api(options_, *control_plane_, metrics_.get());
  auto* bus = &control_plane_->events();
  const auto stream = ask("GET", "/api/status/stream", "", {}, [bus](const std::string& text) {
    if (text.find(": heartbeat") != std::string::npos) bus->close();
    return false;
  });
  EXPECT_THAT(stream.body, ::testing::HasSubstr(": heartbeat"));
  EXPECT_FALSE(stream.broken_off);
}

TEST_F(StatusApi, LogsComeAsTextAndAsEvents) {
  const std::string logs = "/api/server/instances/a/logs";
  const auto text = ask("GET", logs);
  EXPECT_EQ(text.body, "one\ntwo\n");
  EXPECT_EQ(text.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(ask("GET", logs + "?tail=1").body, "two\n");
  EXPECT_EQ(ask("GET", logs + "?tail=all&since=10m").status, 200);
  EXPECT_EQ(ask("GET", logs + "?follow=true").body, "one\ntwo\nthree\n");
  EXPECT_EQ(ask("GET", logs, "", {{"Accept", "text/event-stream"}}).body, "data: one\n\ndata: two\n\n");
  EXPECT_EQ(ask("GET", logs + "?tail=some").status, 400);
  EXPECT_EQ(ask("GET", "/api/server/instances/none/logs").status, 404);
}

}  // namespace
}  // namespace draas::api::testing
