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

TEST_F(Cli, FollowsTheOthersWhenALogCannotBeOpened) {
  start();
  for (const char* id : {"good", "bad"}) ASSERT_EQ(server_->create(id, true).status, 201);
  good({"stop", "bad"});
  const std::filesystem::path log = server_->directory() / "runtime" / "bad" / "logs" / "server.log";
  ASSERT_TRUE(std::filesystem::remove(log)) << log;
  std::filesystem::create_directory(log);

  const CommandResult once = draas({"logs", "bad", "good", "--tail", "1"});
  EXPECT_EQ(once.code, 1);
  EXPECT_THAT(once.out, HasSubstr("good |"));
  EXPECT_THAT(once.err, AllOf(HasSubstr("Logs of 'bad': "), HasSubstr("server.log"), HasSubstr("1 of 2 logs")));

  TerminalCommand following(draas_program(), {"logs", "bad", "good", "-f", "--tail", "all"}, environment());
  EXPECT_TRUE(following.wait_for("Logs of 'bad': ")) << "at once: " << following.screen();
  EXPECT_TRUE(following.wait_for("started successfully")) << following.screen();
  const std::string before = following.screen();
  good({"restart", "good"});
  EXPECT_TRUE(eventually([&] {
    following.wait_for("nothing in particular", milliseconds(100));
    return following.screen().find("started successfully", before.size()) != std::string::npos;
  })) << "it goes on: "
      << following.screen();
  // The one that is left ends for good: then all have.
  good({"delete", "good", "--yes"});
  EXPECT_EQ(following.finish(), 1) << following.screen();
  EXPECT_THAT(following.screen(), HasSubstr("2 of 2 logs could not be shown"));
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

TEST_F(Cli, ShowsTheNewestEventsOfAnyType) {
  start();
  for (const char* id : {"one", "two", "three"}) good({"create", id});
  good({"start", "one"});
  good({"delete", "one", "--yes"});
  EXPECT_THAT(good({"events"}),
              AllOf(HasSubstr("InstanceCreated"), HasSubstr("Created -> Running"), HasSubstr("one  InstanceDeleted")));
  EXPECT_THAT(good({"events", "one"}), HasSubstr("InstanceDeleted")) << "it is gone, its events are not";
  EXPECT_EQ(good({"events", "--types", "InstanceCreated", "--limit", "1", "-o", "jsonpath={[*].instanceId}"}),
            "three\n");
  EXPECT_EQ(good({"events", "--types", "InstanceCreated,InstanceDeleted", "-o", "jsonpath={[*].instanceId}"}),
            "one two three one\n");
  EXPECT_EQ(good({"events", "--types", "InstanceCreated", "--since", "0s"}), "");
  const CommandResult unknown = draas({"events", "--types", "Nothing"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--types: 'Nothing'"));
  TerminalCommand following(draas_program(), {"events", "-f", "--types", "InstanceCreated"}, environment());
  EXPECT_TRUE(following.wait_for("three")) << "what was before comes first: " << following.screen();
  good({"create", "four"});
  EXPECT_TRUE(following.wait_for("four")) << following.screen();
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_F(Cli, FollowsAcrossARestartOfTheControlPlane) {
  start();
  good({"create", "orders"});
  ASSERT_EQ(server_->create("writer", true).status, 201);
  TerminalCommand events(draas_program(), {"events", "-f", "--types", "InstanceCreated"}, environment());
  TerminalCommand watching(draas_program(), {"get", "-w"}, environment());
  TerminalCommand logs(draas_program(), {"logs", "writer", "-f", "--tail", "all"}, environment());
  good({"create", "late"});
  TerminalCommand for_late(draas_program(), {"wait", "late", "--for", "status=Running"}, environment());
  ASSERT_TRUE(events.wait_for("late")) << events.screen();
  ASSERT_TRUE(watching.wait_for("late")) << watching.screen();
  ASSERT_TRUE(logs.wait_for("Drasi Server started successfully")) << logs.screen();  // the last of a start
  ASSERT_TRUE(for_late.wait_for("waiting for")) << for_late.screen();
  const std::size_t starts = count(logs.screen(), "started successfully");
  server_->kill();
  for (TerminalCommand* command : {&events, &watching, &logs, &for_late}) {
    EXPECT_TRUE(command->wait_for("trying again")) << command->screen();
  }
  ASSERT_TRUE(server_->start()) << server_->log();
  good({"create", "after"});
  good({"start", "late"});
  EXPECT_TRUE(events.wait_for("after")) << events.screen();
  EXPECT_EQ(count(events.screen(), "  orders  "), 1U) << "nothing twice: " << events.screen();
  EXPECT_TRUE(watching.wait_for("after")) << watching.screen();
  EXPECT_EQ(for_late.finish(), 0) << for_late.screen();
  EXPECT_TRUE(logs.wait_for("Connected again")) << logs.screen();
  good({"restart", "writer"});
  const bool again = eventually([&] {
    logs.wait_for("nothing in particular", milliseconds(100));
    return count(logs.screen(), "started successfully") > starts;
  });
  EXPECT_TRUE(again) << logs.screen();
  EXPECT_LE(count(logs.screen(), "started successfully"), 2 * starts) << "the first start is not shown again";
  for (TerminalCommand* command : {&events, &watching, &logs}) {
    command->type("\x03");
    EXPECT_EQ(command->finish(), 130);
  }
}

TEST_F(Cli, RefusesNamesTogetherWithAFilter) {
  start();
  good({"create", "one"});
  for (const char* verb : {"get", "top", "drift", "logs", "support-bundle", "describe", "reconcile"}) {
    const CommandResult refused = draas({verb, "one", "--selector", "a=b"});
    EXPECT_EQ(refused.code, 2) << verb;
    EXPECT_THAT(refused.err, HasSubstr("by name or a filter, not both")) << verb;
  }
}

TEST_F(Cli, DoesNotCallOldEventsDeleted) {
  start();
  for (int i = 0; i < 105; ++i) {
    ASSERT_EQ(server_->post("/api/server/instances", R"({"id":"i)" + std::to_string(100 + i) + R"("})").status, 201);
  }
  TerminalCommand watching(draas_program(), {"get", "events", "-w"}, environment());
  ASSERT_TRUE(watching.wait_for("i204")) << watching.screen();
  good({"create", "one-more"});
  ASSERT_TRUE(watching.wait_for("one-more")) << watching.screen();
  EXPECT_THAT(watching.screen(), Not(HasSubstr("  deleted")));
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
  const auto status_with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-s", "-o", "/dev/null", "-w", "%{http_code}"});
    return run_command("/usr/bin/curl", arguments).out;
  };
  const std::string path = address + "/api/v1/queries";
  EXPECT_EQ(status_with({"-H", "Host: evil.example.org:" + std::to_string(port), path}), "403")
      << "a name that somebody else gave to this machine";
  EXPECT_EQ(status_with({"-H", "Host: localhost:" + std::to_string(port), path}), "200");
  // A page on the proxy may change something; one from elsewhere may not.
  const std::string stop = address + "/api/v1/queries/all/stop";
  EXPECT_EQ(status_with({"-X", "POST", "-H", "Origin: http://evil.example.org", stop}), "403");
  EXPECT_NE(status_with({"-X", "POST", "-H", "Origin: " + address, stop}), "403");
  proxy.type("\x03");
  EXPECT_EQ(proxy.finish(), 0) << proxy.screen();
}

}  // namespace
}  // namespace draas::tests
