#include "drasi/client.hpp"

#include <future>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"
#include "scripted_server.hpp"

namespace draas::drasi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::json;
using ::testing::Not;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using Verb = LiveAction::Verb;
using std::chrono::milliseconds;

std::string envelope(std::string_view data) {
  return std::string(R"({"success":true,"data":)") + std::string(data) + R"(,"error":null})";
}

// Answers by "METHOD /target"; what is not in the script is 404.
ScriptedServer::Script script(std::map<std::string, ScriptedAnswer> answers) {
  return [answers = std::move(answers)](const ScriptedRequest& request) -> ScriptedAnswer {
    const auto found = answers.find(request.method + " " + request.target);
    if (found != answers.end()) return found->second;
    return {404, R"({"code":"SOURCE_NOT_FOUND","message":"not there"})"};
  };
}

std::map<std::string, ScriptedAnswer> one_library() {
  return {
      {"GET /health", {200, R"({"status":"ok","timestamp":"t"})"}},
      {"GET /api/v1/instances", {200, envelope(R"([{"id":"main","source_count":2}])")}},
      {"GET /api/v1/instances/main/sources",
       {200, envelope(R"([{"id":"__component_graph__","status":"Running"},{"id":"s","status":"Running"}])")}},
      {"GET /api/v1/instances/main/queries",
       {200, envelope(R"([{"id":"q","status":"Error","error_message":"bad text"}])")}},
      {"GET /api/v1/instances/main/reactions", {200, envelope("[]")}},
  };
}

