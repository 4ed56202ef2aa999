// Webhooks over the real server: what a receiver is told, in which order, and what survives.

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "base/id.hpp"
#include "net/http_server.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

struct Received {
  std::string path;
  net::Headers headers;
  std::string body;

  Json json() const { return parse_json(body).value_or(Json()); }
};

// Takes deliveries; answers 500 as long as it is told to.
class Receiver final : public net::RequestHandler {
 public:
  Receiver() : server_({.listen = {{"127.0.0.1", 0}}, .threads = 1, .access_log = false}, *this) {
    if (!server_.start()) throw std::runtime_error("the receiver cannot listen");
  }
  ~Receiver() override { server_.stop(); }

  std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(server_.addresses().at(0).port) + path;
  }
  void refuse(bool refusing) {
    const std::scoped_lock lock(mutex_);
    refusing_ = refusing;
  }
  // Waits until so many were taken; those that were refused do not count.
  std::vector<Received> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return taken_.size() >= count; });
    return taken_;
  }
  bool wait_refused(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return refused_ >= count; });
  }

  std::optional<net::Response> try_handle(const net::Request& request) override {
    const std::scoped_lock lock(mutex_);
    changed_.notify_all();
    if (refusing_) {
      ++refused_;
      return net::Response::empty(500);
    }
    taken_.push_back({request.target, request.headers, request.body});
    return net::Response::empty(204);
  }
  net::Task<net::Response> handle(const net::Request&) override { co_return net::Response::empty(500); }
  net::Response error_response(int status, std::string_view, const net::Request*) override {
    return net::Response::empty(status);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Received> taken_;
  std::size_t refused_ = 0;
  bool refusing_ = false;
  net::HttpServer server_;
};

class Webhooks : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.start()) << server_.log(); }

  std::string add(const std::string& more = "", const std::string& path = "/hook") {
    const Answer created = server_.post("/api/webhooks", R"({"url":")" + receiver_.url(path) + "\"" + more + "}");
    EXPECT_EQ(created.status, 201) << created.body;
    return created.json()["id"].get<std::string>();
  }

  Receiver receiver_;
  ServerProcess server_;
};

TEST_F(Webhooks, DeliversInOrderSignedAndOnlyWhatIsWanted) {
  ASSERT_EQ(server_.create("before").status, 201);
  add(R"(,"secret":"s3cret","events":["InstanceCreated"])", "/hook?key=1");
  ASSERT_EQ(server_.create("one").status, 201);
  ASSERT_EQ(server_.create("two").status, 201);
  const auto taken = receiver_.wait_for(2);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].json()["instanceId"], "one");
  EXPECT_EQ(taken[1].json()["instanceId"], "two");
  EXPECT_EQ(taken[0].path, "/hook?key=1");
  EXPECT_EQ(taken[0].headers.get("X-DRaaS-Event"), "InstanceCreated");
  const std::string timestamp(taken[0].headers.get("X-DRaaS-Timestamp"));
  EXPECT_EQ(taken[0].headers.get("X-DRaaS-Signature"),
            "sha256=" + hmac_sha256_hex("s3cret", timestamp + "." + taken[0].body));
}

TEST_F(Webhooks, GoesOnWhereItWasAfterRefusalsAndRestarts) {
  const std::string id = add(R"(,"events":["InstanceCreated"])");
  ASSERT_EQ(server_.create("first").status, 201);
  ASSERT_EQ(receiver_.wait_for(1).size(), 1U);
  const std::string deliveries = "/api/webhooks/" + id + "/deliveries";
  ASSERT_TRUE(eventually([&] { return server_.get(deliveries).json().size() == 1U; }));

  receiver_.refuse(true);
  ASSERT_EQ(server_.create("second").status, 201);
  ASSERT_EQ(server_.create("third").status, 201);
  ASSERT_TRUE(receiver_.wait_refused(2));  // the second attempt comes a second after the first
  Json attempts;
  ASSERT_TRUE(eventually([&] {
    attempts = server_.get(deliveries).json();
    return attempts.size() >= 3U;
  }));
  EXPECT_EQ(attempts[0]["status"], 500);
  EXPECT_EQ(attempts[0]["delivered"], false);
  EXPECT_EQ(attempts[0]["id"], attempts[1]["id"]);
  server_.kill();
  receiver_.refuse(false);
  ASSERT_TRUE(server_.start()) << server_.log();
  std::vector<std::string> told;
  for (const Received& received : receiver_.wait_for(3)) {
    told.push_back(received.json()["instanceId"].get<std::string>());
  }
  // The first one may come again: at least once.
  if (told.size() > 1 && told[1] == "first") {
    told.clear();
    for (const Received& received : receiver_.wait_for(4)) {
      told.push_back(received.json()["instanceId"].get<std::string>());
    }
    told.erase(told.begin());
  }
  EXPECT_EQ(told, (std::vector<std::string>{"first", "second", "third"}));
}

