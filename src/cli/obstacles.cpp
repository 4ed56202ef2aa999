#include "cli/obstacles.hpp"

#include "cli/resource_tables.hpp"

namespace draas::cli {
namespace {

// The newest approval of this revision, or null.
Result<Json> approval_of(Connection& connection, const std::string& id, const Json& revision) {
  auto approvals = connection.get("/api/reconciliation/approvals?instanceId=" + net::percent_encode(id));
  if (!approvals) return std::unexpected(std::move(approvals.error()));
  Json newest;
  for (const Json& approval : *approvals) {
    if (member(approval, "revision") != revision) continue;
    if (newest.is_null() || member(newest, "requestedAt") < member(approval, "requestedAt")) newest = approval;
  }
  return newest;
}

std::optional<Obstacle> in_policy(const std::string& id, const Json& policy) {
  if (member(policy, "paused") == Json(true)) {
    const std::string reason = field(policy, "pauseReason");
    return Obstacle{"its reconciliation is paused" + (reason.empty() ? "" : " (" + reason + ")") + "; `draas resume " +
                        id + "` lets it go on",
                    true};
  }
  if (member(policy, "autoReconcile") == Json(false)) {
    return Obstacle{"its policy does not reconcile by itself; `draas reconcile " + id + "` does", true};
  }
  return std::nullopt;
}

std::optional<Obstacle> in_approval(const std::string& id, const Json& approval) {
  const std::string state = field(approval, "state");
  if (state == "Pending") return Obstacle{"it waits for approval; `draas approve " + id + "` gives it"};
  if (state != "Rejected") return std::nullopt;
  const std::string comment = field(approval, "comment");
  return Obstacle{"revision " + field(approval, "revision") + " was rejected by " + field(approval, "decidedBy") +
                      (comment.empty() ? "" : ": " + comment),
                  true};
}

}  // namespace

bool is_unwell(const Json& instance) {
  const std::string health = field(instance, "health");
  return health == "Degraded" || health == "Unhealthy";
}

Result<std::optional<Obstacle>> find_obstacle(Connection& connection, const Json& instance) {
  if (field(instance, "desiredState") != "Running" || field(instance, "phase") != "Running") {
    return std::optional<Obstacle>();
  }
  const bool waits = member(instance, "appliedRevision") != member(instance, "configurationRevision");
  if (!waits && !is_unwell(instance)) return std::optional<Obstacle>();
  const std::string id = field(instance, "id");
  auto status = connection.get("/api/reconciliation/status");
  if (!status) return std::unexpected(std::move(status.error()));
  const bool is_reconciled = !member(*status, "workers").empty();
  if (!waits) {
    // With a reconciler its verdict is to come.
    return std::optional(Obstacle{"its health is " + field(instance, "health") + ": " +
                                      field(instance, "errorMessage") + "; `draas describe " + id +
                                      "` and `draas logs " + id + "` say more",
                                  !is_reconciled});
  }
  if (!is_reconciled) {
    return std::optional(
        Obstacle{"no reconciler is running; start `draas reconciler`, or `draas restart " + id + "`", true});
  }
  auto view = connection.get(reconciliation_path(id, "/policy"));
  if (!view) return std::unexpected(std::move(view.error()));
  const Json& policy = member(*view, "effective");
  if (auto found = in_policy(id, policy)) return found;
  auto approval = approval_of(connection, id, member(instance, "configurationRevision"));
  if (!approval) return std::unexpected(std::move(approval.error()));
  if (auto found = in_approval(id, *approval)) return found;
  const std::string windows = windows_of(policy);
  if (windows.empty()) return std::optional<Obstacle>();
  return std::optional(Obstacle{"its policy allows changes only " + windows});
}

Status check_not_held(const Json& instance, std::uint64_t from) {
  const Json& held = member(instance, "held");
  if (!held.is_object() || field(instance, "desiredState") != "Running") return {};
  const bool newest = member(held, "revision") == member(instance, "configurationRevision");
  const bool stored_since = from > 0 && member(held, "revision") >= Json(from);
  if (!newest && !stored_since) return {};
  const std::string id = field(instance, "id");
  return fail(ErrorCode::Unprocessable, "Instance '" + id + "': revision " + field(held, "revision") +
                                            " is held: " + field(held, "reason") + "; `draas audit " + id +
                                            "` says more, `draas reconcile " + id + " --force` tries it again");
}

}  // namespace draas::cli
