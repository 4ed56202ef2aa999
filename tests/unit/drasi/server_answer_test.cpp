#include "drasi/server_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"

namespace draas::drasi {
namespace {

using ::testing::HasSubstr;
using testing::json;
using ::testing::Not;
using Verb = LiveAction::Verb;

TEST(ReadAnswer, GivesTheData) {
  const auto data = read_answer(200, R"({"success":true,"data":[{"id":"a"}],"error":null})");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ((*data)[0]["id"], "a");
}

TEST(ReadAnswer, MapsTheServersErrors) {
  struct Case {
    int status;
    const char* body;
    ErrorCode code;
    bool retryable;
  };
  const Case cases[] = {
      {404, R"({"code":"SOURCE_NOT_FOUND","message":"source 'a' not found"})", ErrorCode::NotFound, false},
      {404, "Instance 'x' not found", ErrorCode::NotFound, false},
      {500, R"({"code":"INTERNAL_ERROR","message":"Instance not found"})", ErrorCode::NotFound, false},
      {409, R"({"code":"DUPLICATE_RESOURCE","message":"Resource already exists"})", ErrorCode::AlreadyExists, false},
      {409, R"({"code":"CONFIG_READ_ONLY","message":"Server is in read-only mode."})", ErrorCode::Conflict, false},
      {400, R"({"code":"INVALID_REQUEST","message":"Invalid source configuration"})", ErrorCode::InvalidArgument,
       false},
      {500, R"({"code":"INTERNAL_ERROR","message":"Internal server error"})", ErrorCode::Internal, true},
      {502, "bad gateway", ErrorCode::Unavailable, true},
  };
  for (const Case& test : cases) {
    const auto data = read_answer(test.status, test.body);
    ASSERT_FALSE(data) << test.body;
    EXPECT_EQ(data.error().code, test.code) << test.body;
    EXPECT_EQ(data.error().retryable, test.retryable) << test.body;
    EXPECT_THAT(data.error().message, HasSubstr(std::to_string(test.status)));
  }
}

TEST(ReadAnswer, QuotesTheTechnicalDetails) {
  const auto data = read_answer(
      400, R"({"code":"INVALID_REQUEST","message":"unknown provider","details":{"technical_details":"no such id"}})");
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().message, "drasi-server answered 400 INVALID_REQUEST: unknown provider (no such id)");
}

TEST(ReadAnswer, RefusesWhatIsNoEnvelope) {
  for (const char* body : {"", "not json", "[]", "{}", R"({"success":false,"data":null,"error":"why"})"}) {
    EXPECT_FALSE(read_answer(200, body)) << body;
  }
}

TEST(Snapshot, GivesComponentsInApiFormWithoutInternals) {
  const Json snapshot = json(R"({"sources":[
      {"id":"__component_graph__","source_type":"graph","status":"Running","auto_start":true,"properties":{}},
      {"id":"a","source_type":"mock","status":"Running","auto_start":true,"properties":{"intervalMs":5,"id":"forged"}}],
    "reactions":[{"id":"r","reaction_type":"log","status":"Stopped","auto_start":false,"queries":["q"],"properties":{}},
                 {"id":"__attach_q_1","reaction_type":"application","status":"Running","queries":["q"]}]})");
  EXPECT_EQ(to_text(snapshot_components(snapshot, ComponentKind::Source)),
            R"([{"kind":"mock","id":"a","autoStart":true,"intervalMs":5,"status":"Running"}])");
  EXPECT_EQ(to_text(snapshot_components(snapshot, ComponentKind::Reaction)),
            R"([{"kind":"log","id":"r","queries":["q"],"autoStart":false,"status":"Stopped"}])");
  EXPECT_EQ(snapshot_components(json("3"), ComponentKind::Source), Json::array());
}

TEST(FullQuery, IsInApiForm) {
  const Json query = full_query(json(
      R"({"id":"q","status":"Error","error_message":"bad","config":{"id":"q","query":"MATCH","autoStart":true}})"));
  EXPECT_EQ(to_text(query), R"({"id":"q","queryText":"MATCH","autoStart":true,"status":"Error","errorMessage":"bad"})");
}

