#include "docker/engine_client.hpp"

#include <gmock/gmock.h>

#include "base/archive.hpp"
#include "fake_engine.hpp"

namespace draas::docker::testing {
namespace {

using namespace std::chrono_literals;
using net::Task;
using net::testing::RawSocket;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class EngineClientTest : public FakeEngineTest {
 protected:
  void always(int status, std::string body) {
    play = [status, body](const EngineRequest&, RawSocket&) { return answer(status, body); };
  }
  Result<Container> inspect() {
    return with_engine<Result<Container>>([](EngineClient& engine) { return engine.inspect_container("abc"); });
  }
  Status start() {
    return with_engine<Status>([](EngineClient& engine) { return engine.start_container("abc"); });
  }
  Status pull(std::string authorization = "") {
    steps.clear();
    return with_engine<Status>([this, authorization](EngineClient& engine) {
      ImageReference image = *parse_image_reference("ghcr.io/a/b:1");
      std::function<void(const PullProgress&)> progress = [this](const PullProgress& step) { steps.push_back(step); };
      return engine.pull_image(std::move(image), authorization, std::move(progress));
    });
  }

  std::vector<PullProgress> steps;
};

TEST_F(EngineClientTest, SpeaksTheOldestVersionThatBothKnow) {
  ASSERT_TRUE(start());
  EXPECT_THAT(lines(), ElementsAre("GET /version HTTP/1.1", "POST /v1.41/containers/abc/start HTTP/1.1"));
  version = R"({"Version":"29.0","ApiVersion":"1.52","MinAPIVersion":"1.44"})";
  const auto agreed = with_engine<Result<EngineVersion>>([](EngineClient& engine) { return engine.version(); });
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->api_version, "1.44");
}

TEST_F(EngineClientTest, AnEngineThatIsTooOldIsSaidToBe) {
  version = R"({"Version":"19.03.1","ApiVersion":"1.40","MinAPIVersion":"1.12"})";
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, AllOf(HasSubstr("19.03.1 is too old"), HasSubstr("1.41")));
  version = "<html>";
  EXPECT_THAT(start().error().message, HasSubstr("is not a Docker engine"));
}

TEST_F(EngineClientTest, ReadsAContainer) {
  always(200, R"({"Id":"abc","Name":"/draas-x","Image":"sha256:1","Created":"2026-01-02T03:04:05.123456789Z",
    "Config":{"Image":"i:1","Tty":true,"Labels":{"draas.instanceId":"x","odd":1}},
    "State":{"Status":"exited","Running":false,"OOMKilled":true,"ExitCode":137,"Pid":0,
      "StartedAt":"2026-01-02T03:04:06Z","FinishedAt":"0001-01-01T00:00:00Z","Health":{"Status":"starting"}}})");
  const auto container = inspect();
  ASSERT_TRUE(container);
  EXPECT_EQ(container->name, "draas-x");
  EXPECT_EQ(container->labels.size(), 1U);
  EXPECT_TRUE(container->terminal);
  EXPECT_TRUE(container->state.out_of_memory);
  EXPECT_EQ(container->state.exit_code, 137);
  EXPECT_EQ(container->state.health, "starting");
  EXPECT_EQ(to_rfc3339(*container->state.started_at), "2026-01-02T03:04:06.000000Z");
  EXPECT_FALSE(container->state.finished_at);
}

TEST_F(EngineClientTest, WhatIsMissingOrOddDoesNoHarm) {
  for (const char* body : {"{}", R"({"Id":7,"State":[],"Config":null})", R"({"State":{"ExitCode":"x","Pid":-1}})"}) {
    always(200, body);
    const auto container = inspect();
    ASSERT_TRUE(container);
    EXPECT_EQ(container->id, "");
  }
  always(200, "no json");
  EXPECT_FALSE(inspect());
}

