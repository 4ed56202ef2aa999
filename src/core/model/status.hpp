#pragma once
// The words for an instance's state, spelled as on the wire.

#include <array>
#include <optional>
#include <string_view>

namespace draas::core {

// What clients of the prototype know. Derived from phase and configuration state; order fixes the integer form.
enum class InstanceStatus { Created, Running, Stopped, Error, ConfigurationChanged };

// Where the workload is in its life.
enum class Phase {
  Idle,      // never started
  Starting,  // start asked for: rendering, spawning, waiting for readiness
  Running,   // ready
  Stopping,  // SIGINT sent, or about to be
  Stopped,   // ended, and nobody wants it running
  BackOff,   // ended by itself; the next start is scheduled
  Failed,    // ended or could not start, and will not be started again by itself
};

enum class Health { Unknown, Healthy, Degraded, Unhealthy };

enum class DesiredState { Running, Stopped };

enum class RestartPolicy { Always, OnFailure, Never };

std::string_view to_string(InstanceStatus status);
std::string_view to_string(Phase phase);
std::string_view to_string(Health health);
std::string_view to_string(DesiredState state);
std::string_view to_string(RestartPolicy policy);

// Names in any case; the status also as its integer ("0".."4").
std::optional<InstanceStatus> parse_instance_status(std::string_view text);
std::optional<Phase> parse_phase(std::string_view text);
std::optional<DesiredState> parse_desired_state(std::string_view text);
std::optional<RestartPolicy> parse_restart_policy(std::string_view text);

}  // namespace draas::core
