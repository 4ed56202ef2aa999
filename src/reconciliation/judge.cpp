#include "reconciliation/judge.hpp"

#include <algorithm>
#include <array>

#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kProbeTimeout{5'000};
constexpr milliseconds kPause{50};
constexpr int kLooksBetween = 5;  // every so many rounds the components are looked at
constexpr int kServerError = 500;

std::string number(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.3g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

net::Task<void> probe(client::ApiClient& api, net::Endpoint endpoint, Sample& sample) {
  net::ClientRequest request;
  request.target = "/api/v1/instances";
  const auto begun = steady_clock::now();
  auto response = co_await api.http().send(std::move(endpoint), std::move(request), kProbeTimeout);
  const std::chrono::duration<double, std::milli> took = steady_clock::now() - begun;
  ++sample.requests;
  if (!response || response->status >= kServerError) {
    ++sample.errors;
  } else {
    sample.latencies_ms.push_back(took.count());
  }
}

struct Counted {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
};

// The users' own requests to the standby, as the control plane has counted them.
net::Task<Counted> counted(client::ApiClient& api, std::string instance) {
  std::string path = client::instance_path(instance, "/workloads");
  auto workloads = co_await api.get(std::move(path));
  Counted result;
  if (!workloads) co_return result;
  const Json* requests = field(*workloads, "requests");
  const Json* standby = requests != nullptr ? field(*requests, "standby") : nullptr;
  if (standby == nullptr) co_return result;
  result.requests = number_field(*standby, "total");
  result.errors = number_field(*standby, "errors");
  co_return result;
}

}  // namespace

double Sample::p95() const {
  if (latencies_ms.empty()) return 0;
  std::vector<double> sorted = latencies_ms;
  constexpr double kShare = 0.95;
  const auto place = static_cast<std::ptrdiff_t>(kShare * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), sorted.begin() + place, sorted.end());
  return sorted[static_cast<std::size_t>(place)];
}

std::vector<CheckResult> judge(const Sample& active, const Sample& standby, const JudgeLimits& limits) {
  std::vector<CheckResult> checks;
  const double allowed = active.error_rate() + limits.max_error_rate;
  CheckResult errors{.name = "errorRate", .passed = standby.error_rate() <= allowed, .detail = {}};
  errors.detail = number(standby.error_rate()) + " of " + std::to_string(standby.requests) +
                  " requests failed, the active workload's rate is " + number(active.error_rate());
  checks.push_back(std::move(errors));
  const double limit = active.p95() * limits.max_latency_factor + limits.latency_slack_ms;
  CheckResult latency{.name = "latency", .passed = standby.p95() <= limit, .detail = {}};
  latency.detail = "p95 " + number(standby.p95()) + " ms, the active workload's is " + number(active.p95()) + " ms";
  checks.push_back(std::move(latency));
  return checks;
}

net::Task<std::vector<CheckResult>> judge_standby(client::ApiClient& api, CheckTarget target, JudgeLimits limits,
                                                  Duration period) {
  HealthChecks health(api);
  const net::Endpoint active_endpoint = api.below(workload_path(target.instance, false));
  const net::Endpoint standby_endpoint = api.below(workload_path(target.instance, true));
  const Counted before = co_await counted(api, target.instance);
  Sample active;
  Sample standby;
  std::vector<CheckResult> checks;
  const auto end = steady_clock::now() + period;
  for (int round = 0;; ++round) {
    if (round % kLooksBetween == 0) {
      CheckTarget copy = target;
      checks = co_await health.look(std::move(copy));
      if (first_failure(checks) != nullptr) co_return checks;
    }
    net::Endpoint first = active_endpoint;
    co_await probe(api, std::move(first), active);
    net::Endpoint second = standby_endpoint;
    co_await probe(api, std::move(second), standby);
    if (steady_clock::now() >= end) break;
    const bool slept = co_await net::sleep_for(kPause);
    if (!slept) break;
  }
  const Counted after = co_await counted(api, target.instance);
  if (after.requests >= before.requests && after.errors >= before.errors) {
    standby.requests += after.requests - before.requests;
    standby.errors += after.errors - before.errors;
  }
  for (CheckResult& verdict : judge(active, standby, limits)) checks.push_back(std::move(verdict));
  co_return checks;
}

}  // namespace draas::reconciliation
