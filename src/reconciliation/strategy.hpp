#pragma once
// How a change is brought about. A strategy turns a comparison into a plan, purely; the plan is executed by Executor.
//
// To add one to the program: a file in strategies/ that defines `void add_<file name>(StrategyRegistry&)`; the build
// finds it. In a program of your own: StrategyRegistry::add() (examples/custom_strategy).

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "net/task.hpp"
#include "reconciliation/drift.hpp"
#include "reconciliation/instance_state.hpp"
#include "reconciliation/plan.hpp"

namespace draas::reconciliation {

struct PlanInput {
  const InstanceState& state;
  const Drift& drift;
  const Rules& rules;
  // Of the strategy: the policy's, with those of the request over them.
  const Json& parameters;
};

class StrategyRegistry;

class Strategy {
 public:
  virtual ~Strategy() = default;

  // As it is chosen: "Update", "BlueGreen" ...
  virtual std::string_view name() const = 0;
  // One sentence for people.
  virtual std::string_view description() const = 0;

  // Pure. A plan without steps but with obstacles cannot be done in this way here; the rules say what then. Errors:
  // InvalidArgument for a wrong parameter, naming it.
  virtual Result<Plan> plan(const PlanInput& input, const StrategyRegistry& all) const = 0;

  // Executes a step of kind Custom. `instance` is where it belongs to.
  virtual net::Task<Status> perform(const Step& step, const std::string& instance) const;
};

// Filled at start, then immutable.
class StrategyRegistry {
 public:
  // With all strategies of the program.
  static StrategyRegistry with_built_in();

  // Replaces one of the same name.
  void add(std::unique_ptr<Strategy> strategy);
  // In any case; nullptr when there is none.
  const Strategy* find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::unique_ptr<Strategy>> strategies_;
};

// --- for strategies -------------------------------------------------------------------------------------------------

// Reads parameters; the first fault stays. `finish` also objects to names that nobody asked for.
class ParameterReader {
 public:
  explicit ParameterReader(const Json& parameters);

  Duration duration(const std::string& name, Duration fallback);
  double number(const std::string& name, double fallback, double min, double max);
  std::string text(const std::string& name, std::string fallback);
  Json value(const std::string& name);  // null when absent
  Status finish() const;
  void object_to(const std::string& name, const std::string& message);

 private:
  const Json* find(const std::string& name);
  const Json& parameters_;
  std::vector<std::string> asked_;
  std::vector<Fault> faults_;
};

// The steps that bring the active workload to the wanted revision with as little as possible, live or by a restart, the
// health checks after it included. A revision counts as applied only after they have passed.
std::vector<Step> steps_for_update(const InstanceState& state, const Drift& drift);

}  // namespace draas::reconciliation