TEST_F(EngineClientTest, ErrorsSayTheWayOut) {
  const auto error_of = [this](int status, const std::string& message) {
    always(status, R"({"message":")" + message + R"("})");
    return start().error();
  };
  EXPECT_EQ(error_of(404, "No such container: abc").code, ErrorCode::NotFound);
  EXPECT_EQ(error_of(409, "Conflict. The container name is already in use").code, ErrorCode::Conflict);
  EXPECT_EQ(error_of(400, "bad parameter").code, ErrorCode::InvalidArgument);
  const Error port = error_of(500, "driver failed: Bind for 127.0.0.1:8080 failed: port is already allocated");
  EXPECT_EQ(port.code, ErrorCode::Conflict);
  EXPECT_THAT(port.message, HasSubstr("give the instance another port"));
  const Error disk = error_of(500, "write /var/lib/x: no space left on device");
  EXPECT_EQ(disk.code, ErrorCode::ResourceExhausted);
  EXPECT_THAT(disk.message, HasSubstr("docker system prune"));
  const Error image = error_of(404, "No such image: a:1");
  EXPECT_EQ(image.code, ErrorCode::NotFound);
  EXPECT_THAT(image.message, HasSubstr("pull policy"));
  const Error other = error_of(500, "something new");
  EXPECT_EQ(other.code, ErrorCode::Unavailable);
  EXPECT_TRUE(other.retryable);
  always(500, "not json");
  EXPECT_THAT(start().error().message, HasSubstr("status 500"));
}

// Texts that say more than one thing: the way out is of what they mean.
TEST_F(EngineClientTest, TheWayOutIsThatOfWhatTheTextMeans) {
  struct Case {
    const char* message;
    ErrorCode code;
    const char* way_out;
  };
  for (const Case& each : {
           Case{"no matching manifest for linux/arm64/v8 in the manifest list entries", ErrorCode::NotFound,
                "architecture"},
           Case{"manifest for a/b:9 not found: manifest unknown", ErrorCode::NotFound, "name and tag"},
           Case{"OCI runtime create failed: exec: /x: permission denied: unknown", ErrorCode::PermissionDenied,
                "access to it"},
           Case{"denied: requested access to the resource is denied", ErrorCode::PermissionDenied, "docker login"},
           Case{"network shop not found", ErrorCode::NotFound, "docker network create"},
           Case{"exec: docker-init: executable file not found in $PATH: unknown", ErrorCode::Unprocessable,
                "Docker:Init"},
           Case{"exec: drasi-server: executable file not found in $PATH: unknown", ErrorCode::Unprocessable,
                "Docker:Image"},
           Case{"configured logging driver does not support reading", ErrorCode::Unprocessable, "Docker:LogDriver"},
           Case{"remove draas--data-x: volume is in use - [abc]", ErrorCode::Conflict, "--filter volume"},
           Case{"removal of container abc is already in progress", ErrorCode::Conflict, "in a moment"},
           Case{"Get https://ghcr.io/v2/: context deadline exceeded", ErrorCode::Unavailable, "registry"},
           Case{"unable to find user nobody9: no matching entries in passwd file", ErrorCode::InvalidArgument,
                "Docker:User"},
       }) {
    always(500, std::string(R"({"message":")") + each.message + R"("})");
    const Error error = start().error();
    EXPECT_EQ(error.code, each.code) << each.message;
    EXPECT_THAT(error.message, HasSubstr(each.way_out));
  }
}

TEST_F(EngineClientTest, NotModifiedIsSuccessAndWhatIsGoneIsRemoved) {
  play = [](const EngineRequest&, RawSocket&) {
    return std::string("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
  };
  EXPECT_TRUE(start());
  always(404, R"({"message":"No such container"})");
  EXPECT_TRUE(with_engine<Status>([](EngineClient& engine) { return engine.remove_container("abc", true); }));
  EXPECT_TRUE(with_engine<Status>([](EngineClient& engine) { return engine.remove_volume("v"); }));
}

TEST_F(EngineClientTest, AnAnswerThatIsCutOffIsNoAnswer) {
  play = [](const EngineRequest&, RawSocket&) {
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Id\":");
  };
  const auto container = inspect();
  ASSERT_FALSE(container);
  EXPECT_EQ(container.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(container.error().retryable);
}

TEST_F(EngineClientTest, AnAnswerThatIsTooLateIsADeadline) {
  play = [](const EngineRequest&, RawSocket& socket) {
    socket.read_to_end();  // until the client gives up
    return std::string();
  };
  const auto late =
      with_engine<Status>([](EngineClient& engine) { return engine.start_container("abc"); }, {.call_timeout = 100ms});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::DeadlineExceeded);
  EXPECT_THAT(late.error().message, AllOf(HasSubstr("The Docker engine at"), HasSubstr("journalctl -u docker")));
}

TEST_F(EngineClientTest, PullsWithProgressAndCredentials) {
  play = [](const EngineRequest&, RawSocket&) {
    return std::string(kStreamHeader) + chunk(R"({"status":"Pulling from a/b","id":"1"}{"status":"Downlo)") +
           chunk(R"(ading","id":"x","progressDetail":{"current":5,"total":10}})") + "0\r\n\r\n";
  };
  ASSERT_TRUE(pull("c2VjcmV0"));
  EXPECT_EQ(last().line, "POST /v1.41/images/create?fromImage=ghcr.io%2Fa%2Fb&tag=1 HTTP/1.1");
  EXPECT_THAT(last().header, HasSubstr("X-Registry-Auth: c2VjcmV0\r\n"));
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[1].status, "Downloading");
  EXPECT_EQ(steps[1].current, 5U);
  EXPECT_EQ(steps[1].total, 10U);
}