// Runs one call of a client on a loop of its own.
class ClientTest : public ::testing::Test {
 protected:
  template <class T>
  T run(const ScriptedServer& server, std::function<net::Task<T>(Client&)> call,
        milliseconds timeout = milliseconds(5'000)) {
    net::Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = server.port();
    std::optional<T> result;
    net::asio::io_context context;
    {
      net::HttpClient http(context.get_executor());
      Client client(http, endpoint, timeout);
      net::asio::co_spawn(context, call(client), [&](std::exception_ptr error, T value) {
        EXPECT_FALSE(error);
        result.emplace(std::move(value));
        context.stop();
      });
      context.run();
    }
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
  }

  Status execute(const ScriptedServer& server, LiveAction action, milliseconds timeout = milliseconds(5'000)) {
    return run<Status>(server, [&](Client& client) { return client.execute(action, timeout); });
  }
};

TEST_F(ClientTest, Health) {
  ScriptedServer up(script(one_library()));
  EXPECT_TRUE(run<Status>(up, [](Client& client) { return client.health(); }));
  ScriptedServer down(script({}));
  const Status status = run<Status>(down, [](Client& client) { return client.health(); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::Unavailable);
}

TEST_F(ClientTest, ComponentsWithoutTheServersOwn) {
  ScriptedServer server(script(one_library()));
  const auto states =
      run<Result<std::vector<ComponentState>>>(server, [](Client& client) { return client.components(); });
  ASSERT_TRUE(states) << states.error().message;
  ASSERT_EQ(states->size(), 2U);
  EXPECT_EQ((*states)[0].id, "s");
  EXPECT_EQ((*states)[0].status, ComponentStatus::Running);
  EXPECT_EQ((*states)[1].kind, ComponentKind::Query);
  EXPECT_EQ((*states)[1].error_message, "bad text");
  EXPECT_EQ((*states)[1].library, "main");
}

TEST_F(ClientTest, ReadinessJudgesWhatIsListed) {
  ScriptedServer server(script(one_library()));
  const auto judge = [&](ExpectedComponents expected) {
    return run<ReadinessReport>(server, [&](Client& client) { return client.readiness(expected); });
  };
  EXPECT_EQ(judge({{{"main", {"s"}, {}, {}}}}).readiness, Readiness::Ready);
  EXPECT_EQ(judge({{{"main", {"s"}, {"q"}, {}}}}).reason, "query 'q' is in Error: bad text");
  EXPECT_EQ(judge({{{"other", {}, {}, {}}}}).readiness, Readiness::Failed);
}

TEST_F(ClientTest, ReadinessOfASilentServer) {
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedAnswer{.hang = true}; });
  const auto report =
      run<ReadinessReport>(server, [](Client& client) { return client.readiness({}); }, milliseconds(50));
  EXPECT_EQ(report.readiness, Readiness::Unreachable);
  EXPECT_NE(report.reason, "");
}

TEST_F(ClientTest, TheTimeoutBoundsTheWholeCall) {
  auto answers = one_library();
  answers["GET /api/v1/instances/main/queries"] = {.hang = true};
  ScriptedServer server(script(answers));
  const auto states = run<Result<std::vector<ComponentState>>>(
      server, [](Client& client) { return client.components(); }, milliseconds(100));
  ASSERT_FALSE(states);
  EXPECT_EQ(states.error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(ClientTest, ActualConfigurationInApiForm) {
  auto answers = one_library();
  answers["GET /api/v1/instances/main/snapshot"] = {200, envelope(R"({"instance_id":"main","sources":[
      {"id":"s","source_type":"mock","status":"Running","auto_start":true,"properties":{"intervalMs":5}}],
      "queries":[{"id":"q","config":{},"status":"Running"},{"id":"gone","config":{},"status":"Running"}],"reactions":[],"edges":[]})")};
  answers["GET /api/v1/instances/main/queries/q?view=full"] = {
      200, envelope(R"({"id":"q","status":"Running","config":{"id":"q","query":"MATCH"}})")};
  ScriptedServer server(script(answers));
  const auto actual = run<Result<Json>>(server, [](Client& client) { return client.actual_configuration(); });
  ASSERT_TRUE(actual) << actual.error().message;
  EXPECT_EQ(
      to_text(*actual),
      R"({"instances":[{"id":"main","sources":[{"kind":"mock","id":"s","autoStart":true,"intervalMs":5,"status":"Running"}],)"
      R"("queries":[{"id":"q","queryText":"MATCH","status":"Running"}],"reactions":[]}]})");
}

LiveAction create_source() {
  return {Verb::Create, ComponentKind::Source, "main", "s", json(R"({"kind":"x","id":"s","password":"hunter2"})"), ""};
}

TEST_F(ClientTest, ExecutesAnAction) {
  ScriptedServer server(script({{"POST /api/v1/instances/main/sources", {200, envelope(R"({"message":"created"})")}}}));
  EXPECT_TRUE(execute(server, create_source()));
  EXPECT_THAT(server.requests(), ElementsAre("POST /api/v1/instances/main/sources"));
}

TEST_F(ClientTest, AFailedCreationIsClearedAway) {
  ScriptedServer server(script({
      {"POST /api/v1/instances/main/sources",
       {500, R"({"code":"SOURCE_CREATE_FAILED","message":"no login with hunter2"})"}},
      {"GET /api/v1/instances/main/sources/s",
       {200, envelope(R"({"id":"s","status":"Error","error_message":"hunter2 refused"})")}},
      {"DELETE /api/v1/instances/main/sources/s", {200, envelope("{}")}},
  }));
  const Status status = execute(server, create_source());
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().retryable);
  EXPECT_THAT(status.error().message, HasSubstr("SOURCE_CREATE_FAILED: no login with ***"));
  EXPECT_THAT(status.error().message, HasSubstr("(*** refused)"));
  EXPECT_THAT(status.error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(server.requests(),
              ElementsAre("POST /api/v1/instances/main/sources", "GET /api/v1/instances/main/sources/s",
                          "DELETE /api/v1/instances/main/sources/s"));
}

TEST_F(ClientTest, ALostAnswerIsLookedUp) {
  const std::map<std::string, ScriptedAnswer> lost = {
      {"POST /api/v1/instances/main/sources", {.drop = true}},
      {"GET /api/v1/instances/main/sources/s", {200, envelope(R"({"id":"s","status":"Running"})")}},
  };
  ScriptedServer server(script(lost));
  const Status status = execute(server, create_source());
  EXPECT_TRUE(status) << status.error().message;
}

TEST_F(ClientTest, ALateAnswerIsLookedUp) {
  ScriptedServer server(script({
      {"DELETE /api/v1/instances/main/sources/s", {.hang = true}},
  }));
  LiveAction action = create_source();
  action.verb = Verb::Delete;
  const Status status = execute(server, action, milliseconds(100));
  EXPECT_TRUE(status) << status.error().message;
}

TEST_F(ClientTest, DeletingWhatIsNotThereIsDone) {
  ScriptedServer server(script({
      {"DELETE /api/v1/instances/main/sources/s", {500, R"({"code":"SOURCE_DELETE_FAILED","message":"not found"})"}},
  }));
  LiveAction action = create_source();
  action.verb = Verb::Delete;
  EXPECT_TRUE(execute(server, action));
}

// Whoever watches the results of a query holds it by a reaction of drasi-server's own.
TEST_F(ClientTest, ThoseWhoWatchAQueryDoNotKeepIt) {
  const std::string uuid = "0f0e0d0c-0b0a-4908-8706-050403020100";
  const std::string query = "/api/v1/instances/main/queries/q";
  const std::string reactions = "/api/v1/instances/main/reactions";
  bool attached = true;
  std::vector<std::string> ended;
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.method == "DELETE" && request.target == query) {
      if (!attached) return {200, envelope("{}")};
      return {500, R"({"code":"QUERY_DELETE_FAILED","message":"Depended on by: __attach_q_)" + uuid + "\"}"};
    }
    if (request.method == "GET" && request.target == reactions) {
      return {200, envelope(R"([{"id":"r","status":"Running"},{"id":"__attach_q_)" + uuid +
                            R"(","status":"Running"},{"id":"__attach_q_b_)" + uuid + R"(","status":"Running"}])")};
    }
    if (request.method == "DELETE" && request.target.starts_with(reactions)) {
      ended.push_back(request.target.substr(reactions.size() + 1));
      attached = false;
      return {200, envelope("{}")};
    }
    return {404, "{}"};
  });
  const LiveAction action{Verb::Delete, ComponentKind::Query, "main", "q", Json(), ""};
  const Status status = execute(server, action);
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_THAT(ended, ElementsAre("__attach_q_" + uuid)) << "not the reactions of others, nor those of query q_b";
}

