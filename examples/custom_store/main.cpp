// A control plane on a store of our own: an instance is created, everything is closed and opened again, and the
// instance is still there.
//
//   custom_store [journal file]        default: one in the temporary directory, removed at the end

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/log.hpp"
#include "core/control_plane.hpp"
#include "journal_store.hpp"
#include "platforms/process/process_platform.hpp"

namespace {

namespace core = draas::core;
namespace net = draas::net;

int failed(const draas::Error& error) {
  std::cerr << "failed: " << error.message << '\n';
  return EXIT_FAILURE;
}

// Opens the store and a control plane on it, lets `work` use that, and closes both.
int with_control_plane(const std::filesystem::path& journal, const std::function<int(core::ControlPlane&)>& work) {
  auto store = open_journal_store(journal);
  if (!store) return failed(store.error());
  net::EventLoop loop("control");
  loop.start();
  int result = EXIT_FAILURE;
  {
    net::WorkerPool blocking("blocking", 1);
    std::vector<std::unique_ptr<core::Platform>> platforms;
    platforms.push_back(draas::platforms::process::make_process_platform({}, loop.executor(), blocking));
    core::ControlPlane control_plane(loop, core::ControlPlaneOptions{}, **store, std::move(platforms));
    draas::Status opened = control_plane.open();
    result = opened ? work(control_plane) : failed(opened.error());
    control_plane.close();
    (*store)->close();
  }
  loop.stop();
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  draas::configure_log({.level = draas::LogLevel::Warn, .format = draas::LogFormat::Text});
  const bool temporary = argc < 2;
  const std::filesystem::path journal =
      temporary ? std::filesystem::temp_directory_path() / ("draas-journal-" + std::to_string(::getpid())) : argv[1];

  std::string id;
  int result = with_control_plane(journal, [&id](core::ControlPlane& control_plane) {
    core::CreateRequest request;
    request.name = "remembered";
    auto created = control_plane.wait(control_plane.create(std::move(request), core::Actor{}));
    if (!created) return failed(created.error());
    id = created->instance->id;
    std::cout << "created " << id << '\n';
    return EXIT_SUCCESS;
  });
  if (result == EXIT_SUCCESS) {
    result = with_control_plane(journal, [&id](core::ControlPlane& control_plane) {
      const core::InstanceViewPtr found = control_plane.catalogue()->find(id);
      if (!found) {
        std::cerr << "the instance is gone\n";
        return EXIT_FAILURE;
      }
      std::cout << "found again: " << found->name << '\n';
      auto removed = control_plane.wait(control_plane.remove(id, /*keep_data=*/false, std::nullopt, core::Actor{}));
      return removed ? EXIT_SUCCESS : failed(removed.error());
    });
  }
  if (temporary) std::filesystem::remove(journal);
  return result;
}
