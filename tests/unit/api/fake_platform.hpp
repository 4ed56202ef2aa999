#pragma once
// A platform whose workloads are entries of a map, behind one real HTTP server that answers for all of them the way
// drasi-server would: enough to start, probe and proxy.

#include <map>
#include <string>

#include "core/platform/platform.hpp"
#include "net/http_server.hpp"

namespace draas::api::testing {

// Serves /i/<instance id>/... for every instance.
class FakeInstances : public net::RequestHandler {
 public:
  FakeInstances() : server_({.listen = {{"127.0.0.1", 0}}, .threads = 1, .access_log = false}, *this) {
    if (!server_.start()) throw std::runtime_error("the fake instances cannot listen");
  }

  std::uint16_t port() const { return server_.addresses().at(0).port; }

  std::optional<net::Response> try_handle(const net::Request& request) override {
    const auto end = request.path.find('/', 3);
    const auto id = request.path.substr(3, end - 3);
    const auto path = request.path.substr(std::min(end, request.path.size()));
    if (path == "/health") return net::Response::json(200, Json{{"status", "ok"}});
    // A workload is named after its instance and slot; its server is the instance's in either.
    if (path == "/api/v1/instances") return envelope(Json::array({Json{{"id", id.substr(0, id.find('~'))}}}));
    if (path.starts_with("/api/v1/")) return envelope(Json::array());
    if (path == "/echo") return echo(request);
    if (path == "/events") return events();
    if (path == "/broken") return broken();
    return net::Response::text(404, "nothing at " + path);
  }
  net::Task<net::Response> handle(const net::Request&) override { co_return net::Response::empty(500); }
  net::Response error_response(int status, std::string_view, const net::Request*) override {
    return net::Response::empty(status);
  }

 private:
  static net::Response envelope(Json data) {
    return net::Response::json(200, Json{{"success", true}, {"data", std::move(data)}, {"error", nullptr}});
  }

  static net::Response echo(const net::Request& request) {
    Json headers = Json::object();
    for (const auto& [name, value] : request.headers) headers[name] = value;
    auto response = net::Response::json(
        200,
        Json{
            {"method", request.method_name}, {"target", request.target}, {"body", request.body}, {"headers", headers}});
    response.headers.set("X-Of-Instance", "yes");
    response.headers.set("Keep-Alive", "timeout=5");
    return response;
  }

  static net::Task<void> write_events(net::BodyWriter& writer) {
    const std::string event = "data: {\"n\":1}\n\n";
    const auto sent = co_await writer.write(event);
    if (sent) co_await writer.wait_closed();
  }

  static net::Response events() {
    net::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.body = net::StreamBody([](net::BodyWriter& writer) { return write_events(writer); });
    return response;
  }

  static net::Task<void> write_some(net::BodyWriter& writer) {
    const std::string text = "half of it";
    const auto sent = co_await writer.write(text);
    if (sent) throw std::runtime_error("scripted: the server breaks off");
  }

  static net::Response broken() {
    net::Response response;
    response.headers.set("Content-Type", "text/plain");
    response.body = net::StreamBody([](net::BodyWriter& writer) { return write_some(writer); });
    return response;
  }

  net::HttpServer server_;
};

class FakeLog final : public core::LogReader {
 public:
  FakeLog(bool follow, std::size_t tail) : follow_(follow), tail_(tail) {}

  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds) override {
    if (step_++ == 0) co_return std::optional<std::string>(tail_ == 1 ? "two\n" : "one\ntwo\n");
    if (follow_ && step_ == 2) co_return std::optional<std::string>();
    if (follow_ && step_ == 3) co_return std::optional<std::string>("three\n");
    co_return std::optional<std::string>("");
  }

 private:
  bool follow_;
  std::size_t tail_;
  int step_ = 0;
};

class FakePlatform final : public core::Platform {
 public:
  FakePlatform(std::string name, FakeInstances& instances) : name_(std::move(name)), instances_(instances) {}

  std::string_view name() const override { return name_; }
  std::string_view monitoring() const override { return "none"; }
  void set_exit_handler(ExitHandler handler) override { exited_ = std::move(handler); }
  net::Task<core::Availability> availability() override {
    core::Availability availability;
    availability.available = true;
    availability.reason = "always";
    availability.version = "1.0";
    co_return availability;
  }
  bool port_is_free(const std::string&, std::uint16_t) override { return true; }
  std::string default_host() const override { return "127.0.0.1"; }
  net::Task<Result<core::WorkloadHandle>> start(core::WorkloadSpec spec) override {
    core::WorkloadHandle handle{name_, spec.instance_id, spec.generation, spec.spec_hash, Json{{"pid", 1}}};
    running_.insert_or_assign(spec.instance_id, handle);
    co_return handle;
  }
  net::Task<Result<core::WorkloadExit>> stop(core::WorkloadHandle handle, std::chrono::milliseconds) override {
    running_.erase(handle.instance_id);
    core::WorkloadExit exit;
    exit.exit_code = 0;
    exit.reason = "exited with code 0";
    co_return exit;
  }
  net::Task<Result<Recovered>> recover(core::WorkloadHandle) override { co_return Recovered{}; }
  net::Task<Result<std::vector<core::FoundWorkload>>> list(std::string) override {
    co_return std::vector<core::FoundWorkload>{};
  }
  net::Task<Status> remove(std::string, bool) override { co_return Status{}; }
  net::Task<Status> remove_configuration(std::string) override { co_return Status{}; }
  net::Task<Result<core::Usage>> usage(core::WorkloadHandle) override {
    core::Usage usage;
    usage.threads = 3;
    co_return usage;
  }
  net::Task<Result<std::unique_ptr<core::LogReader>>> logs(std::string, core::LogQuery query) override {
    std::unique_ptr<core::LogReader> reader = std::make_unique<FakeLog>(query.follow, query.tail);
    co_return reader;
  }
  net::Endpoint endpoint(const core::WorkloadSpec& spec) const override {
    net::Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = instances_.port();
    endpoint.base_path = "/i/" + spec.instance_id;
    return endpoint;
  }
  std::map<std::string, std::string> describe(const core::WorkloadHandle&) const override {
    return {{"processId", "1"}};
  }
  std::string base_directory(const std::string& instance_id) const override { return "/var/lib/fake/" + instance_id; }
  net::Task<void> close() override { co_return; }

  // Its workload is killed by somebody. On the control loop.
  void kill(const std::string& instance_id) {
    const auto workload = running_.extract(instance_id);
    if (workload.empty() || !exited_) return;
    core::WorkloadExit exit;
    exit.signal = 9;
    exit.reason = "killed by signal 9";
    exit.time = system_clock().now();
    exited_(workload.mapped(), exit);
  }

 private:
  std::string name_;
  FakeInstances& instances_;
  ExitHandler exited_;
  std::map<std::string, core::WorkloadHandle> running_;
};

}  // namespace draas::api::testing
