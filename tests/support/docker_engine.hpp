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

struct DockerEngineOptions {
  bool live_restore = false;                // containers outlive the engine
  std::filesystem::path certificates = {};  // ca.pem, cert.pem and key.pem with which it also listens on tls_host()
};

class DockerEngine {
 public:
  // Nothing runs yet.
  explicit DockerEngine(DockerEngineOptions options = {});
  // Removes its containers, ends it and removes its files.
  ~DockerEngine();
  DockerEngine(const DockerEngine&) = delete;
  DockerEngine& operator=(const DockerEngine&) = delete;

  // "" when it answers; else why it does not.
  std::string start();
  // SIGTERM, as its service manager does; waits for the end.
  void stop();

  std::string host() const { return "unix://" + socket_.string(); }
  // Who comes here must show a certificate of the authority in `certificates`.
  std::string tls_host() const { return "tcp://127.0.0.1:" + std::to_string(tls_port_); }
  // The network for containers: engines share no bridge.
  static std::string network() { return "draas-test"; }
  // Where this machine sees the files of a volume.
  std::filesystem::path volume(const std::string& name) const;
  std::string log() const;

  // Gives an image that is there another name, and sends it to its registry. "" or the error.
  std::string push_image(const std::string& image, const std::string& repository, const std::string& tag,
                         const std::string& user, const std::string& password);
  bool restart_container(const std::string& name);  // as `docker restart` does
  std::string remove_image(const std::string& image);
  std::string image_id(const std::string& image);  // "" when there is none
  // "sha256:...", as the registry it was pushed to or pulled from knows it; "" when there is no such image.
  std::string digest_of(const std::string& image);

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
  Json details(const std::string& name);  // all that the engine tells of a container

 private:
  docker::EngineClient& client();
  std::string make_network();
  void remove_network();
  void remove_all_containers();
  net::ClientResponse request(net::Method method, const std::string& target, const std::string& body = "",
                              const net::Headers& headers = {});

  std::filesystem::path directory_;
  std::filesystem::path socket_;
  DockerEngineOptions options_;
  std::uint16_t tls_port_ = 0;
  bool has_network_ = false;
  ChildProcess process_;
  net::EventLoop loop_{"test-engine"};
  std::unique_ptr<docker::EngineClient> client_;
};

// drasi-sim in a form that runs where there is nothing else, as in the images of tests.
std::filesystem::path static_simulator();
// Why no engine can be started here: no dockerd, not root. "" when one can.
std::string why_no_docker_engine();
// Is a missing engine a failure (CI=true) and not a reason to skip?
bool docker_engine_is_required();

}  // namespace draas::tests
