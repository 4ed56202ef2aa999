#pragma once
// Steps that strategies with a second workload have in common.

#include <string>

#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {

constexpr Duration kDefaultDrain{10'000};

// A plan that says why a second workload cannot run, or nullopt when it can.
std::optional<Plan> refuse_side_by_side(const PlanInput& input, std::string_view strategy);

// What every strategy with a second workload takes as parameters, beside its own.
struct SideBySideParameters {
  Duration drain = kDefaultDrain;  // how long the former workload may finish what it is busy with
  std::optional<Step> smoke_test;
};
SideBySideParameters read_side_by_side(ParameterReader& parameters);

// The steps with which all begin: the second workload runs the newest revision, is checked and passes the smoke test.
void begin_side_by_side(Plan& plan, const PlanInput& input, SideBySideParameters parameters, std::string reason,
                        std::string platform = {});

// Of the instance as a whole, after the switch.
Step check_instance(const PlanInput& input, std::string reason);
Step set_traffic(int percent, std::string reason);
Step promote(std::string reason);
Step end_standby(Duration drain, std::string reason);

}  // namespace draas::reconciliation
