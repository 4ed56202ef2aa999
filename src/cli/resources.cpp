#include "cli/resources.hpp"

#include <algorithm>
#include <optional>

#include "cli/instance_table.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kAtOnce = 16;
constexpr const char* kNewest = "100";  // of what never ends

Result<Elements> elements_of(Connection& connection, const std::string& path) {
  auto list = connection.get(path);
  if (!list) return std::unexpected(std::move(list.error()));
  Elements elements;
  for (Json& element : *list) elements.push_back(std::move(element));
  return elements;
}

// All below `path`, or those of these names, whole.
Result<Listing> list_or_read(Connection& connection, const std::string& path, const std::vector<std::string>& names,
                             const std::string& one) {
  Listing listing{.elements = {}, .about = {}, .single = names.size() == 1};
  if (names.empty()) {
    auto all = elements_of(connection, path);
    if (!all) return std::unexpected(std::move(all.error()));
    listing.elements = std::move(*all);
  }
  for (const std::string& name : names) {
    auto element = connection.get(path.substr(0, path.find('?')) + "/" + net::percent_encode(name));
    if (!element && element.error().code == ErrorCode::NotFound) {
      return fail(ErrorCode::NotFound, "There is no " + one + " '" + name + "'");
    }
    if (!element) return std::unexpected(std::move(element.error()));
    listing.elements.push_back(std::move(*element));
  }
  return listing;
}

// Those of these names among all, where the API has no route for one.
Result<Listing> pick(Connection& connection, const std::string& path, const std::vector<std::string>& names,
                     const char* key, const std::string& one) {
  auto listing = list_or_read(connection, path, {}, one);
  if (!listing || names.empty()) return listing;
  Listing picked{.elements = {}, .about = {}, .single = names.size() == 1};
  for (const std::string& name : names) {
    const auto found =
        std::ranges::find_if(listing->elements, [&](const Json& element) { return field(element, key) == name; });
    if (found == listing->elements.end()) {
      return fail(ErrorCode::NotFound, "There is no " + one + " '" + name + "'");
    }
    picked.elements.push_back(*found);
  }
  return picked;
}

Result<Listing> list_instances(Connection& connection, const TargetOptions& targets) {
  auto instances = find_instances(connection, targets);
  if (!instances) return std::unexpected(std::move(instances.error()));
  return Listing{.elements = std::move(*instances), .about = {}, .single = targets.names.size() == 1};
}

Result<Listing> list_revisions(Connection& connection, const TargetOptions& targets) {
  if (targets.names.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "Whose revisions? Name an instance: `draas get revisions INSTANCE [NUMBER]`");
  }
  auto instance = find_instance(connection, targets.names.front());
  if (!instance) return std::unexpected(std::move(instance.error()));
  const std::string path = configuration_path(field(*instance, "id"), "/revisions?limit=1000");
  auto listing = list_or_read(connection, path, {targets.names.begin() + 1, targets.names.end()}, "revision");
  if (listing) listing->about = std::move(*instance);
  return listing;
}

// Of all instances, or of those that are named, also of deleted ones.
Result<Listing> list_of_instances(Connection& connection, const std::string& path, const TargetOptions& targets) {
  std::vector<std::string> filters;
  for (const std::string& name : targets.names) {
    auto id = find_id_or_take(connection, name);
    if (!id) return std::unexpected(std::move(id.error()));
    filters.push_back("&instanceId=" + net::percent_encode(*id));
  }
  if (filters.empty()) filters.emplace_back();
  Listing listing;
  for (const std::string& filter : filters) {
    auto some = elements_of(connection, path + filter);
    if (!some) return std::unexpected(std::move(some.error()));
    std::ranges::move(*some, std::back_inserter(listing.elements));
  }
  return listing;
}

Result<Listing> list_events(Connection& connection, const TargetOptions& targets) {
  return list_of_instances(connection, std::string("/api/status/recent-changes?after=0&allTypes=true&limit=") + kNewest,
                           targets);
}

Result<Listing> list_audit(Connection& connection, const TargetOptions& targets) {
  return list_of_instances(connection, std::string("/api/reconciliation/audit?limit=") + kNewest, targets);
}

Result<Listing> list_platforms(Connection& connection, const TargetOptions& targets) {
  return pick(connection, "/api/server/platforms", targets.names, "platformType", "platform");
}

