// A control plane in miniature that starts one instance with the Process platform and then dies, for tests of what it
// leaves behind:
//   draas-platform-starter SERVER DIRECTORY CONTROL_PLANE INSTANCE CONFIGURATION [stop]
// Prints the handle's data as JSON on one line. With `stop` it stops the instance before it dies.

#include <iostream>
#include <thread>

#include <signal.h>
#include <unistd.h>

#include <boost/asio/use_future.hpp>

#include "base/files.hpp"
#include "net/task.hpp"
#include "platforms/process/process_platform.hpp"
#include "support/eventually.hpp"

int main(int argc, char** argv) {
  using namespace draas;
  if (argc < 6) return 2;
  net::EventLoop loop("control");
  net::WorkerPool workers("blocking", 1);
  loop.start();
  platforms::process::ProcessPlatformOptions options;
  options.executable_path = argv[1];
  options.instance_config_directory = std::string(argv[2]) + "/configs";
  options.working_directory = std::string(argv[2]) + "/runtime";
  const auto platform = platforms::process::make_process_platform(options, loop.executor(), workers);
  core::WorkloadSpec spec;
  spec.control_plane_id = argv[3];
  spec.instance_id = argv[4];
  spec.configuration = argv[5];
  spec.generation = 1;
  spec.spec_hash = "hash";
  auto started = net::asio::co_spawn(loop.executor(), platform->start(std::move(spec)), net::asio::use_future).get();
  if (!started) {
    std::cerr << started.error().message << std::endl;
    return 1;
  }
  std::cout << started->data.dump() << std::endl;
  if (argc > 6 && std::string_view(argv[6]) == "stop") {
    // Not before the script is so far.
    const std::string log = options.working_directory.string() + "/" + argv[4] + "/logs/server.log";
    const auto is_ready = [&log] { return draas::read_file(log).value_or("").find("ready\n") != std::string::npos; };
    if (!draas::tests::eventually(is_ready, std::chrono::seconds(20))) return 1;
    const core::WorkloadHandle handle = *started;
    auto stopped = net::asio::co_spawn(loop.executor(), platform->stop(handle, std::chrono::milliseconds(500)),
                                       net::asio::use_future)
                       .get();
    std::cout << (stopped ? "stopped" : stopped.error().message) << std::endl;
  }
  ::kill(::getpid(), SIGKILL);
}
