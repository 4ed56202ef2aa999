#pragma once
// A real control plane with real reconcilers, and what tests of them ask again and again. For one test thread.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/footprint.hpp"
#include "support/server_process.hpp"

namespace draas::tests {

// `draas reconciler` beside a ServerProcess.
class ReconcilerProcess {
 public:
  ReconcilerProcess(const ServerProcess& server, std::string name);
  bool start(const std::map<std::string, std::string>& environment = {});
  std::optional<int> wait_exit(milliseconds limit = milliseconds(30'000)) { return process_.wait_exit(limit); }
  void kill() { process_.kill(); }
  bool running() { return process_.running(); }
  void signal(int number) const { process_.signal(number); }
  pid_t pid() const { return process_.pid(); }
  std::uint16_t port() const { return port_; }
  std::string log() const;

 private:
  std::string control_plane_;
  std::filesystem::path directory_;
  std::string name_;
  std::uint16_t port_ = 0;
  ChildProcess process_;
};

// Settings with which a reconciler acts within a test's patience.
std::vector<std::string> quick_reconciler_flags();

// Ten queries over a mock source, and a log reaction on the first.
Json ten_queries();
// An instance with that configuration, a front port, and the strategy as its policy; started.
void create_instance(ServerProcess& server, const std::string& id, const std::string& strategy,
                     const std::string& parameters = "{}");
// Replaces the text of the first query. The answer's status.
int change_first_query(ServerProcess& server, const std::string& id, const std::string& text);
std::string query_text(int threshold);
// The text of the first query as the running server has it; "" when it has none.
std::string running_query(ServerProcess& server, const std::string& id);
// One workload, of the wanted revision, checked, nothing beside it, and one process for it. `look` tells what runs;
// without it that is the server's processes.
std::string unsettled(ServerProcess& server, const std::string& id, const Look& look = {});
void expect_settles(ServerProcess& server, const std::string& id, milliseconds limit = milliseconds(20'000),
                    const Look& look = {});
// Newest first.
Json audit(ServerProcess& server, const std::string& id);
// The newest entry, once there is one.
Json newest_audit(ServerProcess& server, const std::string& id);

// Calls the instance's front port twenty times a second, each time on a new connection, until stopped.
class FrontClient {
 public:
  explicit FrontClient(std::uint16_t port);
  ~FrontClient() { stop(); }
  void stop();
  std::size_t requests() const { return requests_; }
  std::size_t failures() const { return failures_; }
  std::string first_failure() const { return first_failure_; }

 private:
  void run(std::uint16_t port);
  std::atomic<bool> ending_{false};
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> failures_{0};
  std::string first_failure_;
  std::thread thread_;
};

}  // namespace draas::tests
