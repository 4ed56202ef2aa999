// What follows when a workload ends by itself.

#include <gmock/gmock.h>

#include "api_fixture.hpp"
#include "support/eventually.hpp"

namespace draas::api::testing {
namespace {

using ::testing::HasSubstr;

const std::string kOne = "/api/server/instances/one";

class Restart : public ApiTest {
 protected:
  void SetUp() override {
    control_options_.polling_interval = std::chrono::milliseconds(50);
    ApiTest::SetUp();
    create("one", R"(,"restartPolicy":"Always")");
    ASSERT_EQ(ask("POST", kOne + "/start").json()["instance"]["status"], "Running");
  }

  void kill() {
    net::asio::post(control_loop_.executor(), [this] { process_->kill("one"); });
  }
  bool runs_again() {
    return tests::eventually([this] {
      const Json now = ask("GET", kOne + "/runtime-status").json();
      return now["generation"] == 2 && now["status"] == "Running";
    });
  }
  std::vector<std::string> event_documents() {
    std::vector<std::string> bodies;
    auto found = store_->list({.collection = "events"});
    EXPECT_TRUE(found);
    for (core::Document& document : *found) bodies.push_back(std::move(document.body));
    return bodies;
  }
};

TEST_F(Restart, TheEndAndTheNextStartAreOneCommit) {
  kill();
  ASSERT_TRUE(runs_again()) << ask("GET", kOne + "/runtime-status").body;
  EXPECT_THAT(event_documents(), ::testing::Contains(::testing::AllOf(HasSubstr(R"("Restart":"restart 1 of )"),
                                                                      HasSubstr(R"("Phase":"BackOff")"),
                                                                      HasSubstr(R"("Phase":"Starting")"))));
  const Json now = ask("GET", kOne + "/runtime-status").json();
  EXPECT_EQ(now["restartCount"], 1);
  EXPECT_EQ(now["lastExit"]["signal"], 9);
}

TEST_F(Restart, ComesWhenTheStoreWritesAgain) {
  refusing_->refuse(1);
  kill();
  ASSERT_TRUE(runs_again()) << ask("GET", kOne + "/runtime-status").body;
  EXPECT_EQ(ask("GET", kOne + "/runtime-status").json()["lastExit"]["signal"], 9);
}

}  // namespace
}  // namespace draas::api::testing
