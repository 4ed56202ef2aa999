// One instance from import to delete, through the real server over HTTP, on a real configuration file.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>

#include "net/server_sent_events.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Method;

std::optional<std::string> corpus_file(const std::string& name) {
  const char* named = std::getenv("DRAAS_CONFIG_CORPUS");
  const std::filesystem::path folder = named != nullptr ? named : DRAAS_DEFAULT_CONFIG_CORPUS;
  std::ifstream in(folder / name);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Reads the event stream on a loop of its own and keeps what came.
class StreamReader {
 public:
  StreamReader(net::Endpoint endpoint, std::string target)
      : endpoint_(std::move(endpoint)), target_(std::move(target)) {
    loop_.start();
    net::asio::co_spawn(loop_.executor(), [this] { return read(); }, net::asio::detached);
    eventually([this] { return connected_.load(); });
  }
  ~StreamReader() { loop_.stop(); }

  bool wait_for(const std::string& text, milliseconds limit) {
    return eventually(
        [&] {
          const std::scoped_lock lock(mutex_);
          return received_.find(text) != std::string::npos;
        },
        limit);
  }

 private:
  net::Task<void> read() {
    net::HttpClient client(loop_.executor());
    net::ClientRequest request;
    request.target = target_;
    auto stream = co_await client.open(endpoint_, request, milliseconds(5'000));
    if (!stream) co_return;
    connected_ = true;
    while (true) {
      auto piece = co_await (*stream)->read(milliseconds(60'000));
      if (!piece || piece->empty()) co_return;
      const std::scoped_lock lock(mutex_);
      received_ += *piece;
    }
  }

  net::Endpoint endpoint_;
  std::string target_;
  net::EventLoop loop_{"stream"};
  std::atomic<bool> connected_{false};
  std::mutex mutex_;
  std::string received_;
};

TEST(Lifecycle, RealConfigurationFromImportToDelete) {
  const auto yaml = corpus_file("tests__integration__hello-world__config.yaml");
  if (!yaml) {
    if (std::getenv("CI") != nullptr) FAIL() << "the configuration corpus is missing";
    GTEST_SKIP() << "the configuration corpus is missing; DRAAS_CONFIG_CORPUS names its folder";
  }
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.post("/api/server/instances", R"({"id":"hello","name":"Hello"})").status, 201);

  net::Headers as_yaml;
  as_yaml.set("Content-Type", "application/yaml");
  const Answer imported = server.call(Method::Put, "/api/configuration/instances/hello", *yaml, as_yaml);
  ASSERT_EQ(imported.status, 200) << imported.body;
  EXPECT_EQ(imported.json()["queries"][0]["id"], "all-sensors");

  const Answer started = server.post("/api/server/instances/hello/start");
  ASSERT_EQ(started.status, 200) << started.body;
  EXPECT_EQ(started.json()["instance"]["status"], "Running");
  for (const char* kind : {"sources/test-source", "queries/all-sensors", "reactions/console-logger"}) {
    const Answer component = server.get(std::string("/api/server/instances/hello/proxy/api/v1/") + kind);
    EXPECT_EQ(component.json()["data"]["status"], "Running") << component.body;
  }
  EXPECT_TRUE(eventually([&] {
    return server.get("/api/server/instances/hello/logs?tail=50").body.find("started successfully") !=
           std::string::npos;
  }));

  // Killed: Stopped and running again, seen on the stream within a second.
  StreamReader stream(server.endpoint(), "/api/status/stream?instanceId=hello");
  const auto first = server.workloads();
  ASSERT_EQ(first.size(), 1U);
  const Json runtime = server.get("/api/server/instances/hello/runtime-status").json();
  EXPECT_EQ(runtime["processId"], std::to_string(first.front().pid));
  ::kill(first.front().pid, SIGKILL);
  EXPECT_TRUE(stream.wait_for(R"("newStatus":"Stopped")", milliseconds(1'000)));
  EXPECT_TRUE(stream.wait_for(R"("oldStatus":"Stopped","newStatus":"Running")", milliseconds(2'000)));
  EXPECT_EQ(server.instance("hello")["restartCount"], 1);

  // Restarted: another process, the same port.
  const auto second = server.workloads();
  ASSERT_EQ(second.size(), 1U);
  const Json before = server.instance("hello");
  ASSERT_EQ(server.post("/api/server/instances/hello/restart").status, 200);
  const auto third = server.workloads();
  ASSERT_EQ(third.size(), 1U);
  EXPECT_NE(third.front().pid, second.front().pid);
  EXPECT_EQ(server.instance("hello")["address"], before["address"]);

  // A patch is a revision; it is applied by a restart; the rollback is a revision too.
  net::Headers patch;
  patch.set("Content-Type", "application/json-patch+json");
  const Answer patched = server.call(
      Method::Patch, "/api/configuration/instances/hello",
      R"([{"op":"replace","path":"/queries/0/query","value":"MATCH (s:SensorReading) RETURN s.sensor_id AS only"}])",
      patch);
  ASSERT_EQ(patched.status, 202) << patched.body;
  EXPECT_EQ(server.instance("hello")["status"], "ConfigurationChanged");
  EXPECT_TRUE(stream.wait_for(R"("newStatus":"ConfigurationChanged")", milliseconds(1'000)));
  ASSERT_EQ(server.post("/api/server/instances/hello/restart").status, 200);
  EXPECT_EQ(server.instance("hello")["status"], "Running");
  EXPECT_NE(server.get("/api/server/instances/hello/actual-configuration").body.find("AS only"), std::string::npos);
  ASSERT_EQ(server.post("/api/configuration/instances/hello/rollback", R"({"revision":2})").status, 200);
  const Json revisions = server.get("/api/configuration/instances/hello/revisions").json();
  ASSERT_EQ(revisions.size(), 4U);
  EXPECT_EQ(revisions[0]["changeType"], "RolledBack");
  EXPECT_EQ(server.get("/api/configuration/instances/hello").json(), imported.json());

  // Stopped and deleted: nothing is left.
  ASSERT_EQ(server.post("/api/server/instances/hello/stop").status, 200);
  EXPECT_TRUE(server.workloads().empty());
  EXPECT_TRUE(std::filesystem::is_empty(server.directory() / "configs"));
  EXPECT_NE(server.get("/api/server/instances/hello/logs?tail=50").body.find("Shutting down Drasi Server"),
            std::string::npos);
  ASSERT_EQ(server.call(Method::Delete, "/api/server/instances/hello").status, 204);
  EXPECT_EQ(server.get("/api/server/instances/hello").status, 404);
  EXPECT_TRUE(std::filesystem::is_empty(server.directory() / "runtime"));
}

TEST(Lifecycle, StartAndStopAreIdempotent) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one").status, 201);
  EXPECT_EQ(server.post("/api/server/instances/one/stop").status, 200);
  ASSERT_EQ(server.post("/api/server/instances/one/start").status, 200);
  const auto first = server.workloads();
  const Answer again = server.post("/api/server/instances/one/start");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.json()["changed"], false);
  const auto second = server.workloads();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(first.front().pid, second.front().pid);
  EXPECT_EQ(server.post("/api/server/instances/one/stop").status, 200);
  EXPECT_EQ(server.post("/api/server/instances/one/stop").status, 200);
}

TEST(Lifecycle, CrashLoopStopsWithItsReason) {
  ServerProcess server({"--Restart:InitialDelay=10ms", "--Restart:MaxDelay=20ms", "--Restart:MaxRestarts=3"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one").status, 201);
  ASSERT_EQ(server.post("/api/server/instances/one/start").status, 200);
  // Kill whatever comes up, until the restart policy gives up.
  const bool failed = eventually([&] {
    for (const Workload& workload : server.workloads()) ::kill(workload.pid, SIGKILL);
    return server.instance("one")["phase"] == "Failed";
  });
  ASSERT_TRUE(failed) << server.instance("one").dump();
  EXPECT_EQ(server.instance("one")["status"], "Error");
  EXPECT_NE(server.instance("one")["errorMessage"].get<std::string>().find("crash loop"), std::string::npos);
  // A start by the user begins anew.
  EXPECT_EQ(server.post("/api/server/instances/one/start").status, 200);
  EXPECT_EQ(server.instance("one")["status"], "Running");
}

// The log says why a server gave up; the status repeats it, without what is secret.
TEST(Lifecycle, AServerThatGivesUpSaysWhyInItsStatus) {
  ServerProcess server({"--Restart:DefaultPolicy=Never"});
  ASSERT_TRUE(server.start()) << server.log();
  Json configuration = Json::parse(sample_configuration());
  configuration["sources"].push_back(Json{{"kind", "no-such-kind"}, {"id", "odd"}, {"password", "no-such-kind"}});
  ASSERT_EQ(server.post("/api/server/instances", Json{{"id", "one"}, {"configuration", configuration}}.dump()).status,
            201);
  const Answer started = server.post("/api/server/instances/one/start?wait=20s");
  EXPECT_EQ(started.status, 422) << started.body;
  const std::string message = server.instance("one")["errorMessage"].get<std::string>();
  EXPECT_NE(message.find("exited with code 1: Missing plugins"), std::string::npos) << message;
  EXPECT_NE(message.find("source/*** (referenced by source 'odd')"), std::string::npos) << message;
}

TEST(Lifecycle, HungInstanceIsKilledAfterTheTimeout) {
  ServerProcess server({"--ProcessInstanceManager:ShutdownTimeoutSeconds=1",
                        "--ProcessInstanceManager:Environment=DRASI_SIM_HANG_ON_SIGINT=1"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one", true).status, 201);
  ASSERT_EQ(server.workloads().size(), 1U);
  const Answer stopped = server.post("/api/server/instances/one/stop");
  EXPECT_EQ(stopped.status, 200) << stopped.body;
  EXPECT_TRUE(server.workloads().empty());
  EXPECT_EQ(server.get("/api/server/instances/one/runtime-status").json()["lastExit"]["signal"], SIGKILL);
}

TEST(Lifecycle, SigtermEndsTheServerWithStreamsOpenAndLeavesInstancesRunning) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one", true).status, 201);
  StreamReader stream(server.endpoint(), "/api/status/stream");
  const auto before = server.workloads();
  ASSERT_EQ(before.size(), 1U);
  server.signal(SIGTERM);
  const auto ended = server.wait_exit(milliseconds(8'000));
  ASSERT_TRUE(ended) << server.log();
  EXPECT_TRUE(WIFEXITED(*ended) && WEXITSTATUS(*ended) == 0) << *ended;
  const auto after = server.workloads();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after.front().pid, before.front().pid);
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(server.instance("one")["status"], "Running");
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Lifecycle, ConfigurationFilesFollowTheStore) {
  ServerProcess server({"--Store:FileConfigurations=true"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one").status, 201);
  const auto file = server.directory() / "config" / "one" / "server.yaml";
  ASSERT_TRUE(eventually([&] { return text_of(file).find("SensorReading") != std::string::npos; })) << text_of(file);
  ASSERT_EQ(server.call(Method::Patch, "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  EXPECT_TRUE(eventually([&] { return text_of(file).find("logLevel: debug") != std::string::npos; })) << text_of(file);
  // A copy that was changed by hand is put right when the control plane starts.
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit());
  std::ofstream(file) << "id: edited\n";
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_NE(text_of(file).find("logLevel: debug"), std::string::npos) << text_of(file);
  ASSERT_EQ(server.call(Method::Delete, "/api/server/instances/one").status, 204);
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(file.parent_path()); }));
}

TEST(Lifecycle, TemplateIsTheConfigurationOfInstancesThatBringNone) {
  const auto directory = std::filesystem::temp_directory_path() / ("draas-template-" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "template.yaml") << "id: server-{InstanceId}\nhost: \"{Host}\"\nlogLevel: warn\n"
                                                "sources:\n  - {kind: mock, id: from-template}\n";
  ServerProcess server(
      {"--ProcessInstanceManager:ConfigurationTemplatePath=" + (directory / "template.yaml").string()});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.post("/api/server/instances", R"({"id":"one","name":"one"})").status, 201);
  const Json configuration = server.get("/api/configuration/instances/one").json();
  EXPECT_EQ(configuration["id"], "server-one");
  EXPECT_EQ(configuration["host"], "127.0.0.1");
  EXPECT_EQ(configuration["logLevel"], "warn");
  EXPECT_EQ(configuration["sources"][0]["id"], "from-template");
  std::filesystem::remove_all(directory);
}

TEST(Lifecycle, OneShotConfigurationRunsWithoutBeingStored) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one").status, 201);
  const Answer started = server.post("/api/server/instances/one/start",
                                     R"({"sources":[{"kind":"mock","id":"only-now"}],"queries":[],"reactions":[]})");
  ASSERT_EQ(started.status, 200) << started.body;
  EXPECT_NE(server.get("/api/server/instances/one/actual-configuration").body.find("only-now"), std::string::npos);
  EXPECT_EQ(server.get("/api/configuration/instances/one").body.find("only-now"), std::string::npos);
  EXPECT_EQ(server.get("/api/server/instances/one/runtime-status").json()["oneShot"], true);
}

TEST(Lifecycle, MissingExecutableMakesThePlatformUnavailableWithTheWayOut) {
  ServerProcess server({"--ProcessInstanceManager:ExecutablePath=/nowhere/drasi-server"});
  ASSERT_TRUE(server.start()) << server.log();
  const Json platforms = server.get("/api/server/platforms").json();
  EXPECT_EQ(platforms[0]["available"], false);
  EXPECT_NE(platforms[0]["reason"].get<std::string>().find("ExecutablePath"), std::string::npos);
  ASSERT_EQ(server.create("one").status, 201);
  const Answer started = server.post("/api/server/instances/one/start");
  EXPECT_EQ(started.status, 503) << started.body;
  EXPECT_EQ(server.instance("one")["status"], "Created");
}

}  // namespace
}  // namespace draas::tests
