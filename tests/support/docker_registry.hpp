#pragma once
// A Docker registry of the test's own on a free port of 127.0.0.1, with one user. It needs docker-registry and htpasswd
// (Debian: docker-registry, apache2-utils). For one test thread.

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/child_process.hpp"

namespace draas::tests {

class DockerRegistry {
 public:
  static constexpr const char* kUser = "tester";
  static constexpr const char* kPassword = "swordfish";

  DockerRegistry();
  ~DockerRegistry();
  DockerRegistry(const DockerRegistry&) = delete;
  DockerRegistry& operator=(const DockerRegistry&) = delete;

  // "" when it answers; else why it does not. What was pushed before a stop() is there again.
  std::string start();
  void stop();

  // "127.0.0.1:port": what names of its images begin with. Engines take it without TLS.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string log() const;

 private:
  std::string write_files() const;

  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  ChildProcess process_;
};

// Why none can be started here; "" when one can.
std::string why_no_docker_registry();

// Writes what `docker login` keeps to `directory`/config.json.
void write_docker_login(const std::filesystem::path& directory, const std::string& registry, const std::string& user,
                        const std::string& password);

}  // namespace draas::tests
