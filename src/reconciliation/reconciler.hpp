#pragma once
// Brings one instance to what was asked for: looks, decides, executes, checks, records, and goes back to the last
// healthy revision when the new one is no good. One loop; calls for one instance must not overlap.

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"
#include "reconciliation/executor.hpp"
#include "reconciliation/metrics.hpp"
#include "reconciliation/planner.hpp"
#include "reconciliation/policy.hpp"

namespace draas::reconciliation {

struct ReconcilerOptions {
  std::string worker;  // who does it, for the records
  Rules defaults;
  ExecutorOptions executor;
  bool audit = true;
};

// What became of one run.
struct Report {
  enum class Kind { InSync, Reconciled, Failed, RolledBack, Skipped, Deferred, Pending };
  Kind kind = Kind::InSync;
  std::string reason;
  bool drifted = false;  // a difference was found
  std::uint64_t revision = 0;
  std::string observed;           // of the live configuration that was judged
  std::optional<WallTime> until;  // Deferred
  Json entry;                     // the audit entry as recorded; null when nothing was done
};
std::string_view to_string(Report::Kind kind);

class Reconciler {
 public:
  Reconciler(client::ApiClient& api, const StrategyRegistry& strategies, ReconcilerOptions options,
             ReconciliationMetrics* metrics, Clock& clock = system_clock());

  net::Task<Report> reconcile(std::string id, Trigger trigger, Wish wish, std::string request_id);

  // What drift there is, and what would be done about it. Nothing changes.
  net::Task<Result<Json>> drift(std::string id);
  net::Task<Result<Json>> plan(std::string id, Wish wish);

  // The newest state, as the control plane has it.
  net::Task<Result<InstanceState>> state_of(std::string id);

 private:
  struct Run;
  struct Round;
  struct Note;
  net::Task<Report> attempt_all(Run& run);
  net::Task<std::optional<Report>> leave(Run& run, const Round& round, bool asked);
  net::Task<std::optional<Report>> act(Run& run, const Round& round);
  net::Task<std::optional<Report>> give_up(Run& run, const Round& round, const Outcome& outcome);
  net::Task<bool> is_superseded(const Outcome& outcome, const InstanceState& before);
  net::Task<bool> roll_back(Run& run, const InstanceState& failed, const std::string& reason);
  net::Task<void> record(Run& run, const Note& note);

  client::ApiClient& api_;
  const StrategyRegistry& strategies_;
  ReconcilerOptions options_;
  ReconciliationMetrics* metrics_;
  Clock& clock_;
  Executor executor_;
};

}  // namespace draas::reconciliation
