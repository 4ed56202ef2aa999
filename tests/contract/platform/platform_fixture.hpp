#pragma once
// What every test of the platform contract stands on: a platform with its threads, directories of its own, the exits it
// told, and workloads that do what a script says (see ../platform_programs/fake_server.cpp).

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "core/platform/platform.hpp"
#include "net/task.hpp"
#include "support/eventually.hpp"

namespace draas::platforms {

using namespace std::chrono_literals;

struct PlatformTuning {
  std::string executable;  // "" = the scripted server
  std::uint64_t log_max_bytes = 1U << 20U;
  std::size_t log_files = 3;
  core::ResourceLimits limits;
};

// One entry per platform; the suite runs over all of them.
struct PlatformFactory {
  std::string name;
  std::function<std::unique_ptr<core::Platform>(const std::filesystem::path& directory, const PlatformTuning& tuning,
                                                net::Executor control, net::WorkerPool& workers)>
      make;
  // Why it cannot be tested on this machine; "" when it can.
  std::function<std::string()> obstacle;
  // The working directory of an instance as this machine sees it; `directory` as for make().
  std::function<std::filesystem::path(const std::filesystem::path& directory, core::Platform& platform,
                                      const std::string& id)>
      working_directory;
  std::function<bool(const core::WorkloadHandle& handle)> has_ended;
  std::string version;                  // that availability() tells
  int many = 200;                       // workloads at once
  std::size_t resting_descriptors = 1;  // that it may keep
  bool has_log_files = false;           // of its own, which it rotates, and which show unfinished lines
  bool counts_open_files = false;
};

std::vector<PlatformFactory> platform_factories();

class PlatformFixture : public testing::Test {
 protected:
  struct Exit {
    core::WorkloadHandle handle;
    core::WorkloadExit exit;
  };

  PlatformFixture();
  ~PlatformFixture() override;

  // The platform under test; made on first use.
  virtual PlatformFactory factory() = 0;
  core::Platform& platform();
  // Another one over the same directories, as after a restart of the control plane. The first is closed.
  void restart_platform();
  void close_platform();
  PlatformTuning tuning;

  // Runs a task on the control loop and waits for it, at most a minute.
  template <class T>
  T run(net::Task<T> task) {
    auto future = net::asio::co_spawn(loop_->executor(), std::move(task), net::asio::use_future);
    if (future.wait_for(60s) != std::future_status::ready) {
      ADD_FAILURE() << "a task does not end";
      std::abort();
    }
    return future.get();
  }
  // Runs `work` on the control loop and waits for it.
  void on_loop(std::function<void()> work);

  core::WorkloadSpec spec(const std::string& id, const std::string& script, std::uint64_t generation = 1) const;
  // Fails the test when it does not start.
  core::WorkloadHandle start(const std::string& id, const std::string& script);
  core::WorkloadExit stop(const core::WorkloadHandle& handle, std::chrono::milliseconds timeout = 10s);
  std::filesystem::path working_directory(const std::string& id);
  // Lets a script go on that awaits `file`.
  void release(const std::string& id, const std::string& file = "go");
  // Waits for the exit handler's word on that instance.
  core::WorkloadExit wait_for_exit(const std::string& id, std::chrono::milliseconds timeout = 20s);
  std::size_t exits_of(const std::string& id);
  std::vector<core::FoundWorkload> list();
  std::vector<std::string> ids_listed();
  // The whole log.
  std::string log_of(const std::string& id, core::LogQuery query = {.tail = SIZE_MAX});
  // Follows the log until `text` has come; returns all that came.
  std::string wait_for_log(const std::string& id, const std::string& text);
  std::unique_ptr<core::LogReader> open_log(const std::string& id, core::LogQuery query);
  void drop(std::unique_ptr<core::LogReader> reader);

  void SetUp() override;
  void TearDown() override;

  std::filesystem::path directory_;
  std::string control_plane_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<net::WorkerPool> workers_;
  std::unique_ptr<core::Platform> platform_;

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<Exit> exits_;
  mutable std::set<std::string> ids_;  // of all that was specified
};

int pid_of(const core::WorkloadHandle& handle);
// Waits until the process is no more, or a zombie.
bool wait_until_gone(int pid, std::chrono::milliseconds timeout = 10s);
std::size_t count_own_descriptors();

}  // namespace draas::platforms
