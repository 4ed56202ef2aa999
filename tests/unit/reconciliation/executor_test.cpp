#include "reconciliation/executor.hpp"

#include <mutex>

#include "net/http_server.hpp"
#include "states.hpp"
#include "support/loop_client.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;

// A control plane that cannot end a standby, and remembers what it was asked for.
class ControlPlane final : public net::RequestHandler {
 public:
  std::optional<net::Response> try_handle(const net::Request& request) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.method_name + " " + request.path);
    if (request.method == net::Method::Delete) return error_response(500, "it does not end", &request);
    return net::Response::json(200, Json::object());
  }
  net::Task<net::Response> handle(const net::Request& request) override { co_return *try_handle(request); }
  net::Response error_response(int status, std::string_view detail, const net::Request*) override {
    return net::Response::text(status, std::string(detail));
  }

  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
};

class ExecutorTest : public ::testing::Test {
 protected:
  ExecutorTest() {
    net::ServerOptions options{.listen = {{"127.0.0.1", 0}}, .threads = 1, .access_log = false};
    options.limits.drain_timeout = std::chrono::milliseconds(0);
    server_ = std::make_unique<net::HttpServer>(options, control_plane_);
    EXPECT_TRUE(server_->start().has_value());
  }

  // Ends what an interrupted run has left; the requests that came of it.
  std::vector<std::string> clean_up(InstanceState state) {
    net::Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = server_->addresses().at(0).port;
    client::ApiClient api(client_.http(), {.endpoint = endpoint, .api_key = {}});
    Executor executor(api, strategies(), {});
    Plan plan;
    plan.steps.push_back({.kind = Step::Kind::EndStandby, .target = "left-over workload", .reason = {}});
    outcome_ = client_.run(executor.run(std::move(state), {}, std::move(plan), std::chrono::seconds(30), {}));
    return control_plane_.asked();
  }

  Outcome outcome_;

 private:
  ControlPlane control_plane_;
  std::unique_ptr<net::HttpServer> server_;
  tests::LoopClient client_;  // goes before the server
};

const std::string kStandby = "/api/server/instances/orders/standby";

// Revision 3 was promoted, failed, and was switched back from: the standby runs it still.
TEST_F(ExecutorTest, WhatWasSwitchedBackFromIsNotPromotedAgain) {
  InstanceState state = with_live_change();
  state.standby = Standby{.role = StandbyRole::Retired, .owner = {}, .revision = 3, .platform = "Process"};
  EXPECT_THAT(clean_up(state), ElementsAre("DELETE " + kStandby, "DELETE " + kStandby));
  EXPECT_EQ(outcome_.kind, Outcome::Kind::Failed) << outcome_.reason;
}

// Revision 2 has not proved itself: the former workload takes its place again.
TEST_F(ExecutorTest, WhatWasPromotedIsSwitchedBackFrom) {
  InstanceState state = in_sync();
  state.standby = Standby{.role = StandbyRole::Retired, .owner = {}, .revision = 1, .platform = "Process"};
  EXPECT_THAT(clean_up(state),
              ElementsAre("DELETE " + kStandby, "POST " + kStandby + "/promote", "DELETE " + kStandby));
}

TEST_F(ExecutorTest, ACandidateIsOnlyEnded) {
  InstanceState state = with_live_change();
  state.standby = Standby{.role = StandbyRole::Candidate, .owner = {}, .revision = 3, .platform = "Process"};
  EXPECT_THAT(clean_up(state), ElementsAre("DELETE " + kStandby, "DELETE " + kStandby));
}

}  // namespace
}  // namespace draas::reconciliation
