#pragma once
// Runs the real `draas server` in a directory of its own, with drasi-sim as the program that it manages, and speaks
// HTTP to it. For one test thread; call() may be used from several.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/json.hpp"
#include "support/child_process.hpp"
#include "support/eventually.hpp"
#include "support/loop_client.hpp"

namespace draas::tests {

using std::chrono::milliseconds;

struct Answer {
  int status = 0;  // 0: no answer, and `body` says why
  net::Headers headers;
  std::string body;

  // The body as JSON; null when it is none.
  Json json() const;
};

// A process that was started for an instance and still runs.
struct Workload {
  pid_t pid = 0;
  std::string instance_id;
};

class ServerProcess {
 public:
  // Nothing runs yet. `flags` are settings, "--Section:Key=value".
  explicit ServerProcess(std::vector<std::string> flags = {});
  // Ends the server and every workload of its directory.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Starts it, and waits until /ready answers 200 unless told otherwise. False when it ended instead.
  bool start(const std::map<std::string, std::string>& environment = {}, bool wait_ready = true);
  void signal(int number) const { process_.signal(number); }
  std::optional<int> wait_exit(milliseconds limit = milliseconds(15'000)) { return process_.wait_exit(limit); }
  void kill() { process_.kill(); }
  bool running() { return process_.running(); }
  pid_t pid() const { return process_.pid(); }

  // One request. Content-Type is application/json when there is a body, unless `headers` name one.
  Answer call(net::Method method, const std::string& target, const std::string& body = "",
              const net::Headers& headers = {}, milliseconds timeout = milliseconds(30'000));
  Answer get(const std::string& target) { return call(net::Method::Get, target); }
  Answer post(const std::string& target, const std::string& body = "") { return call(net::Method::Post, target, body); }

  // Creates an instance that runs one mock source, one query and one log reaction; starts it when asked.
  Answer create(const std::string& id, bool start = false);
  // GET of the instance.
  Json instance(const std::string& id);

  // Processes with the marks of an instance that run in this server's directory.
  std::vector<Workload> workloads() const;

  const std::filesystem::path& directory() const { return directory_; }
  std::string log() const;
  net::Endpoint endpoint() const;

 private:
  std::filesystem::path directory_;
  std::vector<std::string> flags_;
  std::uint16_t port_ = 0;
  ChildProcess process_;
  LoopClient client_;
};

// A free TCP port of 127.0.0.1, and the first of `count` consecutive ones that are free.
std::uint16_t free_port();
std::uint16_t free_port_range(std::uint16_t count);

// The configuration of create(), as JSON text.
std::string sample_configuration();

// The program under test, from the environment or the build directory.
std::string program(const char* variable, const char* path_in_build);

}  // namespace draas::tests
