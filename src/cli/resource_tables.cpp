#include "cli/resource_tables.hpp"

#include <map>

#include "cli/command.hpp"
#include "cli/times.hpp"

namespace draas::cli {
namespace {

Cell state_cell(const Json& element, const char* key) {
  const std::string state = field(element, key);
  return {state, status_colour(state)};
}

Cell yes_or_no(bool value) { return {value ? "yes" : "no", value ? Colour::Green : Colour::Red}; }

std::string joined(const Json& list) {
  std::string text;
  for (const Json& element : list)
    text += (text.empty() ? "" : ",") + (element.is_string() ? element.get<std::string>() : to_text(element));
  return text;
}

std::string revisions_of(const Json& entry) {
  const std::string before = field(entry, "revisionBefore");
  const std::string after = field(entry, "revisionAfter");
  return before == after || before.empty() ? after : before + "->" + after;
}

std::string why(const Json& entry) {
  const std::string error = field(entry, "error");
  return error.empty() ? field(entry, "reason") : error;
}

}  // namespace

std::string windows_of(const Json& policy) {
  std::string text;
  for (const Json& window : member(policy, "windows")) {
    const std::string days = joined(member(window, "days"));
    text += (text.empty() ? "" : "; ") + (days.empty() ? "daily" : days) + " " + field(window, "from") + "-" +
            field(window, "to") + " " + window.value("timeZone", std::string("UTC"));
  }
  return text;
}

std::string rollout_counts(const Json& rollout) {
  std::map<std::string, std::size_t> counts;
  const Json& given = member(rollout, "counts");
  if (given.is_object()) {
    for (const auto& [state, count] : given.items()) counts[state] = count.get<std::size_t>();
  }
  for (const Json& target : member(rollout, "targets")) ++counts[field(target, "state")];
  std::string text;
  for (const auto& [state, count] : counts) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  }
  return text;
}

Table platform_table(const Elements& platforms) {
  Table table({"PLATFORM", "AVAILABLE", "DEFAULT", "INSTANCES", "VERSION", "MONITORING", "REASON"});
  for (const Json& platform : platforms) {
    table.add({field(platform, "platformType"), yes_or_no(member(platform, "available") == Json(true)),
               member(platform, "isDefault") == Json(true) ? "yes" : "", field(platform, "instanceCount"),
               field(platform, "version"), field(platform, "monitoring"), field(platform, "reason")});
  }
  return table;
}

Table rollout_table(const Elements& rollouts) {
  Table table({"ID", "NAME", "STATE", "WAVE", "TARGETS", "COUNTS", "CREATED"});
  for (const Json& rollout : rollouts) {
    table.add({field(rollout, "id"), field(rollout, "name"), state_cell(rollout, "state"), field(rollout, "wave"),
               field(rollout, "total"), rollout_counts(rollout), local_time(member(rollout, "createdAt"))});
  }
  return table;
}

Table approval_table(const Elements& approvals) {
  Table table({"ID", "INSTANCE", "REVISION", "STATE", "REASON", "EXPIRES", "DECIDED BY"});
  for (const Json& approval : approvals) {
    table.add({field(approval, "id"), field(approval, "instanceId"), field(approval, "revision"),
               state_cell(approval, "state"), field(approval, "reason"), local_time(member(approval, "expiresAt")),
               field(approval, "decidedBy")});
  }
  return table;
}

Table revision_table(const Elements& revisions, const Json& instance) {
  Table table({"REVISION", "", "TIME", "AUTHOR", "CHANGE", "DESCRIPTION"});
  const Json& held = member(instance, "held");
  for (const Json& revision : revisions) {
    const Json& number = member(revision, "revision");
    std::string mark;
    if (number == member(instance, "appliedRevision")) mark = "runs";
    if (held.is_object() && number == member(held, "revision")) mark = "held";
    table.add({field(revision, "revision"),
               {mark, mark == "held" ? Colour::Red : Colour::Green},
               local_time(member(revision, "createdAt")),
               field(revision, "author"),
               field(revision, "changeType"),
               field(revision, "description")});
  }
  return table;
}

