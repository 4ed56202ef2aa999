#include "contract/platform/platform_fixture.hpp"

#include <cstdlib>
#include <fstream>

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/id.hpp"
#include "contract/platform/docker_engine_under_test.hpp"
#include "platforms/process/process_platform.hpp"
#include "support/server_process.hpp"

namespace draas::platforms {
namespace fs = std::filesystem;

std::vector<PlatformFactory> platform_factories() {
  const auto make_process = [](const fs::path& directory, const PlatformTuning& tuning, net::Executor control,
                               net::WorkerPool& workers) {
    process::ProcessPlatformOptions options;
    options.executable_path = tuning.executable.empty() ? DRAAS_FAKE_SERVER : tuning.executable;
    options.instance_config_directory = directory / "configs";
    options.working_directory = directory / "runtime";
    options.log_max_bytes = tuning.log_max_bytes;
    options.log_files = tuning.log_files;
    options.limits = tuning.limits;
    return process::make_process_platform(options, control, workers);
  };
  PlatformFactory process{"Process", make_process};
  process.obstacle = [] { return std::string(); };
  process.working_directory = [](const fs::path&, core::Platform& platform, const std::string& id) {
    return fs::path(platform.base_directory(id));
  };
  process.has_ended = [](const core::WorkloadHandle& handle) { return wait_until_gone(pid_of(handle)); };
  process.version = "0.2.2";
  process.has_log_files = true;
  process.counts_open_files = true;
  return {process, docker_factory()};
}

namespace {

// A platform may publish the port although the scripted server does not listen on it.
std::uint16_t next_port() {
  constexpr std::uint16_t kCount = 400;
  static const std::uint16_t first = tests::free_port_range(kCount);
  static std::uint16_t used = 0;
  return static_cast<std::uint16_t>(first + used++ % kCount);
}

}  // namespace

void PlatformFixture::SetUp() {
  const std::string obstacle = factory().obstacle();
  if (obstacle.empty()) return;
  if (tests::docker_engine_is_required()) FAIL() << obstacle;
  GTEST_SKIP() << obstacle;
}

fs::path PlatformFixture::working_directory(const std::string& id) {
  return factory().working_directory(directory_, platform(), id);
}

PlatformFixture::PlatformFixture() : control_plane_("test-" + random_hex(8)) {
  std::string pattern = (fs::temp_directory_path() / "draas-platform-XXXXXX").string();
  directory_ = ::mkdtemp(pattern.data());
  loop_ = std::make_unique<net::EventLoop>("control");
  workers_ = std::make_unique<net::WorkerPool>("blocking", 2);
  loop_->start();
}

PlatformFixture::~PlatformFixture() {
  loop_->stop();
  platform_.reset();
  workers_.reset();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

core::Platform& PlatformFixture::platform() {
  if (!platform_) {
    platform_ = factory().make(directory_, tuning, loop_->executor(), *workers_);
    platform_->set_exit_handler([this](const core::WorkloadHandle& handle, const core::WorkloadExit& exit) {
      const std::lock_guard lock(mutex_);
      exits_.push_back({handle, exit});
      told_.notify_all();
    });
  }
  return *platform_;
}

void PlatformFixture::close_platform() {
  if (!platform_) return;
  auto closing = [](core::Platform* platform) -> net::Task<bool> {
    co_await platform->close();
    co_return true;
  };
  run<bool>(closing(platform_.get()));
  on_loop([this] { platform_.reset(); });
}

void PlatformFixture::restart_platform() {
  close_platform();
  platform();
}

void PlatformFixture::on_loop(std::function<void()> work) {
  std::promise<void> done;
  net::asio::post(loop_->executor(), [&work, &done] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

core::WorkloadSpec PlatformFixture::spec(const std::string& id, const std::string& script,
                                         std::uint64_t generation) const {
  ids_.insert(id);
  core::WorkloadSpec spec;
  spec.instance_id = id;
  spec.control_plane_id = control_plane_;
  spec.generation = generation;
  spec.spec_hash = "hash-of-" + id;
  spec.configuration = script;
  spec.host = "127.0.0.1";
  spec.port = next_port();
  return spec;
}

core::WorkloadHandle PlatformFixture::start(const std::string& id, const std::string& script) {
  auto started = run(platform().start(spec(id, script)));
  if (!started) {
    ADD_FAILURE() << started.error().message;
    return {};
  }
  return *started;
}

core::WorkloadExit PlatformFixture::stop(const core::WorkloadHandle& handle, std::chrono::milliseconds timeout) {
  auto stopped = run(platform().stop(handle, timeout));
  if (!stopped) {
    ADD_FAILURE() << stopped.error().message;
    return {};
  }
  return *stopped;
}

void PlatformFixture::release(const std::string& id, const std::string& file) {
  std::ofstream(working_directory(id) / file) << "now";
}

core::WorkloadExit PlatformFixture::wait_for_exit(const std::string& id, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  core::WorkloadExit result;
  const bool came = told_.wait_for(lock, timeout, [&] {
    for (const auto& each : exits_) {
      if (each.handle.instance_id != id) continue;
      result = each.exit;
      return true;
    }
    return false;
  });
  EXPECT_TRUE(came) << "the exit of " << id << " was not told";
  return result;
}

std::size_t PlatformFixture::exits_of(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(exits_, [&](const Exit& each) { return each.handle.instance_id == id; }));
}

std::vector<core::FoundWorkload> PlatformFixture::list() {
  auto found = run(platform().list(control_plane_));
  if (!found) {
    ADD_FAILURE() << found.error().message;
    return {};
  }
  return *found;
}

std::vector<std::string> PlatformFixture::ids_listed() {
  std::vector<std::string> ids;
  for (const auto& each : list()) ids.push_back(each.handle.instance_id);
  std::ranges::sort(ids);
  return ids;
}

std::unique_ptr<core::LogReader> PlatformFixture::open_log(const std::string& id, core::LogQuery query) {
  auto reader = run(platform().logs(id, query));
  if (!reader) {
    ADD_FAILURE() << reader.error().message;
    return nullptr;
  }
  return std::move(*reader);
}

void PlatformFixture::drop(std::unique_ptr<core::LogReader> reader) {
  on_loop([&reader] { reader.reset(); });
}

std::string PlatformFixture::log_of(const std::string& id, core::LogQuery query) {
  auto reader = open_log(id, query);
  if (!reader) return {};
  std::string all;
  for (;;) {
    auto piece = run(reader->read(0ms));
    EXPECT_TRUE(piece.has_value());
    if (!piece || !*piece || (*piece)->empty()) break;
    all += **piece;
  }
  drop(std::move(reader));
  return all;
}

std::string PlatformFixture::wait_for_log(const std::string& id, const std::string& text) {
  auto reader = open_log(id, {.tail = SIZE_MAX, .since = std::nullopt, .follow = true});
  if (!reader) return {};
  std::string all;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (all.find(text) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
    auto piece = run(reader->read(1s));
    EXPECT_TRUE(piece.has_value());
    if (!piece) break;
    if (*piece) all += **piece;
  }
  EXPECT_NE(all.find(text), std::string::npos) << "the log does not say '" << text << "' but:\n" << all;
  drop(std::move(reader));
  return all;
}

void PlatformFixture::TearDown() {
  if (!platform_) return;
  for (const auto& each : list()) stop(each.handle, 0ms);
  EXPECT_TRUE(list().empty()) << "something of the test still runs";
  for (const std::string& id : ids_) (void)run(platform().remove(id, false));  // ids that are no ids are refused
  close_platform();
  // Whatever was started is off the process table; the engine of the Docker platform may be on it.
  const pid_t zombie = ::waitpid(-1, nullptr, WNOHANG);
  EXPECT_LE(zombie, 0) << "a child is left";
}

int pid_of(const core::WorkloadHandle& handle) { return handle.data.at("pid").get<int>(); }

bool wait_until_gone(int pid, std::chrono::milliseconds timeout) {
  const auto is_gone = [pid] {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    return !std::getline(stat, text) || text.find(") Z ") != std::string::npos;
  };
  return tests::eventually(is_gone, timeout);
}

std::size_t count_own_descriptors() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(directory)) count += entry->d_name[0] != '.' ? 1 : 0;
  ::closedir(directory);
  return count - 1;
}

}  // namespace draas::platforms
