#pragma once
// Steps that strategies with a second workload have in common.

#include <string>

#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {

constexpr Duration kDefaultDrain{10'000};

// A plan that says why a second workload cannot run, or nullopt when it can.
std::optional<Plan> refuse_side_by_side(const PlanInput& input, std::string_view strategy);

Step start_standby(const PlanInput& input, std::string reason, std::string platform = {});
Step check_standby(std::string reason);
Step set_traffic(int percent, std::string reason);
Step promote(std::string reason);
Step end_standby(Duration drain, std::string reason);
// Reads `smokeTests` of the parameters: [{method, path, body, expectStatus, expectText, timeout}].
std::optional<Step> smoke_test(ParameterReader& parameters);

}  // namespace draas::reconciliation