Result<Listing> list_rollouts(Connection& connection, const TargetOptions& targets) {
  return list_or_read(connection, "/api/reconciliation/rollouts", targets.names, "rollout");
}

Result<Listing> list_approvals(Connection& connection, const TargetOptions& targets) {
  return list_or_read(connection, "/api/reconciliation/approvals", targets.names, "approval");
}

Result<Listing> list_webhooks(Connection& connection, const TargetOptions& targets) {
  return list_or_read(connection, "/api/webhooks", targets.names, "webhook");
}

Result<Listing> list_workers(Connection& connection, const TargetOptions& targets) {
  return pick(connection, "/api/reconciliation/leases", targets.names, "worker", "worker");
}

Json policy_of(std::string id, const Json& view) {
  return Json{{"id", std::move(id)}, {"own", member(view, "own")}, {"effective", member(view, "effective")}};
}

// That of the fleet and those of instances that have one of their own; or of the instances that are asked for.
Result<Listing> list_policies(Connection& connection, const TargetOptions& targets) {
  Listing listing{.elements = {}, .about = {}, .single = targets.names.size() == 1};
  const bool fleet = targets.empty();
  if (fleet) {
    auto view = connection.get("/api/reconciliation/policy");
    if (!view) return std::unexpected(std::move(view.error()));
    listing.elements.push_back(policy_of("fleet", *view));
  }
  auto instances = find_instances(connection, targets);
  if (!instances) return std::unexpected(std::move(instances.error()));
  std::vector<Json> policies(instances->size());
  std::vector<Connection::Work> works;
  std::optional<Error> failure;
  for (std::size_t i = 0; i < instances->size(); ++i) {
    works.emplace_back([&connection, &policies, &failure, i, id = field((*instances)[i], "id")]() -> net::Task<void> {
      std::string path = reconciliation_path(id, "/policy");
      auto view = co_await connection.api().get(std::move(path));
      if (view) {
        policies[i] = policy_of(id, *view);
      } else if (view.error().code != ErrorCode::NotFound && !failure) {
        failure = std::move(view.error());
      }
    });
  }
  connection.run_until_killed(std::move(works), kAtOnce);
  if (failure) return std::unexpected(std::move(*failure));
  for (Json& policy : policies) {
    if (policy.is_null() || (fleet && member(policy, "own").empty())) continue;
    listing.elements.push_back(std::move(policy));
  }
  return listing;
}

}  // namespace

const std::vector<Resource>& resources() {
  static const std::vector<Resource> all{
      {"instances", "instance", "id", true, false, list_instances,
       [](const Listing& listing, bool wide) { return instance_table(listing.elements, wide, system_clock().now()); }},
      {"revisions", "revision", "revision", false, false, list_revisions,
       [](const Listing& listing, bool) { return revision_table(listing.elements, listing.about); }},
      {"events", "event", "sequence", false, true, list_events,
       [](const Listing& listing, bool wide) { return event_table(listing.elements, wide); }},
      {"audit", "entry", "id", false, true, list_audit,
       [](const Listing& listing, bool wide) { return audit_table(listing.elements, wide); }},
      {"platforms", "platform", "platformType", false, false, list_platforms,
       [](const Listing& listing, bool) { return platform_table(listing.elements); }},
      {"rollouts", "rollout", "id", false, false, list_rollouts,
       [](const Listing& listing, bool) { return rollout_table(listing.elements); }},
      {"approvals", "approval", "id", false, false, list_approvals,
       [](const Listing& listing, bool) { return approval_table(listing.elements); }},
      {"policies", "policy", "id", true, false, list_policies,
       [](const Listing& listing, bool wide) { return policy_table(listing.elements, wide); }},
      {"webhooks", "webhook", "id", false, false, list_webhooks,
       [](const Listing& listing, bool wide) { return webhook_table(listing.elements, wide); }},
      {"workers", "worker", "worker", false, false, list_workers,
       [](const Listing& listing, bool) { return worker_table(listing.elements); }}};
  return all;
}

const Resource* find_resource(const std::string& word) {
  const auto found =
      std::ranges::find_if(resources(), [&](const Resource& each) { return each.name == word || each.one == word; });
  return found == resources().end() ? nullptr : &*found;
}

}  // namespace draas::cli
