#pragma once
// The server's metrics, with the counters of each method and status looked up once per loop.

#include <array>
#include <cstdint>
#include <vector>

#include "base/metrics.hpp"
#include "net/http_message.hpp"

namespace draas::net {

// One per loop; on its thread.
class HttpMetrics {
 public:
  explicit HttpMetrics(Metrics* metrics);  // null: does nothing

  bool enabled() const { return metrics_ != nullptr; }
  void count_request(Method method, int status, double seconds);
  void connection_opened();
  void connection_closed();

 private:
  Counter& counter(Method method, int status);

  Metrics* metrics_;
  Gauge* connections_ = nullptr;
  Histogram* duration_ = nullptr;
  static constexpr std::size_t kMethods = static_cast<std::size_t>(Method::Other) + 1;
  std::array<std::vector<Counter*>, kMethods> counters_;  // by status
};

}  // namespace draas::net
