#include "platforms/process/identity.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace draas::platforms::process {
namespace {

constexpr int kHandleVersion = 1;
constexpr std::size_t kMaxEnvironment = 4U << 20U;

template <class T>
bool parse_number(std::string_view text, T& value) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

std::string proc_path(pid_t pid, std::string_view file) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(file);
}

// Small and quick, as scans read thousands of these. nullopt when it cannot be read; errno tells why.
std::optional<std::string> read_proc(const std::string& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::string content(4096, '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) {
      if (filled >= max_bytes) break;
      content.resize(filled * 2);
    }
    const ssize_t got = ::read(fd.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

// We lack what it takes to look; this says nothing of the process.
bool is_shortage(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN; }

std::unexpected<Error> cannot_look(pid_t pid, int error) {
  return fail_errno("Cannot look at process " + std::to_string(pid), error);
}

short poll_now(int pidfd) {
  pollfd entry{.fd = pidfd, .events = POLLIN, .revents = 0};
  while (::poll(&entry, 1, 0) < 0 && errno == EINTR) {
  }
  return entry.revents;
}

}  // namespace

Json to_json(const ProcessIdentity& identity) {
  return Json{{"version", kHandleVersion},
              {"pid", identity.pid},
              {"startTime", identity.start_time},
              {"bootId", identity.boot_id}};
}

Result<ProcessIdentity> identity_from_json(const Json& data) {
  const auto number = [&data](const char* key) -> std::optional<std::uint64_t> {
    const auto found = data.find(key);
    if (found == data.end() || !found->is_number_unsigned()) {
      // Values built in memory are signed; values read back from text are not.
      if (found == data.end() || !found->is_number_integer() || found->get<std::int64_t>() < 0) return std::nullopt;
    }
    return found->get<std::uint64_t>();
  };
  if (!data.is_object()) return fail(ErrorCode::DataLoss, "The stored process handle is not an object");
  const auto version = number("version");
  if (version != kHandleVersion) {
    return fail(ErrorCode::DataLoss, "The stored process handle has a version that this program does not know");
  }
  const auto pid = number("pid");
  const auto start_time = number("startTime");
  const auto boot = data.find("bootId");
  constexpr std::uint64_t kMaxPid = 1U << 30U;
  if (!pid || *pid == 0 || *pid > kMaxPid || !start_time || boot == data.end() || !boot->is_string()) {
    return fail(ErrorCode::DataLoss, "The stored process handle lacks pid, startTime or bootId");
  }
  return ProcessIdentity{static_cast<pid_t>(*pid), *start_time, boot->get<std::string>()};
}

std::optional<ProcessStat> parse_stat(std::string_view text) {
  // The command name stands in parentheses and may itself hold spaces and parentheses.
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 >= text.size()) return std::nullopt;
  std::vector<std::string_view> fields;  // fields[0] is field 3 of the manual page
  fields.reserve(50);
  std::string_view rest = text.substr(name_end + 2);
  while (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  while (!rest.empty()) {
    const auto space = rest.find(' ');
    fields.push_back(rest.substr(0, space));
    rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
  }
  const auto field = [&fields](std::size_t number, auto& value) {
    return number - 3 < fields.size() && parse_number(fields[number - 3], value);
  };
  ProcessStat stat;
  if (fields.empty() || fields[0].size() != 1) return std::nullopt;
  stat.state = fields[0][0];
  std::int64_t resident = 0;
  if (!field(4, stat.parent) || !field(5, stat.group) || !field(6, stat.session) || !field(14, stat.user_time) ||
      !field(15, stat.system_time) || !field(20, stat.threads) || !field(22, stat.start_time) || !field(24, resident)) {
    return std::nullopt;
  }
  stat.resident_pages = resident < 0 ? 0 : static_cast<std::uint64_t>(resident);
  field(52, stat.exit_code);
  return stat;
}

std::optional<ProcessStat> read_stat(pid_t pid) {
  const auto text = read_proc(proc_path(pid, "stat"), 64U << 10U);
  if (!text) return std::nullopt;
  return parse_stat(*text);
}

Marks parse_marks(std::string_view environment) {
  Marks marks;
  std::string generation;
  const std::pair<std::string_view, std::string*> wanted[] = {{kMarkControlPlane, &marks.control_plane_id},
                                                              {kMarkInstance, &marks.instance_id},
                                                              {kMarkGeneration, &generation},
                                                              {kMarkSpecHash, &marks.spec_hash}};
  while (!environment.empty()) {
    const auto end = environment.find('\0');
    const std::string_view entry = environment.substr(0, end);
    for (const auto& [name, value] : wanted) {
      if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
        *value = entry.substr(name.size() + 1);
      }
    }
    if (end == std::string_view::npos) break;
    environment.remove_prefix(end + 1);
  }
  if (!parse_number(std::string_view(generation), marks.generation)) marks.generation = 0;
  return marks;
}

