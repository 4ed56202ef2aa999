// A reconciler with a strategy of our own: somebody is told before anything changes, then the change is made as Update
// makes it. Choose it with the policy {"strategy": "Notify"}.
//
//   custom_strategy [URL of the control plane]        default: http://127.0.0.1:5000

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include <unistd.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "reconciliation/strategy.hpp"
#include "reconciliation/worker.hpp"

namespace {

namespace reconciliation = draas::reconciliation;
namespace net = draas::net;

class Notify final : public reconciliation::Strategy {
 public:
  std::string_view name() const override { return "Notify"; }
  std::string_view description() const override { return "Tells somebody, then updates"; }

  draas::Result<reconciliation::Plan> plan(const reconciliation::PlanInput& input,
                                           const reconciliation::StrategyRegistry& all) const override {
    reconciliation::ParameterReader parameters(input.parameters);
    const std::string who = parameters.text("who", "the on-call team");
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    const draas::Json none = draas::Json::object();
    auto plan = all.find("Update")->plan({input.state, input.drift, input.rules, none}, all);
    if (!plan || plan->steps.empty()) return plan;
    plan->strategy = name();
    reconciliation::Step tell{.kind = reconciliation::Step::Kind::Custom, .target = who, .reason = "before the change"};
    plan->steps.insert(plan->steps.begin(), std::move(tell));
    return plan;
  }

  net::Task<draas::Status> perform(const reconciliation::Step& step, const std::string& instance) const override {
    std::cout << "telling " << step.target << " about " << instance << std::endl;
    co_return draas::Status{};
  }
};

}  // namespace

int main(int argc, char** argv) {
  draas::configure_log({.level = draas::LogLevel::Warn, .format = draas::LogFormat::Text});
  auto endpoint = net::Endpoint::parse(argc > 1 ? argv[1] : "http://127.0.0.1:5000");
  if (!endpoint) {
    std::cerr << endpoint.error().message << '\n';
    return EXIT_FAILURE;
  }
  // Blocked before the first thread starts, so that only sigwait() below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto strategies = reconciliation::StrategyRegistry::with_built_in();
  strategies.add(std::make_unique<Notify>());
  reconciliation::WorkerOptions options;
  options.api.endpoint = *endpoint;
  options.name = "custom-" + std::to_string(::getpid());

  const auto metrics = draas::make_metrics();
  net::EventLoop loop("reconciler");
  loop.start();
  {
    reconciliation::Worker worker(loop, std::move(options), std::move(strategies), *metrics);
    worker.start();
    int received = 0;
    sigwait(&signals, &received);
    worker.stop();
  }
  loop.stop();
  return EXIT_SUCCESS;
}
