#pragma once
// Faults on demand: from DRASI_SIM_* environment variables, and from `sim:` blocks of mock sources so that one instance
// of many can be faulty. docs/simulator.md lists them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace draas::simulator {

using Milliseconds = std::chrono::milliseconds;

enum class HealthFault { None, Unavailable, Hang, Close, Garbage };

struct Crash {
  Milliseconds after{0};
  int exit_code = 101;  // a Rust panic's
  int signal = 0;       // instead of an exit code
};

struct Faults {
  Milliseconds start_delay{0};            // between starting the components and opening the port
  std::optional<std::string> fail_start;  // end with this text and status 1 instead of opening the port
  std::optional<Crash> crash;             // counted from the start of the process' main work
  bool hang_on_sigint = false;
  Milliseconds stop_delay{0};
  std::set<std::string> fail_sources;  // "*" stands for all, here and below
  std::set<std::string> fail_queries;
  std::set<std::string> fail_reactions;
  std::set<std::string> fail_creates;   // API creations that leave an Error component behind
  std::set<std::string> double_starts;  // http sources that the API starts twice at their first creation
  bool fail_persist = false;
  bool lying_health = false;  // components that failed report Running all the same
  HealthFault health = HealthFault::None;
  Milliseconds response_delay{0};  // of every API answer
  bool read_only = false;
  std::uint32_t noise_lines_per_second = 0;
  std::uint32_t noise_line_bytes = 80;
  bool noise_on_stderr = false;
  std::uint64_t ballast_bytes = 0;     // memory held resident
  std::optional<std::string> plugins;  // what is installed: "all", "none", "mock,log", "-postgres"
  bool unverified_plugins = false;     // plugins load only when verification is off, as without a lockfile
};

bool selects(const std::set<std::string>& ids, const std::string& id);

// Reads the environment. A malformed variable is reported on stderr and ignored.
Faults faults_from_environment();
// Adds what a mock source's `sim:` block asks of the whole process. Unknown keys are left to the source.
void apply_process_faults(Faults& faults, const Json& block);

// "500ms", "2s", "1m", "250" (milliseconds).
std::optional<Milliseconds> parse_delay(std::string_view text);
// "64M", "512K", "100".
std::optional<std::uint64_t> parse_size(std::string_view text);
// "500ms", "500ms:3", "2s:SIGKILL".
std::optional<Crash> parse_crash(std::string_view text);

}  // namespace draas::simulator
