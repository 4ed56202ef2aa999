#include "support/docker_engine.hpp"

#include <cstdlib>

#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/archive.hpp"
#include "base/base64.hpp"
#include "base/files.hpp"
#include "base/id.hpp"
#include "net/http_client.hpp"
#include "support/eventually.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDockerd = "/usr/sbin/dockerd";
constexpr std::chrono::seconds kPatience{60};

}  // namespace

fs::path static_simulator() { return DRAAS_STATIC_SIMULATOR; }

std::string why_no_docker_engine() {
  if (::access(kDockerd, X_OK) != 0) return std::string(kDockerd) + " is not installed (scripts/dependencies test)";
  if (::geteuid() != 0) return "a Docker engine can be started by root alone";
  return {};
}

bool docker_engine_is_required() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string(ci) == "true";
}

DockerEngine::DockerEngine(DockerEngineOptions options)
    : directory_(fs::temp_directory_path() / ("draas-dockerd-" + random_hex(4))),
      socket_(directory_ / "docker.sock"),
      options_(std::move(options)) {
  fs::create_directories(directory_);
  if (!options_.certificates.empty()) tls_port_ = free_port();
  loop_.start();
}

DockerEngine::~DockerEngine() {
  if (process_.running()) {
    remove_all_containers();
    remove_network();
    stop();
  }
  std::function<net::Task<bool>()> end = [this]() -> net::Task<bool> {
    client_.reset();
    co_return true;
  };
  net::asio::co_spawn(loop_.executor(), std::move(end), net::asio::use_future).get();
  loop_.stop();
  // With live restore it leaves its directory mounted onto itself, for its successor.
  ::umount2((directory_ / "data").c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

docker::EngineClient& DockerEngine::client() {
  if (!client_) {
    docker::EndpointSources sources;
    sources.host = host();
    client_ = std::make_unique<docker::EngineClient>(loop_.executor(), *docker::resolve_endpoint(sources));
  }
  return *client_;
}

std::string DockerEngine::start() {
  if (auto reason = why_no_docker_engine(); !reason.empty()) return reason;
  const fs::path configuration = directory_ / "daemon.json";
  if (!write_file(configuration, "{}", 0600, Durability::Atomic)) return "cannot write " + configuration.string();
  std::vector<std::string> arguments{"--config-file",    configuration.string(),
                                     "--data-root",      (directory_ / "data").string(),
                                     "--exec-root",      (directory_ / "exec").string(),
                                     "--pidfile",        (directory_ / "pid").string(),
                                     "--host",           host(),
                                     "--bridge=none",    "--iptables=false",
                                     "--ip6tables=false"};
  if (options_.live_restore) arguments.emplace_back("--live-restore");
  if (!options_.certificates.empty()) {
    for (const std::string& argument : {std::string("--host"), tls_host(), std::string("--tlsverify"),
                                        std::string("--tlscacert"), (options_.certificates / "ca.pem").string(),
                                        std::string("--tlscert"), (options_.certificates / "cert.pem").string(),
                                        std::string("--tlskey"), (options_.certificates / "key.pem").string()}) {
      arguments.push_back(argument);
    }
  }
  if (!process_.start(kDockerd, arguments, {}, directory_ / "log")) return "dockerd cannot be started";
  const bool answers = eventually(
      [this] {
        std::function<net::Task<bool>(docker::EngineClient&)> ask =
            [](docker::EngineClient& engine) -> net::Task<bool> {
          auto pinged = co_await engine.ping();
          co_return pinged.has_value();
        };
        return !process_.running() || call(ask);
      },
      kPatience);
  if (!answers || !process_.running()) return "dockerd does not come up:\n" + log();
  return has_network_ ? std::string() : make_network();
}

void DockerEngine::stop() {
  process_.signal(SIGTERM);
  if (!process_.wait_exit(kPatience)) process_.kill();
}

// Of a subnet that is free; the next engine takes another.
std::string DockerEngine::make_network() {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto random = fnv1a_64(random_hex(8));
    const std::string subnet =
        "10." + std::to_string(200 + random % 50) + "." + std::to_string(random / 50 % 256) + ".0/24";
    const std::string body =
        R"({"Name":")" + network() + R"(","Driver":"bridge","IPAM":{"Config":[{"Subnet":")" + subnet + R"("}]}})";
    if (request(net::Method::Post, "/networks/create", body).status == 201) {
      has_network_ = true;
      return {};
    }
  }
  return "no network can be made for the containers:\n" + log();
}

void DockerEngine::remove_network() {
  if (has_network_) request(net::Method::Delete, "/networks/" + network());
  has_network_ = false;
}

net::ClientResponse DockerEngine::request(net::Method method, const std::string& target, const std::string& body,
                                          const net::Headers& headers) {
  std::function<net::Task<net::ClientResponse>()> task = [this, method, target, body,
                                                          headers]() -> net::Task<net::ClientResponse> {
    net::HttpClient http(loop_.executor());
    net::ClientRequest request;
    request.method = method;
    request.target = "/v1.41" + target;
    request.body = body;
    request.headers = headers;
    request.headers.set("Content-Type", "application/json");
    net::Endpoint endpoint = *net::Endpoint::parse(host());
    auto answer = co_await http.send(std::move(endpoint), std::move(request), kPatience);
    co_return answer ? std::move(*answer) : net::ClientResponse();
  };
  return net::asio::co_spawn(loop_.executor(), std::move(task), net::asio::use_future).get();
}

void DockerEngine::remove_all_containers() {
  for (const docker::ContainerSummary& each : containers()) {
    std::function<net::Task<Status>(docker::EngineClient&)> remove = [id = each.id](docker::EngineClient& engine) {
      return engine.remove_container(id, true);
    };
    (void)call(remove);
  }
}

fs::path DockerEngine::volume(const std::string& name) const {
  return directory_ / "data" / "volumes" / name / "_data";
}

std::string DockerEngine::log() const {
  auto text = read_file(directory_ / "log");
  return text ? *text : std::string();
}

std::string DockerEngine::push_image(const std::string& image, const std::string& repository, const std::string& tag,
                                     const std::string& user, const std::string& password) {
  const auto tagged =
      request(net::Method::Post, "/images/" + image + "/tag?repo=" + net::percent_encode(repository) + "&tag=" + tag);
  if (tagged.status != 201) return tagged.body;
  net::Headers headers;
  headers.set("X-Registry-Auth", base64_url_encode(to_text(Json{{"username", user}, {"password", password}})));
  const auto pushed = request(net::Method::Post, "/images/" + repository + "/push?tag=" + tag, "", headers);
  const bool refused = pushed.status != 200 || pushed.body.find("\"error\"") != std::string::npos;
  return refused ? "push: " + pushed.body : std::string();
}

bool DockerEngine::restart_container(const std::string& name) {
  return request(net::Method::Post, "/containers/" + name + "/restart?t=10").status == 204;
}

std::string DockerEngine::remove_image(const std::string& image) {
  const auto removed = request(net::Method::Delete, "/images/" + image + "?force=true");
  return removed.status == 200 || removed.status == 404 ? std::string() : removed.body;
}

std::string DockerEngine::image_id(const std::string& image) {
  const auto inspected = parse_json(request(net::Method::Get, "/images/" + image + "/json").body);
  return inspected && inspected->is_object() ? inspected->value("Id", "") : std::string();
}

std::string DockerEngine::digest_of(const std::string& image) {
  const auto inspected = parse_json(request(net::Method::Get, "/images/" + image + "/json").body);
  if (!inspected || !inspected->contains("RepoDigests") || (*inspected)["RepoDigests"].empty()) return {};
  const auto digest = (*inspected)["RepoDigests"][0].get<std::string>();
  return digest.substr(digest.find('@') + 1);
}

std::string DockerEngine::make_image(const std::string& name, const fs::path& server, const std::string& user) {
  auto program = read_file(server, 256U << 20U);
  if (!program) return program.error().message;
  std::vector<ArchiveEntry> files;
  for (const char* directory : {"usr/", "usr/local/", "usr/local/bin/", "etc/", "app/"}) {
    files.push_back({.path = directory, .mode = 0755, .is_directory = true});
  }
  files.push_back({.path = "tmp/", .mode = 01777, .is_directory = true});
  files.push_back({.path = "etc/passwd", .content = "root:x:0:0::/root:/bin/sh\ndrasi:x:1234:1235::/app:/bin/false\n"});
  files.push_back({.path = "etc/group", .content = "root:x:0:\ndrasi:x:1235:\n"});
  files.push_back({.path = "usr/local/bin/drasi-server", .content = std::move(*program), .mode = 0755});
  auto archive = write_archive(files);
  if (!archive) return archive.error().message;
  std::vector<std::string> changes{R"(ENTRYPOINT ["/usr/local/bin/drasi-server"])", "WORKDIR /app", "EXPOSE 8080"};
  if (!user.empty()) changes.push_back("USER " + user);
  std::function<net::Task<Result<std::string>>(docker::EngineClient&)> import =
      [archive = *archive, name, changes](docker::EngineClient& engine) {
        return engine.import_image(archive, name, changes);
      };
  auto imported = call(import);
  return imported ? std::string() : imported.error().message;
}

std::vector<docker::ContainerSummary> DockerEngine::containers() {
  std::function<net::Task<Result<std::vector<docker::ContainerSummary>>>(docker::EngineClient&)> list =
      [](docker::EngineClient& engine) { return engine.list_containers({}, true); };
  return call(list).value_or(std::vector<docker::ContainerSummary>());
}

std::vector<docker::Volume> DockerEngine::volumes() {
  std::function<net::Task<Result<std::vector<docker::Volume>>>(docker::EngineClient&)> list =
      [](docker::EngineClient& engine) { return engine.list_volumes({}); };
  return call(list).value_or(std::vector<docker::Volume>());
}

Json DockerEngine::details(const std::string& name) {
  auto told = parse_json(request(net::Method::Get, "/containers/" + name + "/json").body);
  return told ? std::move(*told) : Json::object();
}

docker::Container DockerEngine::inspect(const std::string& name) {
  std::function<net::Task<Result<docker::Container>>(docker::EngineClient&)> inspect =
      [name](docker::EngineClient& engine) { return engine.inspect_container(name); };
  return call(inspect).value_or(docker::Container());
}

}  // namespace draas::tests