Table audit_table(const Elements& entries, bool wide) {
  std::vector<std::string> columns{"ENTRY", "TIME", "INSTANCE", "OUTCOME", "STRATEGY", "REVISION", "BY", "WHY"};
  if (wide) columns.insert(columns.end(), {"TRIGGER", "TOOK", "WORKER"});
  Table table(std::move(columns));
  for (const Json& entry : entries) {
    std::vector<Cell> row{field(entry, "id"),         local_time(member(entry, "at")),
                          field(entry, "instanceId"), state_cell(entry, "outcome"),
                          field(entry, "strategy"),   revisions_of(entry),
                          field(entry, "actor"),      why(entry)};
    if (wide) {
      row.emplace_back(field(entry, "trigger"));
      row.emplace_back(field(entry, "durationMs") + "ms");
      row.emplace_back(field(entry, "worker"));
    }
    table.add(std::move(row));
  }
  return table;
}

Table event_table(const Elements& events, bool wide) {
  std::vector<std::string> columns{"EVENT", "TIME", "INSTANCE", "TYPE", "FROM", "TO", "REASON"};
  if (wide) columns.insert(columns.end(), {"SOURCE"});
  Table table(std::move(columns));
  for (const Json& event : events) {
    std::vector<Cell> row{field(event, "sequence"),
                          local_time(member(event, "timestamp")),
                          field(event, "instanceId"),
                          field(event, "type"),
                          field(event, "oldStatus"),
                          state_cell(event, "newStatus"),
                          field(member(event, "metadata"), "Reason")};
    if (wide) row.emplace_back(field(event, "source"));
    table.add(std::move(row));
  }
  return table;
}

Table webhook_table(const Elements& webhooks, bool wide) {
  std::vector<std::string> columns{"ID", "URL", "ENABLED", "EVENTS", "INSTANCES"};
  if (wide) columns.insert(columns.end(), {"SIGNED", "CREATED"});
  Table table(std::move(columns));
  for (const Json& webhook : webhooks) {
    const std::string instance = field(webhook, "instanceId");
    std::vector<Cell> row{field(webhook, "id"), field(webhook, "url"),
                          yes_or_no(member(webhook, "enabled") == Json(true)), joined(member(webhook, "events")),
                          instance.empty() ? field(webhook, "selector") : instance};
    if (wide) {
      row.emplace_back(member(webhook, "signed") == Json(true) ? "yes" : "no");
      row.emplace_back(local_time(member(webhook, "createdAt")));
    }
    table.add(std::move(row));
  }
  return table;
}

Table worker_table(const Elements& workers) {
  Table table({"WORKER", "SHARDS", "INSTANCES", "DRIFTED", "BUSY", "WAITING", "LAST SWEEP", "ADDRESS"});
  for (const Json& worker : workers) {
    const Json& status = member(worker, "status");
    table.add({field(worker, "worker"), std::to_string(member(worker, "shards").size()), field(status, "instances"),
               field(status, "drifted"), field(status, "busy"), field(status, "waiting"),
               local_time(member(status, "lastSweep")), field(worker, "url")});
  }
  return table;
}

Table policy_table(const Elements& policies, bool wide) {
  std::vector<std::string> columns{"OF", "STRATEGY", "PAUSED", "RECONCILES", "ROLLS BACK", "WINDOWS"};
  if (wide) columns.insert(columns.end(), {"RETRIES", "FALLBACK", "REASON"});
  Table table(std::move(columns));
  for (const Json& policy : policies) {
    const Json& holds = member(policy, "effective");
    const bool paused = member(holds, "paused") == Json(true);
    std::vector<Cell> row{
        field(policy, "id"),           field(holds, "strategy"),     {paused ? "yes" : "", Colour::Yellow},
        field(holds, "autoReconcile"), field(holds, "autoRollback"), windows_of(holds)};
    if (wide) {
      for (const char* key : {"maxRetries", "fallback", "pauseReason"}) row.emplace_back(field(holds, key));
    }
    table.add(std::move(row));
  }
  return table;
}

}  // namespace draas::cli