TEST(MakeRequest, AddressesTheComponent) {
  const auto request = [](Verb verb, std::optional<ComponentKind> kind) {
    return make_request({verb, kind, "my lib", "a/b", json(R"({"id":"a/b"})"), ""});
  };
  EXPECT_EQ(request(Verb::Create, ComponentKind::Source).target, "/api/v1/instances/my%20lib/sources");
  EXPECT_EQ(request(Verb::Create, ComponentKind::Source).body, R"({"id":"a/b"})");
  EXPECT_EQ(request(Verb::Update, ComponentKind::Reaction).method, net::Method::Put);
  EXPECT_EQ(request(Verb::Update, ComponentKind::Reaction).target, "/api/v1/instances/my%20lib/reactions/a%2Fb");
  EXPECT_EQ(request(Verb::Delete, ComponentKind::Query).body, "");
  EXPECT_EQ(request(Verb::Start, ComponentKind::Query).target, "/api/v1/instances/my%20lib/queries/a%2Fb/start");
  EXPECT_EQ(request(Verb::Stop, ComponentKind::Query).target, "/api/v1/instances/my%20lib/queries/a%2Fb/stop");
  EXPECT_EQ(request(Verb::Create, std::nullopt).target, "/api/v1/instances");
}

TEST(JudgeFailure, WhatIsThereDecides) {
  const auto judge = [](Verb verb, ErrorCode code, std::optional<ComponentStatus> status, const char* message = "") {
    Error failure;
    failure.code = code;
    failure.message = message;
    std::optional<ComponentState> now;
    if (status) now = ComponentState{"l", ComponentKind::Source, "a", *status, ""};
    return judge_failure({verb, ComponentKind::Source, "l", "a", {}, ""}, failure, now);
  };
  EXPECT_EQ(judge(Verb::Create, ErrorCode::Internal, std::nullopt), Settlement::Failed);
  EXPECT_EQ(judge(Verb::Create, ErrorCode::Internal, ComponentStatus::Error), Settlement::Debris);
  EXPECT_EQ(judge(Verb::Create, ErrorCode::Internal, ComponentStatus::Added), Settlement::Debris);
  EXPECT_EQ(judge(Verb::Create, ErrorCode::DeadlineExceeded, ComponentStatus::Running), Settlement::Done);
  EXPECT_EQ(judge(Verb::Create, ErrorCode::Unavailable, ComponentStatus::Error), Settlement::Debris);
  EXPECT_EQ(judge(Verb::Create, ErrorCode::Internal, ComponentStatus::Running, "500 PERSISTENCE_FAILED"),
            Settlement::Done);
  EXPECT_EQ(judge(Verb::Delete, ErrorCode::Internal, std::nullopt), Settlement::Done);
  EXPECT_EQ(judge(Verb::Delete, ErrorCode::Internal, ComponentStatus::Running), Settlement::Failed);
  EXPECT_EQ(judge(Verb::Start, ErrorCode::InvalidArgument, ComponentStatus::Running), Settlement::Done);
  EXPECT_EQ(judge(Verb::Start, ErrorCode::InvalidArgument, ComponentStatus::Error), Settlement::Failed);
  EXPECT_EQ(judge(Verb::Stop, ErrorCode::InvalidArgument, ComponentStatus::Stopped), Settlement::Done);
  EXPECT_EQ(judge(Verb::Update, ErrorCode::Internal, ComponentStatus::Running), Settlement::Failed);
}

TEST(WithoutSecrets, MasksWhatTheBodyHides) {
  const Json body =
      json(R"({"password":"hunter2hunter","token":"hunter2","user":"root","port":5432,"pin":{"secret":4711}})");
  const std::string text = without_secrets("cannot log in as root with hunter2hunter, hunter2 or 4711 at 5432", body);
  EXPECT_EQ(text, "cannot log in as root with ***, *** or *** at 5432");
}

}  // namespace
}  // namespace draas::drasi
