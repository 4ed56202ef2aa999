#include "platforms/process/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace draas::platforms::process {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kCpuPeriodMicroseconds = 100'000;
constexpr std::string_view kOwnLeaf = "draas-control-plane";

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> result;
  for (std::string word; stream >> word;) result.push_back(std::move(word));
  return result;
}

bool contains_all(const std::vector<std::string>& present, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted,
                             [&](const auto& word) { return std::ranges::find(present, word) != present.end(); });
}

// cgroupfs files take one write and no rename.
Status write_control(const fs::path& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open " + path.string(), errno);
  if (::write(fd.get(), text.data(), text.size()) < 0) return fail_errno("cannot write " + path.string(), errno);
  return {};
}

std::vector<std::string> read_words(const fs::path& path) {
  const auto text = read_file(path, 64U << 10U);
  return text ? words(*text) : std::vector<std::string>{};
}

std::string unescape_mount(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      result.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
      i += 3;
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

std::string cpu_max(double cores) {
  const auto quota = static_cast<std::uint64_t>(std::llround(cores * static_cast<double>(kCpuPeriodMicroseconds)));
  constexpr std::uint64_t kLeast = 1'000;  // the kernel refuses less
  return std::to_string(std::max(quota, kLeast)) + " " + std::to_string(kCpuPeriodMicroseconds);
}

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + (1U << 20U) - 1) >> 20U) + " MiB"; }

}  // namespace

fs::path own_cgroup(std::string_view mountinfo, std::string_view self_cgroup) {
  std::string place;
  std::istringstream groups{std::string(self_cgroup)};
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) place = line.substr(3);
  }
  if (place.empty()) return {};
  // 36 35 98:0 /root /mount/point options - cgroup2 source options
  std::istringstream mounts{std::string(mountinfo)};
  for (std::string line; std::getline(mounts, line);) {
    const auto separator = line.find(" - cgroup2 ");
    if (separator == std::string::npos) continue;
    const auto fields = words(std::string_view(line).substr(0, separator));
    if (fields.size() < 5) continue;
    const std::string root = unescape_mount(fields[3]);
    std::string_view relative = place;
    if (root != "/") {
      if (!relative.starts_with(root)) continue;
      relative.remove_prefix(root.size());
    }
    while (relative.starts_with('/')) relative.remove_prefix(1);
    const fs::path mount = unescape_mount(fields[4]);
    return relative.empty() ? mount : mount / relative;
  }
  return {};
}

Cgroups::Cgroups(fs::path parent) : parent_(std::move(parent)) {
  if (!parent_.empty()) return;
  const auto mounts = read_file("/proc/self/mountinfo");
  const auto groups = read_file("/proc/self/cgroup");
  if (mounts && groups) parent_ = own_cgroup(*mounts, *groups);
  // After a restart in place we may already sit in our own leaf.
  if (parent_.filename() == kOwnLeaf) parent_ = parent_.parent_path();
}

fs::path Cgroups::directory(const std::string& instance_id) const { return parent_ / ("draas-" + instance_id); }

Status Cgroups::prepare(const std::vector<std::string>& controllers) {
  const std::lock_guard lock(mutex_);
  if (parent_.empty()) return fail(ErrorCode::Unavailable, "no cgroup v2 is mounted");
  if (!contains_all(read_words(parent_ / "cgroup.controllers"), controllers)) {
    return fail(ErrorCode::Unavailable, "the cgroup v2 directory has no cpu and memory controllers");
  }
  const fs::path subtree = parent_ / "cgroup.subtree_control";
  if (contains_all(read_words(subtree), controllers)) return {};
  if (::access(subtree.c_str(), W_OK) != 0)
    return fail(ErrorCode::Unavailable, "no cgroup v2 is delegated to this user");
  std::string enable;
  for (const auto& name : controllers) enable += "+" + name + " ";
  if (write_control(subtree, enable)) return {};
  // Refused while the parent itself holds processes: move this one, and it alone, to a leaf.
  const fs::path leaf = parent_ / kOwnLeaf;
  if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno("cannot make a cgroup", errno);
  const std::string self = std::to_string(::getpid());
  if (auto moved = write_control(leaf / "cgroup.procs", self); !moved) return moved;
  Status enabled = write_control(subtree, enable);
  if (!enabled) {
    // Back again: others are in there, so it is not ours to divide.
    if (auto returned = write_control(parent_ / "cgroup.procs", self); !returned) return returned;
    ::rmdir(leaf.c_str());
  }
  return enabled;
}

