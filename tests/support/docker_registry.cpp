#include "support/docker_registry.hpp"

#include <signal.h>
#include <unistd.h>

#include <boost/asio/use_future.hpp>

#include "base/base64.hpp"
#include "base/files.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/program.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace fs = std::filesystem;
namespace {

constexpr const char* kRegistry = "/usr/bin/docker-registry";
constexpr const char* kPasswords = "/usr/bin/htpasswd";
constexpr milliseconds kPatience{20'000};
constexpr int kUnauthorised = 401;

bool write(const fs::path& file, const std::string& text) {
  return write_file(file, text, 0600, Durability::Atomic).has_value();
}

}  // namespace

std::string why_no_docker_registry() {
  for (const char* program : {kRegistry, kPasswords}) {
    if (::access(program, X_OK) != 0) return std::string(program) + " is not installed (scripts/dependencies test)";
  }
  return {};
}

DockerRegistry::DockerRegistry()
    : directory_(fs::temp_directory_path() / ("draas-registry-" + random_hex(4))), port_(free_port()) {
  fs::create_directories(directory_);
}

DockerRegistry::~DockerRegistry() {
  stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::string DockerRegistry::write_files() const {
  const ProgramCall call{.words = {kPasswords, "-Bbn", kUser, kPassword}, .input = "", .merge_errors = false};
  auto passwords = run_program(call);
  if (!passwords) return passwords.error().message;
  if (passwords->status != 0 || !write(directory_ / "htpasswd", passwords->text)) return "htpasswd failed";
  const std::string configuration =
      "version: 0.1\n"
      "log: {level: info, accesslog: {disabled: true}}\n"
      "storage: {filesystem: {rootdirectory: " +
      (directory_ / "data").string() +
      "}}\n"
      "http: {addr: '" +
      address() +
      "'}\n"
      "auth: {htpasswd: {realm: test, path: " +
      (directory_ / "htpasswd").string() + "}}\n";
  return write(directory_ / "config.yml", configuration) ? "" : "cannot write the registry's configuration";
}

std::string DockerRegistry::start() {
  if (std::string obstacle = why_no_docker_registry(); !obstacle.empty()) return obstacle;
  if (std::string fault = write_files(); !fault.empty()) return fault;
  if (!process_.start(kRegistry, {"serve", (directory_ / "config.yml").string()}, {}, directory_ / "log")) {
    return "docker-registry cannot be started";
  }
  net::EventLoop loop("registry");
  loop.start();
  const auto answers = [this, &loop] {
    auto ask = [this, &loop]() -> net::Task<Result<net::ClientResponse>> {
      net::HttpClient client(loop.executor());
      net::ClientRequest request;
      request.target = "/v2/";
      net::Endpoint endpoint = *net::Endpoint::parse("http://" + address());
      co_return co_await client.send(std::move(endpoint), std::move(request), milliseconds(2'000));
    };
    const auto answer = net::asio::co_spawn(loop.executor(), ask(), net::asio::use_future).get();
    return answer && answer->status == kUnauthorised;
  };
  const bool up = eventually([&] { return !process_.running() || answers(); }, kPatience);
  loop.stop();
  return up && process_.running() ? std::string() : "docker-registry does not come up:\n" + log();
}

void DockerRegistry::stop() {
  process_.signal(SIGTERM);
  if (!process_.wait_exit()) process_.kill();
}

std::string DockerRegistry::log() const {
  auto text = read_file(directory_ / "log");
  return text ? *text : std::string();
}

void write_docker_login(const fs::path& directory, const std::string& registry, const std::string& user,
                        const std::string& password) {
  fs::create_directories(directory);
  Json login = Json::object();
  login["auth"] = base64_encode(user + ":" + password);
  Json content = Json::object();
  content["auths"] = Json::object();
  content["auths"][registry] = std::move(login);
  (void)write(directory / "config.json", to_text(content));
}

}  // namespace draas::tests
