#include "client/daemon_server.hpp"

#include <utility>

namespace draas::client {
namespace {

constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

net::Response problem(int status, std::string_view detail) {
  const std::string title(net::reason_phrase(status));
  net::Response response = net::Response::json(
      status, Json{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", std::string(detail)}});
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

}  // namespace

class DaemonServer::Handler final : public net::RequestHandler {
 public:
  Handler(std::function<DaemonHealth()> health, Metrics& metrics) : health_(std::move(health)), metrics_(metrics) {}

  std::optional<net::Response> try_handle(const net::Request& request) override {
    const bool known = request.path == "/health" || request.path == "/ready" || request.path == "/metrics";
    if (!known) return problem(404, "There are /health, /ready and /metrics");
    if (request.method != net::Method::Get && request.method != net::Method::Head) {
      net::Response refused = problem(405, "Only GET");
      refused.headers.set("Allow", "GET, HEAD");
      return refused;
    }
    if (request.path == "/metrics") {
      net::Response text = net::Response::text(200, metrics_.text());
      text.headers.set("Content-Type", kMetricsType);
      return text;
    }
    const DaemonHealth health = health_();
    const bool ready = request.path == "/health" || health.ready;
    Json body{{"status", ready ? "Healthy" : "Unhealthy"}};
    body.update(health.details);
    if (!health.ready) body["reason"] = health.reason;
    return net::Response::json(ready ? 200 : 503, body);
  }

  net::Task<net::Response> handle(const net::Request& request) override {
    auto answer = try_handle(request);
    co_return std::move(*answer);
  }

  net::Response error_response(int status, std::string_view detail, const net::Request*) override {
    return problem(status, detail);
  }

 private:
  const std::function<DaemonHealth()> health_;
  Metrics& metrics_;
};

DaemonServer::DaemonServer(net::ListenAddress address, std::function<DaemonHealth()> health, Metrics& metrics)
    : handler_(std::make_unique<Handler>(std::move(health), metrics)) {
  net::ServerOptions options;
  options.listen = {std::move(address)};
  options.threads = 1;
  options.access_log = false;
  server_ = std::make_unique<net::HttpServer>(std::move(options), *handler_);
}

DaemonServer::~DaemonServer() { stop(); }

Status DaemonServer::start() { return server_->start(); }

void DaemonServer::stop() { server_->stop(); }

std::vector<net::ListenAddress> DaemonServer::addresses() const { return server_->addresses(); }

}  // namespace draas::client