TEST_F(Webhooks, ADeliveryThatACrashLeftUnrecordedIsMadeAgain) {
  add(R"(,"events":["InstanceCreated"])");
  server_.kill();
  ASSERT_TRUE(server_.start({{"DRAAS_CRASH_AT", "webhook.delivered"}})) << server_.log();
  server_.create("first");
  ASSERT_TRUE(server_.wait_exit().has_value()) << server_.log();
  ASSERT_TRUE(server_.start()) << server_.log();
  ASSERT_EQ(server_.create("second").status, 201);
  const auto taken = receiver_.wait_for(3);
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_EQ(taken[0].json()["instanceId"], "first");
  EXPECT_EQ(taken[1].json()["instanceId"], "first");
  EXPECT_EQ(taken[0].headers.get("X-DRaaS-Delivery"), taken[1].headers.get("X-DRaaS-Delivery"));
  EXPECT_EQ(taken[2].json()["instanceId"], "second");
}

TEST_F(Webhooks, ARequestForApprovalCanBeAnsweredFromTheWebhook) {
  ASSERT_EQ(server_.create("asked").status, 201);
  add(R"(,"events":["ApprovalRequested"])");
  const std::string approvals = "/api/reconciliation/approvals";
  const Answer asked = server_.post(approvals, R"({"instanceId":"asked","revision":1})");
  ASSERT_EQ(asked.status, 201) << asked.body;
  const auto taken = receiver_.wait_for(1);
  ASSERT_EQ(taken.size(), 1U);
  const auto approve = taken[0].json()["approve"].get<std::string>();
  EXPECT_NE(approve.find("token="), std::string::npos);
  const Answer approved = server_.post(approve);
  ASSERT_EQ(approved.status, 200) << approved.body;
  EXPECT_EQ(approved.json()["state"], "Approved");
  // Nowhere else.
  const auto token = taken[0].json()["token"].get<std::string>();
  for (const std::string& target : {approvals, std::string("/api/status/recent-changes?after=0")}) {
    EXPECT_EQ(server_.get(target).body.find(token), std::string::npos) << target;
  }
  EXPECT_EQ(server_.log().find(token), std::string::npos);
}

TEST_F(Webhooks, AreCheckedShownWithoutSecretsAndCanBeTried) {
  const Answer wrong =
      server_.post("/api/webhooks", R"({"url":"ftp://x","events":["Weather"],"selector":"a in","x":1})");
  EXPECT_EQ(wrong.status, 400);
  for (const char* field : {"/url", "/events", "/selector", "/x"}) {
    EXPECT_NE(wrong.body.find(field), std::string::npos) << field << wrong.body;
  }
  const std::string id = add(R"(,"secret":"hidden","enabled":false,"selector":"team=a")");
  const std::string one = "/api/webhooks/" + id;
  EXPECT_EQ(server_.get(one).body.find("hidden"), std::string::npos);
  EXPECT_EQ(server_.get(one).json()["signed"], true);
  const Answer tried = server_.post(one + "/test");
  ASSERT_EQ(tried.status, 200);
  EXPECT_EQ(tried.json()["delivered"], true);
  EXPECT_EQ(receiver_.wait_for(1)[0].json()["type"], "Test");

  ASSERT_EQ(server_.post("/api/server/instances", R"({"id":"other","metadata":{"team":"a"}})").status, 201);
  const std::string enabled = R"({"url":")" + receiver_.url() + R"(","selector":"team=a"})";
  ASSERT_EQ(server_.call(net::Method::Put, one, enabled).json()["signed"], true);
  ASSERT_EQ(server_.create("unmatched").status, 201);
  ASSERT_EQ(server_.post("/api/server/instances", R"({"id":"matched","metadata":{"team":"a"}})").status, 201);
  const auto taken = receiver_.wait_for(2);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[1].json()["instanceId"], "matched");
  EXPECT_TRUE(taken[1].headers.has("X-DRaaS-Signature"));
  const Answer deleted = server_.call(net::Method::Delete, one);
  EXPECT_EQ(deleted.status, 204) << deleted.body << server_.log();
  EXPECT_EQ(server_.get(one + "/deliveries").status, 404);
  EXPECT_TRUE(server_.get("/api/webhooks").json().empty());
}

}  // namespace
}  // namespace draas::tests