std::optional<Marks> read_marks(pid_t pid) {
  const auto environment = read_proc(proc_path(pid, "environ"), kMaxEnvironment);
  if (!environment) return std::nullopt;
  if (environment->empty()) {
    errno = ESRCH;  // a kernel thread, or one that has ended
    return std::nullopt;
  }
  return parse_marks(*environment);
}

const std::string& boot_id() {
  static const std::string id = [] {
    std::string text = read_proc("/proc/sys/kernel/random/boot_id", 256).value_or("");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }();
  return id;
}

// By number: the C library's header of Debian 12 declares these two for C alone.
UniqueFd open_pidfd(pid_t pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

bool send_signal(int pidfd, int signal) { return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0; }

bool has_ended(int pidfd) { return (poll_now(pidfd) & (POLLIN | POLLHUP)) != 0; }

bool is_reaped(int pidfd) { return !send_signal(pidfd, 0) && errno == ESRCH; }

Result<Located> locate(const ProcessIdentity& identity, std::string_view instance_id) {
  Located located;
  if (identity.boot_id != boot_id()) {
    located.reason = "the machine was restarted";
    return located;
  }
  UniqueFd pidfd = open_pidfd(identity.pid);
  if (!pidfd) {
    if (is_shortage(errno)) return cannot_look(identity.pid, errno);
    located.reason = "no process has the PID " + std::to_string(identity.pid);
    return located;
  }
  const auto stat = read_stat(identity.pid);
  if (!stat && is_shortage(errno)) return cannot_look(identity.pid, errno);
  const auto marks = read_marks(identity.pid);
  if (!marks && is_shortage(errno)) return cannot_look(identity.pid, errno);
  // While it is not reaped, the PID stayed its own during the reads above.
  const bool reaped = is_reaped(pidfd.get());
  if (!stat || reaped) {
    located.reason = "the process has ended";
    return located;
  }
  if (stat->start_time != identity.start_time || (marks && marks->instance_id != instance_id)) {
    located.reason = "the PID " + std::to_string(identity.pid) + " now belongs to another process";
    return located;
  }
  located.presence = has_ended(pidfd.get()) ? Presence::Ended : Presence::Running;
  located.pidfd = std::move(pidfd);
  return located;
}

Result<std::vector<MarkedProcess>> find_marked(std::string_view control_plane_id) {
  std::vector<MarkedProcess> found;
  if (control_plane_id.empty()) return found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), ::closedir);
  if (!directory) return fail_errno("Cannot list the processes in /proc", errno);
  const pid_t self = ::getpid();
  while (const dirent* entry = ::readdir(directory.get())) {
    pid_t pid = 0;
    if (!parse_number(std::string_view(entry->d_name), pid) || pid == self) continue;
    auto marks = read_marks(pid);
    if (!marks && is_shortage(errno)) return cannot_look(pid, errno);
    if (!marks || marks->control_plane_id != control_plane_id || marks->instance_id.empty()) continue;
    const auto stat = read_stat(pid);
    if (!stat && is_shortage(errno)) return cannot_look(pid, errno);
    if (!stat || stat->state == 'Z' || stat->state == 'X') continue;
    MarkedProcess process;
    process.identity = {pid, stat->start_time, boot_id()};
    process.marks = std::move(*marks);
    process.session_leader = stat->session == pid;
    found.push_back(std::move(process));
  }
  std::ranges::sort(found, [](const MarkedProcess& a, const MarkedProcess& b) {
    return std::pair(a.identity.start_time, a.identity.pid) < std::pair(b.identity.start_time, b.identity.pid);
  });
  return found;
}

}  // namespace draas::platforms::process
