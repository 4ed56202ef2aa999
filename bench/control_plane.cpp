#include "control_plane.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sched.h>
#include <unistd.h>

#include "load.hpp"
#include "statistics.hpp"

namespace draas::bench {
namespace {

constexpr std::size_t kInstancesPerHost = 40'000;

std::string first_line(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

Usage usage_of(pid_t pid) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  Usage usage;
  std::istringstream pages(first_line(process / "statm"));
  double total = 0;
  double resident = 0;
  if (!(pages >> total >> resident)) throw std::runtime_error("process " + std::to_string(pid) + " is gone");
  usage.memory_mb = resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
  for (const auto& thread : std::filesystem::directory_iterator(process / "task")) {
    std::istringstream times(first_line(thread.path() / "schedstat"));
    double nanoseconds = 0;
    if (times >> nanoseconds) usage.processor_ms += nanoseconds / 1e6;
  }
  return usage;
}

void pin(pid_t pid, int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    if (::sched_setaffinity(std::stoi(thread.path().filename()), sizeof cores, &cores) != 0) {
      throw std::runtime_error("cannot put the process on one core");
    }
  }
}

std::unique_ptr<tests::ServerProcess> start_control_plane(std::vector<std::string> flags, std::uint16_t ports) {
  const std::uint16_t first = tests::free_port_range(ports);
  std::vector<std::string> all = {"--Logging:LogLevel:Default=Warning", "--Ports:First=" + std::to_string(first),
                                  "--Ports:Last=" + std::to_string(first + ports - 1)};
  all.insert(all.end(), flags.begin(), flags.end());
  auto server = std::make_unique<tests::ServerProcess>(all);
  if (!server->start()) throw std::runtime_error("the control plane does not start:\n" + server->log());
  return server;
}

void create_many(tests::ServerProcess& server, const std::string& prefix, std::size_t first, std::size_t last,
                 bool start) {
  const std::string configuration = tests::sample_configuration();
  const auto request = [&](std::size_t number) {
    const std::string name = prefix + std::to_string(first + number);
    const std::size_t host = 1 + (first + number) / kInstancesPerHost;
    return request_text("POST", "/api/server/instances",
                        R"({"id":")" + name + R"(","name":"instance )" + name +
                            R"(","description":"one of many","metadata":{"env":"test"},"start":)" +
                            (start ? "true" : "false") + R"(,"configuration":{"host":"127.0.0.)" +
                            std::to_string(host) + "\"," + configuration.substr(1) + "}");
  };
  const LoadResult result = run_load({.port = server.endpoint().port, .requests = last - first}, request);
  if (result.failed > 0) throw std::runtime_error("creating instances: " + result.first_failure);
}

void delete_all(tests::ServerProcess& server) {
  const tests::Answer answer = server.post("/api/server/instances:delete", R"({"all":true})");
  if (answer.status >= 300) throw std::runtime_error("deleting the instances: " + answer.body);
  wait_until("the instances are gone", [&] { return server.get("/api/server/instances?limit=1").json().empty(); });
}

void wait_until(const std::string& what, const std::function<bool()>& holds) {
  const auto start = Clock::now();
  while (!holds()) {
    if (since(start) > 60'000) throw std::runtime_error("in vain waited until " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace draas::bench
