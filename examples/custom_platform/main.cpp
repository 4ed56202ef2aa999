// A control plane with a platform of our own: it is listed, an instance is created on it by name, started, and seen to
// end by itself.

#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "core/control_plane.hpp"
#include "in_process_platform.hpp"
#include "stores/memory/memory_store.hpp"

namespace {

namespace core = draas::core;
namespace net = draas::net;

int failed(const draas::Error& error) {
  std::cerr << "failed: " << error.message << '\n';
  return EXIT_FAILURE;
}

int run(core::ControlPlane& control_plane) {
  if (draas::Status opened = control_plane.open(); !opened) return failed(opened.error());
  for (const core::PlatformInfo& platform : control_plane.wait(control_plane.platforms())) {
    std::cout << "platform " << platform.name << (platform.availability.available ? ": available, " : ": unavailable, ")
              << platform.availability.reason << '\n';
  }

  std::promise<void> ended;
  const std::shared_ptr<void> subscription = control_plane.events().on_event([&ended](const core::Event& event) {
    if (event.type != core::EventType::StatusChanged) return;
    std::cout << core::to_string(event.old_status) << " -> " << core::to_string(event.new_status) << '\n';
    if (event.new_status == core::InstanceStatus::Stopped) ended.set_value();
  });

  core::Actor actor;
  actor.name = "custom_platform";
  core::CreateRequest request;
  request.name = "guest";
  request.platform = "inprocess";  // any case
  request.restart_policy = core::RestartPolicy::Never;
  request.platform_options = draas::Json{{"lifetimeMs", 1000}};
  auto created = control_plane.wait(control_plane.create(std::move(request), actor));
  if (!created) return failed(created.error());
  const std::string id = created->instance->id;

  auto started = control_plane.wait(control_plane.start(id, core::StartOptions{}, actor));
  if (!started) return failed(started.error());
  std::cout << started->message << '\n';

  if (ended.get_future().wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
    std::cerr << "the instance did not end\n";
    return EXIT_FAILURE;
  }
  auto log = control_plane.wait(control_plane.logs(id, core::LogQuery{}));
  if (!log) return failed(log.error());
  auto text = control_plane.wait((*log)->read(std::chrono::milliseconds(0)));
  if (!text) return failed(text.error());
  std::cout << text->value_or("");

  auto removed = control_plane.wait(control_plane.remove(id, /*keep_data=*/false, std::nullopt, actor));
  return removed ? EXIT_SUCCESS : failed(removed.error());
}

}  // namespace

int main() {
  draas::configure_log({.level = draas::LogLevel::Warn, .format = draas::LogFormat::Text});
  net::EventLoop loop("control");
  loop.start();
  int result = EXIT_FAILURE;
  {
    const std::unique_ptr<core::Store> store = draas::stores::make_memory_store();
    std::vector<std::unique_ptr<core::Platform>> platforms;
    platforms.push_back(make_in_process_platform(loop.executor()));
    core::ControlPlaneOptions options;
    options.default_platform = "InProcess";
    core::ControlPlane control_plane(loop, options, *store, std::move(platforms));
    result = run(control_plane);
    control_plane.close();
    store->close();
  }
  loop.stop();
  return result;
}
