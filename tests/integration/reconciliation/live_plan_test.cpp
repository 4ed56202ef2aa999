// Plans of live changes against the real drasi-sim: whatever two configurations are, the calls of the plan bring a
// server from one to the other. DRAAS_TEST_PLANS says how many pairs are tried, DRAAS_TEST_SEED with which to begin.

#include "drasi/live_plan.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "drasi/client.hpp"
#include "drasi/configuration.hpp"
#include "integration/simulator/sim_process.hpp"
#include "reconciliation/planner.hpp"
#include "support/random_configuration.hpp"
#include "support/server_process.hpp"

namespace draas::reconciliation {
namespace {

using simulator_tests::SimProcess;

constexpr std::chrono::milliseconds kTimeout{10'000};

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

// drasi-sim with one configuration, and a client of its API.
class Server {
 public:
  explicit Server(const Json& configuration, net::EventLoop& loop) : loop_(loop), configuration_(configuration) {
    sim_.port = simulator_tests::free_port();
    std::ofstream(sim_.directory / "server.yaml") << drasi::render_yaml(configuration, options());
    sim_.start({"-c", "server.yaml"});
    ready_ = simulator_tests::eventually(
                 [this] { return !sim_.running() || simulator_tests::http(sim_.port, "GET", "/health").status == 200; },
                 simulator_tests::kPatience) &&
             sim_.running();
  }

  bool ready() const { return ready_; }
  // As a user's stop; its ports are free afterwards.
  void stop() {
    sim_.signal(SIGINT);
    EXPECT_TRUE(sim_.wait_exit().has_value());
  }
  std::string output() const { return sim_.errors() + sim_.output(); }
  // What `configuration` is in the server's own form.
  Json rendered(const Json& configuration) const { return drasi::render(configuration, options()); }
  Json rendered() const { return rendered(configuration_); }

  Result<Json> actual() {
    return ask<Result<Json>>([](drasi::Client& client) { return client.actual_configuration(); });
  }
  Status execute(const drasi::LiveAction& action) {
    return ask<Status>([action](drasi::Client& client) { return client.execute(action, kTimeout); });
  }
  drasi::ReadinessReport readiness(const Json& rendered) {
    const drasi::ExpectedComponents expected = drasi::expected_components(rendered);
    return ask<drasi::ReadinessReport>([expected](drasi::Client& client) { return client.readiness(expected); });
  }

 private:
  drasi::RenderOptions options() const {
    drasi::RenderOptions options;
    options.id = "server";
    options.host = "127.0.0.1";
    options.port = sim_.port;
    options.base_directory = sim_.directory.string();
    return options;
  }

  template <class T>
  T ask(std::function<net::Task<T>(drasi::Client&)> question) {
    auto exchange = [this, question]() -> net::Task<T> {
      net::HttpClient http(loop_.executor());
      net::Endpoint endpoint;
      endpoint.host = "127.0.0.1";
      endpoint.port = sim_.port;
      drasi::Client client(http, endpoint, kTimeout);
      co_return co_await question(client);
    };
    return net::asio::co_spawn(loop_.executor(), exchange, net::asio::use_future).get();
  }

  net::EventLoop& loop_;
  Json configuration_;
  SimProcess sim_;
  bool ready_ = false;
};

// As a worker sees an instance that runs `before` and is asked for `after`.
InstanceState state_of(const Json& before, const Json& after, const Json& actual) {
  InstanceState state;
  state.id = "server";
  state.desired_state = core::DesiredState::Running;
  state.phase = core::Phase::Running;
  state.revision = 2;
  state.applied_revision = state.healthy_revision = 1;
  state.desired = after;
  state.applied = before;
  state.actual = actual;
  state.spec_hash = drasi::spec_hash(before);
  state.desired_spec_hash = drasi::spec_hash(after);
  return state;
}

// What a dry run tells.
Json dry_run(const InstanceState& state, const StrategyRegistry& strategies) {
  const auto decision = decide(state, compare(state), Rules{}, Wish{}, true, WallTime(), strategies);
  EXPECT_TRUE(decision.has_value()) << (decision ? "" : decision.error().message);
  return decision ? to_json(decision->plan)["actions"] : Json();
}

// An action that was executed, as a dry run tells of it.
Json told(const drasi::LiveAction& action) {
  const std::string kind = action.kind ? std::string(drasi::to_string(*action.kind)) : "library";
  Json out{{"kind", "ChangeLive"},
           {"target", kind + " '" + action.id + "'"},
           {"reason", action.reason},
           {"verb", drasi::to_string(action.verb)},
           {"library", action.library}};
  if (!action.body.is_null()) out["body"] = drasi::mask_secrets(action.body);
  return out;
}

std::string differences(const drasi::LivePlan& plan) {
  std::string text;
  for (const drasi::Difference& difference : plan.differences) text += describe(difference) + "\n";
  return text;
}

class LivePlans : public ::testing::Test {
 protected:
  LivePlans() { loop_.start(); }

  // Brings a server of the first configuration to the second. True when that took no restart.
  bool try_pair(const Json& first, const Json& second, tests::Choices& choices) {
    Server server(first, loop_);
    EXPECT_TRUE(server.ready()) << server.output();
    if (!server.ready()) return false;
    const Json before = server.rendered();
    const Json after = server.rendered(second);
    expect_converged(server, before);
    tinker(server, choices);
    const auto actual = server.actual();
    EXPECT_TRUE(actual.has_value()) << (actual ? "" : actual.error().message);
    if (!actual) return false;

    const Json wanted_steps = dry_run(state_of(before, after, *actual), strategies_);
    EXPECT_EQ(server.actual(), *actual) << "a dry run changes nothing";
    const drasi::LivePlan plan = drasi::plan_live_changes(after, *actual, before);
    if (plan.restart_required()) {
      EXPECT_EQ(wanted_steps[0]["kind"], "Restart") << to_text(wanted_steps);
      server.stop();
      Server restarted(second, loop_);
      EXPECT_TRUE(restarted.ready()) << restarted.output();
      expect_converged(restarted, restarted.rendered());
      return false;
    }
    Json executed = Json::array();
    for (const drasi::LiveAction& action : plan.actions) {
      const Status done = server.execute(action);
      EXPECT_TRUE(done.has_value()) << to_text(told(action)) << ": " << (done ? "" : done.error().message);
      if (!done) return true;
      executed.push_back(told(action));
    }
    Json announced = Json::array();
    for (Json step : wanted_steps) {
      if (step["kind"] != "ChangeLive") continue;
      step.erase("step");
      announced.push_back(std::move(step));
    }
    EXPECT_EQ(announced, executed);
    expect_converged(server, after);
    expect_still_running(server, *actual);
    return true;
  }

  // Somebody starts and stops components by hand; what the server refuses is left.
  static void tinker(Server& server, tests::Choices& choices) {
    const auto actual = server.actual();
    ASSERT_TRUE(actual.has_value()) << actual.error().message;
    for_each_component(*actual, [&](const std::string& library, drasi::ComponentKind kind, const Json& component) {
      if (!choices.chance(10)) return;
      drasi::LiveAction action;
      action.kind = kind;
      action.library = library;
      action.id = component["id"].get<std::string>();
      const bool runs = component["status"] == "Running";
      action.verb = runs ? drasi::LiveAction::Verb::Stop : drasi::LiveAction::Verb::Start;
      (void)server.execute(action);
    });
  }

  template <class Use>
  static void for_each_component(const Json& actual, Use use) {
    using drasi::ComponentKind;
    for (const Json& library : actual["instances"]) {
      for (const auto& [list, kind] : {std::pair("sources", ComponentKind::Source),
                                       {"queries", ComponentKind::Query},
                                       {"reactions", ComponentKind::Reaction}}) {
        for (const Json& component : library[list]) use(library["id"].get<std::string>(), kind, component);
      }
    }
  }

  // What ran before and is there still runs, also what somebody started by hand.
  static void expect_still_running(Server& server, const Json& before) {
    std::set<std::string> running;
    for_each_component(before, [&](const std::string& library, drasi::ComponentKind, const Json& component) {
      if (component["status"] == "Running") running.insert(library + "/" + component["id"].get<std::string>());
    });
    const auto actual = server.actual();
    ASSERT_TRUE(actual.has_value()) << actual.error().message;
    for_each_component(*actual, [&](const std::string& library, drasi::ComponentKind, const Json& component) {
      const std::string name = library + "/" + component["id"].get<std::string>();
      if (running.contains(name)) {
        EXPECT_EQ(component["status"], "Running") << name;
      }
    });
  }

  static void expect_converged(Server& server, const Json& wanted) {
    const auto actual = server.actual();
    ASSERT_TRUE(actual.has_value()) << actual.error().message;
    const drasi::LivePlan rest = drasi::plan_live_changes(wanted, *actual, wanted);
    EXPECT_TRUE(rest.converged()) << differences(rest);
    const drasi::ReadinessReport report = server.readiness(wanted);
    EXPECT_EQ(report.readiness, drasi::Readiness::Ready) << report.reason;
  }

  net::EventLoop loop_{"test-client"};
  StrategyRegistry strategies_ = StrategyRegistry::with_built_in();
};

TEST_F(LivePlans, BringAServerFromAnyConfigurationToAnyOther) {
  constexpr std::uint64_t kDefaultPlans = 40;
  constexpr std::uint16_t kPorts = 8;
  const std::uint64_t count = number_from("DRAAS_TEST_PLANS", kDefaultPlans);
  const std::uint64_t begin = number_from("DRAAS_TEST_SEED", 1);
  const std::uint16_t port = tests::free_port_range(kPorts);
  tests::Ports ports;
  for (std::uint16_t offset = 0; offset < kPorts; ++offset) ports.push_back(static_cast<std::uint16_t>(port + offset));
  std::uint64_t live = 0;
  for (std::uint64_t seed = begin; seed < begin + count; ++seed) {
    tests::SeededChoices choices(seed);
    const Json first = tests::random_configuration(choices, Json(), ports);
    const Json second = tests::random_configuration(choices, first, ports);
    SCOPED_TRACE("DRAAS_TEST_SEED=" + std::to_string(seed));
    for (const Json& document : {first, second}) {
      const auto valid = drasi::require_valid(document);
      ASSERT_TRUE(valid.has_value()) << valid.error().message;
    }
    live += try_pair(first, second, choices) ? 1 : 0;
    ASSERT_FALSE(HasFailure()) << "from " << to_text(first) << "\nto " << to_text(second);
  }
  if (count >= kDefaultPlans) {
    EXPECT_GT(live, count / 4) << "most changes take no restart";
  }
}

}  // namespace
}  // namespace draas::reconciliation
