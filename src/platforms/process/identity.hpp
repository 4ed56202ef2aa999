#pragma once
// Which process is meant. A PID alone is reused; PID + start time + boot id is one process for good.
// Everything here reads /proc: microseconds per process, so single look-ups are fine on the control loop and scans
// belong on a worker. Thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/json.hpp"

namespace draas::platforms::process {

// Environment variables that mark every process of a workload.
inline constexpr std::string_view kMarkControlPlane = "DRAAS_CONTROL_PLANE_ID";
inline constexpr std::string_view kMarkInstance = "DRAAS_INSTANCE_ID";
inline constexpr std::string_view kMarkGeneration = "DRAAS_GENERATION";
inline constexpr std::string_view kMarkSpecHash = "DRAAS_SPEC_HASH";

struct Marks {
  std::string control_plane_id;
  std::string instance_id;
  std::uint64_t generation = 0;
  std::string spec_hash;
};

struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot: field 22 of /proc/<pid>/stat
  std::string boot_id;

  bool operator==(const ProcessIdentity&) const = default;
};

// {"version":1,"pid":..,"startTime":..,"bootId":".."}, the data of a WorkloadHandle.
Json to_json(const ProcessIdentity& identity);
// DataLoss for anything that to_json never wrote.
Result<ProcessIdentity> identity_from_json(const Json& data);

// Of /proc/<pid>/stat; times in clock ticks.
struct ProcessStat {
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t user_time = 0;
  std::uint64_t system_time = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_time = 0;
  std::uint64_t resident_pages = 0;
  int exit_code = 0;  // wait status of a zombie; 0 also where the kernel hides it
};

std::optional<ProcessStat> parse_stat(std::string_view text);
std::optional<ProcessStat> read_stat(pid_t pid);  // nullopt: errno tells, ESRCH for what is gone
std::optional<Marks> read_marks(pid_t pid);       // likewise
Marks parse_marks(std::string_view environment);  // as in /proc/<pid>/environ: entries end with NUL
// Changes with every boot; "" when the kernel does not tell.
const std::string& boot_id();

// Invalid when there is no such process, or when this kernel has no pidfds (errno tells).
UniqueFd open_pidfd(pid_t pid);
// As kill(2), for the very process. Signal 0 only asks. False: it was reaped, or we may not.
bool send_signal(int pidfd, int signal);
// The process has ended, all its threads with it (it may still wait to be reaped).
bool has_ended(int pidfd);
// The process was reaped: its PID may mean another one now.
bool is_reaped(int pidfd);

enum class Presence { Running, Ended, Absent };  // Ended: a zombie of ours; Absent: reaped, or never was

struct Located {
  Presence presence = Presence::Absent;
  UniqueFd pidfd;      // for Running and Ended
  std::string reason;  // for Absent: why the PID is not taken for the process, for people
};

// Opens the process that `identity` names. The pidfd is opened first and everything is read while it holds the PID, so
// that a reused PID is never taken for it. Marks, where readable, must name `instance_id`.
// Unavailable when this process cannot look, for want of descriptors or memory: that is no sign of an end.
Result<Located> locate(const ProcessIdentity& identity, std::string_view instance_id);

struct MarkedProcess {
  ProcessIdentity identity;
  Marks marks;
  bool session_leader = false;
};

// Every live process with the marks of `control_plane_id`, in order of start. Unavailable as for locate(): a list that
// may lack some is none.
Result<std::vector<MarkedProcess>> find_marked(std::string_view control_plane_id);

}  // namespace draas::platforms::process
