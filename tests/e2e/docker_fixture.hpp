#pragma once
// A control plane and a Docker engine of the test's own, for instances in containers.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/docker_engine.hpp"
#include "support/reconciled_fleet.hpp"

namespace draas::tests {

class DockerFixture : public ::testing::Test {
 protected:
  static constexpr const char* kImage = "drasi-sim:test";  // the engine has it
  static constexpr milliseconds kPatience{30'000};

  void SetUp() override;
  void TearDown() override;

  virtual DockerEngineOptions engine_options() const { return {}; }
  virtual std::string default_platform() const { return "Docker"; }
  // How the control plane is told of the engine, and in which environment it runs.
  virtual std::vector<std::string> engine_flags() const { return {"--Docker:Host=" + engine_->host()}; }
  virtual std::map<std::string, std::string> environment() const { return {}; }

  // The control plane; further settings win over those of the fixture.
  void make_server(const std::vector<std::string>& more = {});
  bool start_server();

  // Runs a call on the engine and expects it to succeed.
  void by_hand(std::function<net::Task<Status>(docker::EngineClient&)> work);
  // {"available", "reason"} of the Docker platform.
  Json platform();
  std::string field(const std::string& id, const char* name);
  bool becomes(const std::string& id, const char* name, const std::string& value);
  std::string container_of(const std::string& id);
  // Creates and starts it, and waits until it runs.
  void start(const std::string& id);
  // Runs again, in another container.
  bool runs_anew(const std::string& id, const std::string& before);

  std::unique_ptr<DockerEngine> engine_;
  std::unique_ptr<ServerProcess> server_;
};

}  // namespace draas::tests
