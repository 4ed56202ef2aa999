#pragma once
// What is going to be done to one instance, step by step, with the reason of each. Plans are values: shown as they are
// in a dry run, executed by Executor, never changed on the way.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "drasi/client.hpp"

namespace draas::reconciliation {

struct Step {
  enum class Kind {
    AwaitApproval,  // goes on when somebody approved this revision, asked for until `duration` is over
    ChangeLive,     // one call of the running server's API
    MarkApplied,    // the running server has the wanted revision now
    Start,
    Restart,       // of the active workload; `platform` moves it, `duration` is the pause between stop and start
    StartStandby,  // a second workload with the wanted revision beside the active one, on `platform` when named
    SmokeTest,     // requests of `parameters.tests` against the standby
    Check,         // the health checks, of the standby or of the active workload
    SetTraffic,    // `percent` of new connections to the standby
    Judge,         // compares standby and active under traffic for `duration`
    Promote,       // the standby becomes the active workload, at once
    Watch,         // health checks for `duration`, after a promotion
    EndStandby,    // drains for at most `duration` and ends it
    Custom,        // by the strategy itself
  };
  Kind kind = Kind::Custom;
  std::string target;  // for people: "query 'q1'", "standby"
  std::string reason;
  std::optional<drasi::LiveAction> live;  // ChangeLive
  std::uint64_t revision = 0;             // MarkApplied, StartStandby, AwaitApproval
  std::string platform;                   // Restart, StartStandby
  bool standby = false;                   // Check, SmokeTest: of which workload
  int percent = 0;                        // SetTraffic
  Duration duration{0};
  Json parameters;

  bool operator==(const Step&) const = default;
};
std::string_view to_string(Step::Kind kind);

struct Fallback {
  std::string from;
  std::string to;
  std::string reason;

  bool operator==(const Fallback&) const = default;
};

struct Plan {
  std::string strategy;
  std::string reason;
  std::vector<Step> steps;
  std::vector<std::string> obstacles;  // what it will not bring about; without steps: why it cannot be done at all
  std::optional<Fallback> fallback;

  // Does the active workload end and come again?
  bool restarts() const;
  bool operator==(const Plan&) const = default;
};

// {step, kind, target, reason, ...} with secrets masked.
Json to_json(const Step& step, std::size_t number);
Json to_json(const Plan& plan);

}  // namespace draas::reconciliation