TEST_F(ClientTest, ARefusalIsFinal) {
  const std::pair<ScriptedAnswer, ErrorCode> cases[] = {
      {{409, R"({"code":"DUPLICATE_RESOURCE","message":"Resource already exists"})"}, ErrorCode::AlreadyExists},
      {{409, R"({"code":"CONFIG_READ_ONLY","message":"read-only"})"}, ErrorCode::Conflict},
      {{400, R"({"code":"INVALID_REQUEST","message":"Invalid source configuration"})"}, ErrorCode::InvalidArgument},
  };
  for (const auto& [answer, code] : cases) {
    ScriptedServer server(script({{"POST /api/v1/instances/main/sources", answer}}));
    const Status status = execute(server, create_source());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, code);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST_F(ClientTest, StartingWhatRunsIsDone) {
  ScriptedServer server(script({
      {"POST /api/v1/instances/main/sources/s/start",
       {400, R"({"code":"INVALID_REQUEST","message":"already running"})"}},
      {"GET /api/v1/instances/main/sources/s", {200, envelope(R"({"id":"s","status":"Running"})")}},
  }));
  LiveAction action = create_source();
  action.verb = Verb::Start;
  const Status status = execute(server, action);
  EXPECT_TRUE(status) << status.error().message;
}

}  // namespace
}  // namespace draas::drasi
