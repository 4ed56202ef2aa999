// ReconciliationService: the feed that workers follow.

#include <charconv>

#include "base/id.hpp"
#include "core/platform/platform_options.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::seconds kFreshFor{1};  // an observation that young is not repeated

// The number of a version of this start; nullopt for anything else.
std::optional<std::uint64_t> number_of(std::string_view version, std::string_view epoch) {
  if (!version.starts_with(epoch) || version.size() <= epoch.size() + 1 || version[epoch.size()] != '-') {
    return std::nullopt;
  }
  const std::string_view digits = version.substr(epoch.size() + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string serialise(const FleetAnswer& answer) {
  constexpr std::size_t kRoom = 512;  // for all but the items, as a rule
  std::string out;
  out.reserve(answer.items.size() + kRoom);
  out += R"({"version":)";
  append_json_string(out, answer.version);
  out += R"(,"reset":)";
  out += answer.reset ? "true," : "false,";
  out += R"("items":[)";
  out += answer.items;
  out += ']';
  out += R"(,"removed":)";
  out += to_text(Json(answer.removed));
  out += ',';
  out += R"("requests":[)";
  for (const auto& request : answer.requests) {
    if (out.back() != '[') out += ',';
    out += *request;
  }
  out += ']';
  out += R"(,"rollouts":)";
  append_json_string(out, answer.rollouts);
  out += '}';
  return out;
}

void ReconciliationService::Impl::notice() { changed.wake_all(); }

// A mark of the platform options that are wanted, when the workload runs with others.
std::string ReconciliationService::Impl::options_mark(const Entry& entry) const {
  const RuntimeRecord& runtime = entry.runtime;
  if (!runtime.handle || !runtime.platform_options.is_object()) return {};
  const Platform* platform = supervisor.find_platform(entry.instance.platform);
  if (platform == nullptr) return {};
  const Json wanted = platform->effective_options(options_for(*platform, entry.instance.platform_options));
  return wanted == runtime.platform_options ? std::string() : sha256_hex(to_text(wanted));
}

void ReconciliationService::Impl::take_entry(const EntryPtr& entry) {
  const std::string& id = entry->instance.id;
  if (entry->removed) {
    looks.erase(id);
    policies.erase(id);
    policy_marks.erase(id);
    forget_approvals(id);
    const bool was_there = feed.remove(id);
    const auto dropped = request_book.drop_instance(id, ledger.clock().now());
    if (was_there || !dropped.empty()) notice();
    return;
  }
  FleetItem item = fleet_item(entry->instance, entry->runtime);
  item.policy_version = policy_version(id);
  if (std::string mark = options_mark(*entry); !mark.empty()) item.edit_details().options = std::move(mark);
  if (const FleetItem* before = feed.find(id)) {
    // What was seen of one run says nothing of the next.
    const std::string& observed = before->more().observed;
    if (item.phase == Phase::Running && item.generation == before->generation && !observed.empty()) {
      item.edit_details().observed = observed;
    }
  }
  if (is_superseded(id, entry->instance.revision))
    tasks.spawn("approvals", [this, id] { return settle_approvals(id); });
  if (feed.put(id, std::move(item))) notice();
}

ShardSet ReconciliationService::Impl::shards_for(const std::string& worker) const {
  return worker.empty() ? ShardSet().set() : lease_table.shards_of(worker);
}

// Servers that somebody else is looking at are waited for, not asked twice.
net::Task<void> ReconciliationService::Impl::observe(ShardSet shards) {
  const SteadyTime now = std::chrono::steady_clock::now();
  std::vector<ObservationTarget> targets;
  std::vector<std::string> others;
  feed.for_each_running(shards, [&](const std::string& id, const FleetItem& item) {
    Look& look = looks[id];
    if (look.under_way) {
      others.push_back(id);
      return;
    }
    if (look.at != SteadyTime{} && now - look.at < kFreshFor) return;
    EntryPtr entry = ledger.find(id);
    if (!entry) return;
    Result<net::Endpoint> server = supervisor.endpoint(*entry);
    if (!server) return;
    look.under_way = true;
    targets.push_back({id, item.generation, std::move(*server)});
  });
  std::vector<std::string> mine;
  mine.reserve(targets.size());
  for (const ObservationTarget& target : targets) mine.push_back(target.instance_id);
  std::vector<Observation> seen = co_await observer.observe(std::move(targets));
  const SteadyTime done = std::chrono::steady_clock::now();
  for (const std::string& id : mine) {
    if (auto look = looks.find(id); look != looks.end()) look->second = {done, false};
  }
  bool news = false;
  for (Observation& observation : seen) {
    const FleetItem* item = feed.find(observation.instance_id);
    if (item == nullptr || observation.mark.empty()) continue;
    if (item->generation != observation.generation || item->phase != Phase::Running) continue;
    FleetItem next = *item;
    next.edit_details().observed = std::move(observation.mark);
    news = feed.put(observation.instance_id, std::move(next)) || news;
  }
  if (news) notice();
  observed.wake_all();
  const SteadyTime patience = done + std::chrono::minutes(1);
  auto still_looking = [&](const std::string& id) {
    auto look = looks.find(id);
    return look != looks.end() && look->second.under_way;
  };
  while (!observed.closed() && std::chrono::steady_clock::now() < patience &&
         std::ranges::any_of(others, still_looking)) {
    co_await observed.wait_until(patience);
  }
}

net::Task<Result<FleetAnswer>> ReconciliationService::Impl::fleet(FleetQuery query) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + query.wait;
  Status expired = co_await expire_leases();
  if (!expired) co_return std::unexpected(std::move(expired.error()));
  if (query.observe) co_await observe(shards_for(query.worker));
  const std::optional<std::uint64_t> since = number_of(query.since, epoch);
  FleetAnswer answer;
  while (true) {
    const ShardSet shards = shards_for(query.worker);
    auto own_change = shards_changed.find(query.worker);
    const bool other_shards = own_change != shards_changed.end() && since && own_change->second > *since;
    answer.reset = !since || *since > feed.version() || *since < feed.oldest_removal() || other_shards;
    const std::uint64_t from = answer.reset ? 0 : *since;
    if (answer.reset) {
      answer.items = feed.all(shards);
    } else {
      FleetFeed::Changes changes = feed.since(from, shards);
      answer.items = std::move(changes.items);
      answer.removed = std::move(changes.removed);
    }
    for (const WorkerRequest* request : request_book.open(shards, from)) {
      answer.requests.push_back(std::make_shared<const std::string>(to_text(core::to_json(*request))));
    }
    // Rollouts are the business of whoever holds the first shard.
    const bool rollouts_changed = shards.test(0) && rollouts_version > from;
    answer.changed = answer.reset || !answer.items.empty() || !answer.removed.empty() || !answer.requests.empty() ||
                     rollouts_changed;
    if (answer.changed || changed.closed() || std::chrono::steady_clock::now() >= deadline) break;
    co_await changed.wait_until(deadline);
  }
  answer.version = version_text(feed.version());
  answer.rollouts = version_text(rollouts_version);
  co_return answer;
}

}  // namespace draas::core
