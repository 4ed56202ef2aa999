// Commands that go on: logs, events, get --watch, proxy.

#include "e2e/cli/cli_fixture.hpp"

namespace draas::tests {
namespace {

using namespace testing;

TEST_F(Cli, FollowsLogsOfSeveralInstances) {
  start();
  for (const char* id : {"one", "two"}) ASSERT_EQ(server_->create(id, true).status, 201);
  TerminalCommand following(draas_program(), {"logs", "one", "two", "-f", "--tail", "all"}, environment());
  EXPECT_TRUE(following.wait_for("one |")) << following.screen();
  EXPECT_TRUE(following.wait_for("two |")) << following.screen();
  EXPECT_THAT(following.screen(), HasSubstr("\033[36mone |\033[0m"));
  following.type("\x03");
  EXPECT_EQ(following.finish(), 130);
  EXPECT_THAT(good({"logs", "--all", "--grep", "started successfully", "--no-prefix"}), Not(HasSubstr("one |")));
  EXPECT_EQ(draas({"logs"}).code, 2);
}

TEST_F(Cli, FollowsEvents) {
  start();
  TerminalCommand following(draas_program(), {"events", "-f", "-o", "json"}, environment());
  // It is not known from outside when it listens: something happens until it says so.
  const bool seen = eventually([&] {
    server_->create("orders");
    server_->call(net::Method::Delete, "/api/server/instances/orders");
    return following.wait_for("InstanceDeleted", milliseconds(200));
  });
  EXPECT_TRUE(seen) << following.screen();
  following.type("\x03");
  EXPECT_EQ(following.finish(), 130);
  EXPECT_THAT(good({"events", "--types", "InstanceCreated", "--limit", "1"}), HasSubstr("orders  InstanceCreated"));
}

TEST_F(Cli, WatchesInstances) {
  start();
  good({"create", "orders"});
  TerminalCommand watching(draas_program(), {"get", "--watch"}, environment());
  ASSERT_TRUE(watching.wait_for("Created")) << watching.screen();
  good({"start", "orders"});
  EXPECT_TRUE(watching.wait_for("Running")) << watching.screen();
  watching.type("\x03");
  EXPECT_EQ(watching.finish(), 130);
}

TEST_F(Cli, OffersAnInstanceOnALocalPort) {
  start();
  ASSERT_EQ(server_->create("orders", true).status, 201);
  const std::uint16_t port = free_port();
  TerminalCommand proxy(draas_program(), {"proxy", "orders", "--port", std::to_string(port)}, environment());
  ASSERT_TRUE(proxy.wait_for("-> orders")) << proxy.screen();
  const std::string address = "http://127.0.0.1:" + std::to_string(port);
  const CommandResult queries = run_command("/usr/bin/curl", {"-sS", address + "/api/v1/queries"});
  EXPECT_THAT(queries.out, HasSubstr("\"all\"")) << queries.err;
  const CommandResult none =
      run_command("/usr/bin/curl", {"-s", "-o", "/dev/null", "-w", "%{http_code}", address + "/none"});
  EXPECT_EQ(none.out, "404");
  proxy.type("\x03");
  EXPECT_EQ(proxy.finish(), 0) << proxy.screen();
}

}  // namespace
}  // namespace draas::tests
