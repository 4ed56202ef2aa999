#pragma once
// Compares a standby with the active workload under traffic: the verdict of a canary's stage.

#include <string>
#include <vector>

#include "reconciliation/checks.hpp"

namespace draas::reconciliation {

// What was seen of one workload.
struct Sample {
  std::size_t requests = 0;
  std::size_t errors = 0;            // no answer, or a status of 500 and more
  std::vector<double> latencies_ms;  // of those that were answered
  double error_rate() const { return requests == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(requests); }
  // The latency that 95 of 100 stay below; 0 without any.
  double p95() const;
};

struct JudgeLimits {
  double max_error_rate = 0.01;   // of the standby, and not above the active one's by more
  double max_latency_factor = 2;  // p95 of the standby over that of the active one
  double latency_slack_ms = 20;   // differences below this are noise
};

// Checks "errorRate" and "latency". Pure.
std::vector<CheckResult> judge(const Sample& active, const Sample& standby, const JudgeLimits& limits);

// Sends requests to both for `period`, watches the standby's health meanwhile, adds what the control plane has counted
// of the users' own requests, and judges. Ends early when health fails.
net::Task<std::vector<CheckResult>> judge_standby(client::ApiClient& api, CheckTarget target, JudgeLimits limits,
                                                  Duration period);

}  // namespace draas::reconciliation