TEST_F(EngineClientTest, APullThatFailsInTheMiddleFails) {
  play = [](const EngineRequest&, RawSocket&) {
    return std::string(kStreamHeader) + chunk(R"({"status":"Pulling"}{"error":"manifest unknown","errorDetail":{}})") +
           "0\r\n\r\n";
  };
  auto failed = pull();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::NotFound);
  play = [](const EngineRequest&, RawSocket&) { return std::string(kStreamHeader) + chunk(R"({"status":"Pul)"); };
  failed = pull("c2VjcmV0");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(failed.error().message + failed.error().internal, Not(HasSubstr("c2VjcmV0")));
  play = [](const EngineRequest&, RawSocket&) {
    return std::string(kStreamHeader) + chunk(R"({"status":"Pul)") + "0\r\n\r\n";
  };
  EXPECT_FALSE(pull()) << "the stream ended in an object";
  always(500, R"({"message":"Get https://ghcr.io/v2/: unauthorized"})");
  failed = pull();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::PermissionDenied);
  EXPECT_THAT(failed.error().message, HasSubstr("docker login"));
}

TEST_F(EngineClientTest, EventsAreFilteredAndGoOnFromACursor) {
  play = [](const EngineRequest&, RawSocket& socket) {
    socket.send(std::string(kStreamHeader) + chunk(R"({"Type":"container","Action":"oom","Actor":{"ID":"a"},"time)"));
    return chunk(R"(Nano":5}{"Type":"container","Action":"die","Actor":{"ID":"a"},"timeNano":6})");
  };
  const auto actions = with_engine<std::string>([](EngineClient& engine) -> Task<std::string> {
    Labels labels{"draas.managed=true"};
    std::string since = "1700000000.000000005";
    auto stream = co_await engine.events(std::move(labels), std::move(since));
    if (!stream) co_return stream.error().message;
    std::string out;
    for (;;) {
      auto events = co_await stream->read(5s);
      if (!events) co_return out + std::string(to_string(events.error().code));
      for (const Event& event : *events) out += event.action + " ";
    }
  });
  EXPECT_EQ(actions, "oom die Unavailable") << "the stream was cut off";
  EXPECT_THAT(last().line, AllOf(HasSubstr("&since=1700000000.000000005"), HasSubstr("draas.managed%3Dtrue"),
                                 HasSubstr("%22type%22%3A%5B%22container%22%5D")));
}

