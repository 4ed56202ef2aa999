#include "support/server_process.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/id.hpp"

namespace draas::tests {
namespace {

constexpr std::uint16_t kPoolSize = 600;

bool can_bind(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

// The value of `name` in a block of NAME=value strings that end with NUL.
std::string value_in(const std::string& block, const std::string& name) {
  const std::string key = name + "=";
  for (std::size_t at = 0; at < block.size();) {
    const std::size_t end = block.find('\0', at);
    const std::string entry = block.substr(at, end - at);
    if (entry.starts_with(key)) return entry.substr(key.size());
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return {};
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool is_zombie(pid_t pid) {
  const std::string stat = read_all("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = stat.rfind(')');
  return name_end == std::string::npos || stat.size() < name_end + 3 || stat[name_end + 2] == 'Z';
}

}  // namespace

Json Answer::json() const {
  auto parsed = parse_json(body);
  return parsed ? *parsed : Json();
}

std::string program(const char* variable, const char* path_in_build) {
  if (const char* named = std::getenv(variable)) return named;
  return std::string(DRAAS_BINARY_DIR) + path_in_build;
}

std::uint16_t free_port() { return free_port_range(1); }

std::uint16_t free_port_range(std::uint16_t count) {
  // Below the ephemeral range, and apart by process id so that test programs that run together do not meet.
  constexpr int kPrograms = 20;
  constexpr int kApart = kPoolSize + 100;
  const auto start = static_cast<std::uint16_t>(10'000 + ::getpid() % kPrograms * kApart);
  std::uint16_t run = 0;
  for (std::uint32_t port = start; port < 32'000; ++port) {
    run = can_bind(static_cast<std::uint16_t>(port)) ? static_cast<std::uint16_t>(run + 1) : std::uint16_t{0};
    if (run == count) return static_cast<std::uint16_t>(port - count + 1);
  }
  return 0;
}

std::string sample_configuration() {
  return R"({"sources":[{"kind":"mock","id":"sensors","dataType":{"type":"sensorReading"},"intervalMs":1000}],
    "queries":[{"id":"all","autoStart":true,"queryLanguage":"Cypher",
      "queryText":"MATCH (s:SensorReading) RETURN s.sensor_id AS sensor","sources":[{"sourceId":"sensors"}]}],
    "reactions":[{"kind":"log","id":"out","queries":["all"]}]})";
}

ServerProcess::ServerProcess(std::vector<std::string> flags) : flags_(std::move(flags)) {
  directory_ = std::filesystem::temp_directory_path() / ("draas-test-" + random_hex(6));
  std::filesystem::create_directories(directory_);
  const std::uint16_t first = free_port_range(kPoolSize + 1);
  port_ = first;
  const std::vector<std::string> own = {
      "--Server:Urls=http://127.0.0.1:" + std::to_string(port_),
      "--Server:AccessLog=false",
      "--DataDirectory=" + directory_.string(),
      "--ProcessInstanceManager:ExecutablePath=" + program("DRAAS_TEST_DRASI_SIM", "/simulator/drasi-sim"),
      "--ProcessInstanceManager:InstanceConfigDirectory=" + (directory_ / "configs").string(),
      "--ProcessInstanceManager:WorkingDirectory=" + (directory_ / "runtime").string(),
      "--Ports:First=" + std::to_string(first + 1),
      "--Ports:Last=" + std::to_string(first + kPoolSize)};
  flags_.insert(flags_.begin(), own.begin(), own.end());
}

ServerProcess::~ServerProcess() {
  kill();
  for (const Workload& workload : workloads()) ::kill(workload.pid, SIGKILL);
  std::error_code ignored;  // a directory that cannot be removed is no fault of the test
  std::filesystem::remove_all(directory_, ignored);
}

bool ServerProcess::start(const std::map<std::string, std::string>& environment, bool wait_ready) {
  std::vector<std::string> arguments = {"server"};
  arguments.insert(arguments.end(), flags_.begin(), flags_.end());
  const bool started =
      process_.start(program("DRAAS_TEST_DRAAS", "/src/app/draas"), arguments, environment, directory_ / "server.log");
  if (!started) return false;
  if (!wait_ready) return true;
  bool alive = true;
  eventually(
      [&] {
        alive = running();
        return !alive || get("/ready").status == 200;
      },
      milliseconds(30'000));
  return alive && get("/ready").status == 200;
}

net::Endpoint ServerProcess::endpoint() const {
  net::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port_;
  return endpoint;
}

Answer ServerProcess::call(net::Method method, const std::string& target, const std::string& body,
                           const net::Headers& headers, milliseconds timeout) {
  net::ClientRequest request;
  request.method = method;
  request.target = target;
  request.headers = headers;
  request.body = body;
  if (!body.empty() && !headers.has("Content-Type")) request.headers.set("Content-Type", "application/json");
  auto exchange = [this, request, timeout]() -> net::Task<Result<net::ClientResponse>> {
    co_return co_await client_.http().send(endpoint(), request, timeout);
  };
  Result<net::ClientResponse> response = client_.run(exchange());
  if (!response) return Answer{0, {}, response.error().message};
  return Answer{response->status, response->headers, response->body};
}

Answer ServerProcess::create(const std::string& id, bool start) {
  return post("/api/server/instances", R"({"id":")" + id + R"(","name":")" + id + R"(","start":)" +
                                           (start ? "true" : "false") + R"(,"configuration":)" +
                                           sample_configuration() + "}");
}

Json ServerProcess::instance(const std::string& id) { return get("/api/server/instances/" + id).json(); }

std::vector<Workload> ServerProcess::workloads() const {
  std::vector<Workload> found;
  const std::string below = (directory_ / "runtime").string() + "/";
  for (const auto& item : std::filesystem::directory_iterator("/proc")) {
    const std::string name = item.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = static_cast<pid_t>(std::stol(name));
    const std::string block = read_all(item.path() / "environ");
    const std::string id = value_in(block, "DRAAS_INSTANCE_ID");
    if (id.empty() || is_zombie(pid)) continue;
    std::error_code error;  // it may have ended meanwhile
    const std::string cwd = std::filesystem::read_symlink(item.path() / "cwd", error).string();
    if (!error && cwd.starts_with(below)) found.push_back({pid, id});
  }
  return found;
}

std::string ServerProcess::log() const { return read_all(directory_ / "server.log"); }

}  // namespace draas::tests
