#pragma once
// A Docker engine of the test's own: dockerd with its data, its socket and its network in a directory that goes with
// it. It needs root and dockerd (Debian: docker.io). For one test thread.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/use_future.hpp>

#include "docker/engine_client.hpp"
#include "net/task.hpp"
#include "support/child_process.hpp"

namespace draas::tests {

class DockerEngine {
 public:
  // Nothing runs yet. `live_restore`: containers outlive the engine.
  explicit DockerEngine(bool live_restore = false);
  // Removes its containers, ends it and removes its files.
  ~DockerEngine();
  DockerEngine(const DockerEngine&) = delete;
  DockerEngine& operator=(const DockerEngine&) = delete;

  // "" when it answers; else why it does not.
  std::string start();
  // SIGTERM, as its service manager does; waits for the end.
  void stop();

  std::string host() const { return "unix://" + socket_.string(); }
  // The network for containers: engines share no bridge.
  static std::string network() { return "draas-test"; }
  // Where this machine sees the files of a volume.
  std::filesystem::path volume(const std::string& name) const;
  std::string log() const;

  // Makes an image of one static program as /usr/local/bin/drasi-server, as the official image has it. "" or the error.
  std::string make_image(const std::string& name, const std::filesystem::path& server, const std::string& user);

  // Runs a call on the engine's client and waits for it.
  template <class T>
  T call(std::function<net::Task<T>(docker::EngineClient&)> work) {
    std::function<net::Task<T>()> task = [this, work]() -> net::Task<T> { co_return co_await work(client()); };
    return net::asio::co_spawn(loop_.executor(), std::move(task), net::asio::use_future).get();
  }
  // All containers, running or not.
  std::vector<docker::ContainerSummary> containers();
  std::vector<docker::Volume> volumes();
  docker::Container inspect(const std::string& name);

 private:
  docker::EngineClient& client();
  std::string make_network();
  void remove_network();
  void remove_all_containers();
  int request(net::Method method, const std::string& target, const std::string& body = "");

  std::filesystem::path directory_;
  std::filesystem::path socket_;
  bool live_restore_;
  bool has_network_ = false;
  ChildProcess process_;
  net::EventLoop loop_{"test-engine"};
  std::unique_ptr<docker::EngineClient> client_;
};

// Why no engine can be started here: no dockerd, not root. "" when one can.
std::string why_no_docker_engine();
// Is a missing engine a failure (CI=true) and not a reason to skip?
bool docker_engine_is_required();

}  // namespace draas::tests