Result<UniqueFd> Cgroups::create(const std::string& instance_id, const core::ResourceLimits& limits) {
  std::vector<std::string> controllers;
  if (limits.cpu_cores > 0) controllers.emplace_back("cpu");
  if (limits.memory_bytes > 0) controllers.emplace_back("memory");
  if (auto prepared = prepare(controllers); !prepared) return std::unexpected(prepared.error());

  const fs::path group = directory(instance_id);
  if (::mkdir(group.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno("cannot make a cgroup", errno);
  if (limits.cpu_cores > 0) {
    const std::string quota = cpu_max(limits.cpu_cores);
    if (auto written = write_control(group / "cpu.max", quota); !written) return std::unexpected(written.error());
  }
  if (limits.memory_bytes > 0) {
    const std::string most = std::to_string(limits.memory_bytes);
    if (auto written = write_control(group / "memory.max", most); !written) return std::unexpected(written.error());
    // Out of memory ends the whole workload, not one process of it. Linux 4.19; older kernels do without.
    if (::access((group / "memory.oom.group").c_str(), W_OK) == 0) {
      if (auto written = write_control(group / "memory.oom.group", "1"); !written)
        return std::unexpected(written.error());
    }
  }
  UniqueFd fd(::open(group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open the cgroup", errno);
  return fd;
}

bool Cgroups::kill_all(const std::string& instance_id) {
  if (parent_.empty()) return false;
  return write_control(directory(instance_id) / "cgroup.kill", "1").has_value();
}

bool Cgroups::remove(const std::string& instance_id) {
  if (parent_.empty()) return false;
  const fs::path group = directory(instance_id);
  const auto events = read_words(group / "memory.events");
  const auto killed = std::ranges::find(events, "oom_kill");
  const bool out_of_memory = killed != events.end() && killed + 1 != events.end() && *(killed + 1) != "0";
  ::rmdir(group.c_str());
  return out_of_memory;
}

LimitPlan plan_limits(Cgroups& cgroups, const std::string& instance_id, const core::ResourceLimits& limits) {
  LimitPlan plan;
  const auto describe = [&plan](const std::string& part) {
    plan.description += (plan.description.empty() ? "" : ", ") + part;
  };
  if (limits.open_files > 0) {
    plan.resource_limits.push_back({RLIMIT_NOFILE, limits.open_files});
    describe("open files " + std::to_string(limits.open_files));
  }
  if (limits.cpu_cores <= 0 && limits.memory_bytes == 0) return plan;

  std::ostringstream cores;
  cores << limits.cpu_cores;
  auto group = cgroups.create(instance_id, limits);
  if (group) {
    plan.cgroup = std::move(*group);
    if (limits.memory_bytes > 0) describe("memory " + megabytes(limits.memory_bytes) + " (cgroup)");
    if (limits.cpu_cores > 0) describe("CPU " + cores.str() + " cores (cgroup)");
    return plan;
  }
  if (limits.memory_bytes > 0) {
    plan.resource_limits.push_back({RLIMIT_DATA, limits.memory_bytes});
    describe("memory " + megabytes(limits.memory_bytes) + " (RLIMIT_DATA)");
  }
  if (limits.cpu_cores > 0) {
    describe("CPU not limited: " + group.error().message);
    plan.complete = false;
  }
  return plan;
}

}  // namespace draas::platforms::process
