#pragma once
// What the control plane's library needs to know; src/app fills it from the settings.

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "core/model/status.hpp"
#include "core/platform/platform.hpp"

namespace draas::core {

struct PortRange {
  std::uint16_t first = 8080;
  std::uint16_t last = 9000;
};

struct RestartSettings {
  RestartPolicy default_policy = RestartPolicy::OnFailure;
  Duration initial_delay{1'000};  // before the second restart; the first is immediate
  Duration max_delay{60'000};
  std::size_t max_restarts = 5;  // within `window`; one more is a crash loop
  Duration window{600'000};
  Duration reset_after{600'000};  // running that long forgets earlier restarts
};

struct ControlPlaneOptions {
  std::string default_platform = "Process";
  std::string default_log_level = "info";
  PortRange ports;
  std::string front_host = "127.0.0.1";  // address of the instances' front ports
  RestartSettings restart;
  Duration shutdown_timeout{30'000};    // SIGINT to SIGKILL
  Duration readiness_timeout{300'000};  // start to Running
  Duration polling_interval{5'000};     // sweep for missed exits; platform availability
  Duration health_interval{30'000};     // components of running instances
  Duration orphan_grace_period{30'000};
  bool orphan_dry_run = false;       // only tell of what no instance owns
  bool orphan_removal = false;       // remove also what does not run
  std::size_t event_buffer = 1'000;  // in memory (#61)
  std::size_t event_log = 100'000;   // kept in the store
  ResourceLimits default_limits;
  std::filesystem::path configuration_template;   // "" = none (#19)
  std::filesystem::path configuration_directory;  // "" = off; else config/{id}/server.yaml (#55)
};

}  // namespace draas::core
