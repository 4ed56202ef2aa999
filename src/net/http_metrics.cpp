#include "net/http_metrics.hpp"

#include <algorithm>
#include <string>

namespace draas::net {

HttpMetrics::HttpMetrics(Metrics* metrics) : metrics_(metrics) {
  if (metrics == nullptr) return;
  connections_ = &metrics->gauge("draas_http_connections", "Open connections of the HTTP server");
  duration_ = &metrics->histogram(
      "draas_http_request_duration_seconds",
      "From the first byte of a request to its response being handed to the kernel",
      {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60});
}

Counter& HttpMetrics::counter(Method method, int status) {
  auto& by_status = counters_[static_cast<std::size_t>(method)];
  const auto index = static_cast<std::size_t>(std::clamp(status, 0, 999));
  if (by_status.size() <= index) by_status.resize(index + 1);
  if (by_status[index] == nullptr) {
    by_status[index] =
        &metrics_->counter("draas_http_requests_total", "Requests answered by the HTTP server",
                           {{"method", std::string(to_string(method))}, {"status", std::to_string(status)}});
  }
  return *by_status[index];
}

void HttpMetrics::count_request(Method method, int status, double seconds) {
  if (metrics_ == nullptr) return;
  counter(method, status).add();
  duration_->observe(seconds);
}

void HttpMetrics::connection_opened() {
  if (connections_ != nullptr) connections_->add(1);
}

void HttpMetrics::connection_closed() {
  if (connections_ != nullptr) connections_->add(-1);
}

}  // namespace draas::net
