// The control plane inside another program: creates one instance, watches what happens to it, starts it, stops it and
// deletes it.
//
//   embed [path of drasi-server or drasi-sim]        default: $DRASI_SERVER, else drasi-sim from PATH

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/log.hpp"
#include "core/control_plane.hpp"
#include "net/task.hpp"
#include "platforms/process/process_platform.hpp"
#include "stores/memory/memory_store.hpp"

namespace {

namespace core = draas::core;
namespace net = draas::net;

constexpr std::string_view kConfiguration = R"({
  "plugins": [{"ref": "source/mock"}, {"ref": "reaction/log"}],
  "sources": [
    {"kind": "mock", "id": "readings", "autoStart": true, "dataType": {"type": "sensorReading"}, "intervalMs": 500}
  ],
  "queries": [
    {"id": "warm", "autoStart": true, "queryLanguage": "Cypher",
     "queryText": "MATCH (s:SensorReading) WHERE s.temperature > 20 RETURN s.sensor_id AS sensor",
     "sources": [{"sourceId": "readings"}]}
  ],
  "reactions": [{"kind": "log", "id": "console", "queries": ["warm"], "autoStart": true}]
})";

// Everything the platform writes, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / ("draas-embed-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

int failed(const draas::Error& error) {
  std::cerr << "failed: " << error.message << '\n';
  for (const draas::Fault& fault : error.faults) std::cerr << "  " << fault.path << ": " << fault.message << '\n';
  return EXIT_FAILURE;
}

void print(const core::Event& event) {
  std::cout << "event " << event.sequence << ": " << core::to_string(event.type);
  if (event.type == core::EventType::StatusChanged) {
    std::cout << ' ' << core::to_string(event.old_status) << " -> " << core::to_string(event.new_status);
  }
  std::cout << "  (" << event.source << ")\n";
}

int run(core::ControlPlane& control_plane) {
  if (draas::Status opened = control_plane.open(); !opened) return failed(opened.error());

  // Called on the control loop, once per event, after it is durable. Dropping the token ends it.
  std::atomic<bool> saw_running = false;
  const std::shared_ptr<void> subscription = control_plane.events().on_event([&saw_running](const core::Event& event) {
    print(event);
    if (event.new_status == core::InstanceStatus::Running) saw_running = true;
  });

  core::Actor actor;
  actor.name = "embed";
  core::CreateRequest request;
  request.name = "embedded";
  auto configuration = draas::parse_json(kConfiguration);
  if (!configuration) return failed(configuration.error());
  request.configuration = std::move(*configuration);
  auto created = control_plane.wait(control_plane.create(std::move(request), actor));
  if (!created) return failed(created.error());
  const std::string id = created->instance->id;
  std::cout << "created " << id << " on " << created->instance->platform << '\n';

  // Returns when the instance is ready, or says why it is not.
  auto started = control_plane.wait(control_plane.start(id, core::StartOptions{}, actor));
  if (!started) return failed(started.error());
  std::cout << started->message << "; its API is at http://" << started->instance->host << ':'
            << started->instance->port << '\n';

  auto stopped = control_plane.wait(control_plane.stop(id, std::chrono::seconds(30), actor));
  if (!stopped) return failed(stopped.error());
  auto removed = control_plane.wait(control_plane.remove(id, /*keep_data=*/false, std::nullopt, actor));
  if (!removed) return failed(removed.error());

  std::cout << control_plane.catalogue()->size() << " instances left\n";
  return saw_running ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  draas::configure_log({.level = draas::LogLevel::Warn, .format = draas::LogFormat::Text});
  const char* from_environment = std::getenv("DRASI_SERVER");
  const std::string executable = argc > 1 ? argv[1] : from_environment != nullptr ? from_environment : "drasi-sim";

  const TemporaryDirectory directory;
  net::EventLoop loop("control");
  loop.start();
  int result = EXIT_FAILURE;
  {
    net::WorkerPool blocking("blocking", 2);
    const std::unique_ptr<core::Store> store = draas::stores::make_memory_store();

    draas::platforms::process::ProcessPlatformOptions process;
    process.executable_path = executable;
    process.instance_config_directory = directory.path() / "configs";
    process.working_directory = directory.path() / "runtime";
    std::vector<std::unique_ptr<core::Platform>> platforms;
    platforms.push_back(
        draas::platforms::process::make_process_platform(std::move(process), loop.executor(), blocking));

    core::ControlPlane control_plane(loop, core::ControlPlaneOptions{}, *store, std::move(platforms));
    result = run(control_plane);
    control_plane.close();
    store->close();
  }
  loop.stop();
  return result;
}
