#include "in_process_platform.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "net/http_server.hpp"
#include "net/router.hpp"

namespace {

namespace core = draas::core;
namespace net = draas::net;
using draas::ErrorCode;
using draas::Json;
using draas::Result;
using draas::Status;

constexpr std::string_view kName = "InProcess";
constexpr std::chrono::milliseconds kTick{100};

// Answers for all instances under /<instance id>: the control plane asks it whether an instance is ready. It has a
// thread of its own, so the ids are behind a mutex.
class StatusApi {
 public:
  StatusApi() : handler_(net::make_router_handler(routes())), server_(options(), *handler_) {}
  ~StatusApi() { server_.stop(); }

  Status start() { return server_.start(); }
  std::uint16_t port() const { return server_.addresses().front().port; }
  void set_running(const std::string& id, bool running) {
    const std::scoped_lock lock(mutex_);
    running ? void(running_.insert(id)) : void(running_.erase(id));
  }

 private:
  static net::ServerOptions options() {
    net::ServerOptions options;
    options.listen = {{.host = "127.0.0.1", .port = 0}};
    options.threads = 1;
    options.access_log = false;
    return options;
  }

  net::Response answer(const net::PathParameters& parameters, const Json& data) {
    const std::scoped_lock lock(mutex_);
    if (!running_.contains(parameters["id"])) return net::Response::text(404, "not running");
    return net::Response::json(200, Json{{"success", true}, {"data", data}, {"error", nullptr}});
  }

  net::Router routes() {
    net::Router router;
    auto get = [&router](std::string pattern, net::SyncHandler handler) {
      router.add({.method = net::Method::Get, .pattern = std::move(pattern), .handler = std::move(handler)});
    };
    get("/{id}/health", [this](const net::Request&, const net::PathParameters& p) { return answer(p, "ok"); });
    get("/{id}/api/v1/instances", [this](const net::Request&, const net::PathParameters& p) {
      return answer(p, Json::array({Json{{"id", p["id"]}}}));
    });
    get("/{id}/api/v1/instances/{library}/{kind}",
        [this](const net::Request&, const net::PathParameters& p) { return answer(p, Json::array()); });
    return router;
  }

  std::mutex mutex_;
  std::set<std::string> running_;
  std::unique_ptr<net::RequestHandler> handler_;
  net::HttpServer server_;
};

// What the instance "wrote" so far, once.
class CollectedLog final : public core::LogReader {
 public:
  explicit CollectedLog(std::string text) : text_(std::move(text)) {}
  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds /*wait*/) override {
    co_return std::optional<std::string>(std::exchange(text_, std::string()));
  }

 private:
  std::string text_;
};

class InProcessPlatform final : public core::Platform {
 public:
  explicit InProcessPlatform(net::Executor control) : control_(control), api_started_(api_.start()) {}

  std::string_view name() const override { return kName; }
  std::string_view monitoring() const override { return "timer"; }
  void set_exit_handler(ExitHandler handler) override { exit_handler_ = std::move(handler); }

  net::Task<core::Availability> availability() override {
    if (!api_started_) co_return core::Availability{false, api_started_.error().message, {}};
    co_return core::Availability{true, "inside this program", "1"};
  }

  bool port_is_free(const std::string& /*host*/, std::uint16_t /*port*/) override { return true; }
  std::string default_host() const override { return "127.0.0.1"; }

  net::Task<Result<core::WorkloadHandle>> start(core::WorkloadSpec spec) override {
    const std::string id = spec.instance_id;
    if (workloads_.contains(id)) co_return draas::fail(ErrorCode::Conflict, "'" + id + "' runs already");
    auto workload = std::make_unique<Workload>(control_);
    workload->handle = {std::string(kName), id, spec.generation, spec.spec_hash, Json{{"version", 1}}};
    workload->control_plane_id = spec.control_plane_id;
    if (spec.platform_options.is_object()) workload->life_left = spec.platform_options.value("lifetimeMs", 0);
    core::WorkloadHandle handle = workload->handle;
    Workload& started = *workload;
    workloads_.emplace(id, std::move(workload));
    api_.set_running(id, true);
    logs_[id] += "started, generation " + std::to_string(spec.generation) + "\n";
    schedule(started);
    co_return handle;
  }