TEST_F(EngineClientTest, LogsAreDemultiplexed) {
  play = [](const EngineRequest&, RawSocket&) {
    const std::string frames("\x01\0\0\0\0\0\0\x03one\x02\0\0\0\0\0\0\x03two", 22);
    return std::string(kStreamHeader) + chunk(frames.substr(0, 9)) + chunk(frames.substr(9)) + "0\r\n\r\n";
  };
  const auto text = with_engine<std::string>([](EngineClient& engine) -> Task<std::string> {
    LogRequest request{.follow = false, .tail = 5, .since = WallTime(std::chrono::milliseconds(1'700'000'000'250))};
    auto stream = co_await engine.container_logs("abc", false, request);
    if (!stream) co_return stream.error().message;
    std::string out;
    std::string errors;
    for (;;) {
      auto pieces = co_await stream->read(5s);
      if (!pieces) co_return pieces.error().message;
      if (pieces->empty()) co_return out + "|" + errors;
      for (const LogPiece& piece : *pieces) (piece.stream == LogPiece::Stream::Error ? errors : out) += piece.data;
    }
  });
  EXPECT_EQ(text, "one|two");
  EXPECT_THAT(last().line, AllOf(HasSubstr("tail=5"), HasSubstr("since=1700000000.250000")));
}

TEST_F(EngineClientTest, FilesGoInAsAnArchive) {
  const std::string archive = write_archive({{.path = "a", .content = "b"}}).value();
  ASSERT_TRUE(with_engine<Status>(
      [archive](EngineClient& engine) { return engine.put_archive("abc", "/app/config", archive); }));
  EXPECT_THAT(last().line, HasSubstr("PUT /v1.41/containers/abc/archive?"));
  EXPECT_THAT(last().line, HasSubstr("path=%2Fapp%2Fconfig"));
  EXPECT_EQ(last().body, archive);
}

TEST_F(EngineClientTest, UsageIsWithoutThePageCache) {
  always(200, R"({"cpu_stats":{"cpu_usage":{"total_usage":1500000000}},"pids_stats":{"current":7},
    "memory_stats":{"usage":1000,"stats":{"inactive_file":400}}})");
  const auto usage =
      with_engine<Result<ContainerUsage>>([](EngineClient& engine) { return engine.container_usage("abc"); });
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cpu_nanoseconds, 1'500'000'000U);
  EXPECT_EQ(usage->memory_bytes, 600U);
  EXPECT_EQ(usage->processes, 7U);
}

class NoEngineTest : public net::testing::LoopTest {
 protected:
  Error error_at(const std::string& address) {
    std::function<Task<Error>()> ask = [this, address]() -> Task<Error> {
      EngineEndpoint endpoint{.address = *net::Endpoint::parse(address), .tls = {}, .origin = "the test"};
      EngineClient engine(loop.executor(), std::move(endpoint));
      auto answered = co_await engine.version();
      co_return answered ? Error{} : answered.error();
    };
    return on_loop(std::move(ask));
  }
};

TEST_F(NoEngineTest, SaysWhyItCannotBeReached) {
  EXPECT_THAT(error_at("unix:///nowhere/docker.sock").message,
              AllOf(HasSubstr("no such socket"), HasSubstr("Docker:Host")));
  EXPECT_THAT(error_at("unix:///etc/passwd").message, HasSubstr("not a socket"));
  EXPECT_THAT(error_at("http://127.0.0.1:1").message, AllOf(HasSubstr("cannot be reached"), HasSubstr("(the test)")));
  EXPECT_TRUE(error_at("http://127.0.0.1:1").retryable);
}

}  // namespace
}  // namespace draas::docker::testing