  net::Task<Result<core::WorkloadExit>> stop(core::WorkloadHandle handle, std::chrono::milliseconds) override {
    end(handle.instance_id);
    co_return exit_of(0, "stopped");
  }

  // Nothing of it can have outlived the program that was its home.
  net::Task<Result<Recovered>> recover(core::WorkloadHandle handle) override {
    const bool running = workloads_.contains(handle.instance_id);
    co_return Recovered{running, exit_of({}, "ended with the program that it lived in")};
  }

  net::Task<Result<std::vector<core::FoundWorkload>>> list(std::string control_plane_id) override {
    std::vector<core::FoundWorkload> found;
    for (const auto& [id, workload] : workloads_) {
      if (workload->control_plane_id != control_plane_id) continue;
      found.push_back({workload->handle, workload->control_plane_id, true});
    }
    co_return found;
  }

  net::Task<Status> remove(std::string instance_id, bool keep_data) override {
    if (!keep_data) logs_.erase(instance_id);
    co_return Status{};
  }
  net::Task<Status> remove_configuration(std::string /*instance_id*/) override { co_return Status{}; }

  net::Task<Result<core::Usage>> usage(core::WorkloadHandle /*handle*/) override { co_return core::Usage{}; }
  net::Task<Result<std::unique_ptr<core::LogReader>>> logs(std::string instance_id, core::LogQuery) override {
    co_return std::make_unique<CollectedLog>(logs_[instance_id]);
  }

  net::Endpoint endpoint(const core::WorkloadSpec& spec) const override {
    net::Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = api_.port();
    endpoint.base_path = "/" + spec.instance_id;
    return endpoint;
  }
  std::map<std::string, std::string> describe(const core::WorkloadHandle& handle) const override {
    return {{"home", "this program"}, {"generation", std::to_string(handle.generation)}};
  }
  std::string base_directory(const std::string& instance_id) const override { return "/nowhere/" + instance_id; }

  net::Task<void> close() override {
    exit_handler_ = nullptr;
    workloads_.clear();
    co_return;
  }

 private:
  struct Workload {
    explicit Workload(net::Executor control) : timer(control) {}
    core::WorkloadHandle handle;
    std::string control_plane_id;
    net::Timer timer;
    int life_left = 0;  // milliseconds; 0 = for ever
    int ticks = 0;
  };

  static core::WorkloadExit exit_of(std::optional<int> code, std::string reason) {
    const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    return {.exit_code = code, .signal = {}, .out_of_memory = false, .time = now, .reason = std::move(reason)};
  }

  void schedule(Workload& workload) {
    workload.timer.expires_after(kTick);
    // A cancelled timer reports an error: its workload is gone then and must not be touched.
    workload.timer.async_wait([this, &workload](boost::system::error_code cancelled) {
      if (!cancelled) tick(workload);
    });
  }

  void tick(Workload& workload) {
    logs_[workload.handle.instance_id] += "tick " + std::to_string(++workload.ticks) + "\n";
    if (workload.life_left == 0 || workload.ticks * kTick.count() < workload.life_left) return schedule(workload);
    const core::WorkloadHandle handle = workload.handle;
    end(handle.instance_id);
    if (exit_handler_) exit_handler_(handle, exit_of(0, "lived its time"));
  }

  void end(const std::string& id) {
    api_.set_running(id, false);
    workloads_.erase(id);
  }

  net::Executor control_;
  StatusApi api_;
  Status api_started_;
  ExitHandler exit_handler_;
  std::map<std::string, std::unique_ptr<Workload>> workloads_;
  std::map<std::string, std::string> logs_;
};

}  // namespace

std::unique_ptr<core::Platform> make_in_process_platform(net::Executor control) {
  return std::make_unique<InProcessPlatform>(control);
}
