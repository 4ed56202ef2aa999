#include "cli/waiting.hpp"

#include <algorithm>

#include "cli/command.hpp"
#include "cli/event_feed.hpp"
#include "cli/obstacles.hpp"
#include "cli/progress.hpp"

namespace draas::cli {
namespace {

using std::chrono::steady_clock;

// Some changes have no event; and the first look may come before the stream is open.
constexpr std::chrono::milliseconds kLookAgain{500};
constexpr std::chrono::milliseconds kBetweenSearches{1'500};
constexpr std::size_t kNamed = 5;
// What lasts is seen again after a while: a worker may be on its way, or at work.
constexpr unsigned kSightings = 3;

// Null for those that are not there.
Result<std::vector<Json>> look_at(Connection& connection, const std::vector<std::string>& ids) {
  std::vector<Json> instances(ids.size());
  if (ids.size() == 1) {
    auto one = connection.get(client::instance_path(ids.front()));
    if (!one && one.error().code != ErrorCode::NotFound) return std::unexpected(std::move(one.error()));
    if (one) instances.front() = std::move(*one);
    return instances;
  }
  auto list = connection.get("/api/server/instances");
  if (!list) return std::unexpected(std::move(list.error()));
  std::map<std::string, Json*> by_id;
  for (Json& instance : *list) by_id[field(instance, "id")] = &instance;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto found = by_id.find(ids[i]); found != by_id.end()) instances[i] = std::move(*found->second);
  }
  return instances;
}

// Those who are waited for, and what is known of each.
class Waiters {
 public:
  Waiters(Session& session, Connection& connection, Waiting waiting)
      : session_(session), connection_(connection), waiting_(std::move(waiting)) {}

  Status run() {
    const auto deadline = steady_clock::now() + waiting_.timeout;
    const std::size_t total = waiting_.ids.size();
    Progress progress(connection_, "waiting for " + waiting_.what, total);
    EventFeed feed(session_, connection_);
    if (Status opened = feed.open(); !opened) return opened;
    for (;;) {
      auto instances = look_at(connection_, waiting_.ids);
      if (!instances && !may_come_back(instances.error())) return std::unexpected(std::move(instances.error()));
      if (instances) judge(*instances);
      if (waiting_.ids.empty()) break;
      progress.show(total - waiting_.ids.size(), some_names(waiting_.ids, kNamed) + first_obstacle());
      const auto now = steady_clock::now();
      if (now >= deadline) return out_of_time();
      auto events = feed.next(std::min(kLookAgain, std::chrono::ceil<std::chrono::milliseconds>(deadline - now)));
      if (!events) return std::unexpected(std::move(events.error()));
    }
    if (!failure_.message.empty()) return std::unexpected(std::move(failure_));
    return {};
  }

 private:
  struct Sighting {
    Obstacle obstacle;
    unsigned times = 0;
  };

  void judge(std::vector<Json>& instances) {
    std::vector<std::string> left;
    const bool search = waiting_.settling && steady_clock::now() >= next_search_;
    if (search) next_search_ = steady_clock::now() + kBetweenSearches;
    for (std::size_t i = 0; i < instances.size(); ++i) {
      const std::string& id = waiting_.ids[i];
      const auto holds = waiting_.condition(id, instances[i]);
      if (!holds) add_failure(holds.error().code, holds.error().message);
      if (!holds || *holds) continue;
      if (search && left.size() < kNamed && is_kept_away(id, instances[i])) continue;
      left.push_back(id);
    }
    waiting_.ids = std::move(left);
  }

  // By something that lasts; then that is its failure.
  bool is_kept_away(const std::string& id, const Json& instance) {
    auto found = find_obstacle(connection_, instance);
    if (!found) return false;  // it is looked for again
    if (!*found) {
      sightings_.erase(id);
      return false;
    }
    Sighting& sighting = sightings_[id];
    sighting.times = sighting.obstacle.text == (*found)->text ? sighting.times + 1 : 1;
    sighting.obstacle = std::move(**found);
    if (!sighting.obstacle.lasting || sighting.times < kSightings) return false;
    add_failure(ErrorCode::Unprocessable, "Instance '" + id + "' does not settle: " + sighting.obstacle.text);
    return true;
  }

  void add_failure(ErrorCode code, const std::string& message) {
    failure_.code = code;
    failure_.message += (failure_.message.empty() ? "" : "\n") + message;
  }

  std::string first_obstacle() const {
    for (const std::string& id : waiting_.ids) {
      if (const auto found = sightings_.find(id); found != sightings_.end()) {
        return " (" + id + ": " + found->second.obstacle.text + ")";
      }
    }
    return {};
  }

  Status out_of_time() const {
    std::string message = "After " + to_text(waiting_.timeout) + " still waiting for " + waiting_.what + ": " +
                          some_names(waiting_.ids, kNamed);
    for (const std::string& id : waiting_.ids) {
      const auto found = sightings_.find(id);
      if (found != sightings_.end()) message += "\n  " + id + ": " + found->second.obstacle.text;
    }
    if (!failure_.message.empty()) message += "\n" + failure_.message;
    return fail(ErrorCode::DeadlineExceeded, std::move(message));
  }

  Session& session_;
  Connection& connection_;
  Waiting waiting_;
  Error failure_{.code = ErrorCode::Unprocessable};
  std::map<std::string, Sighting> sightings_;
  steady_clock::time_point next_search_ = steady_clock::now() + kLookAgain;
};

}  // namespace

Result<bool> is_settled(const std::string& id, const Json& instance) {
  if (instance.is_null()) return fail(ErrorCode::NotFound, "Instance '" + id + "' has been deleted");
  const std::string status = field(instance, "status");
  if (status == "Error") {
    return fail(ErrorCode::Unprocessable, "Instance '" + id + "' is in Error: " + field(instance, "errorMessage") +
                                              "; `draas logs " + id + "` may say more");
  }
  if (Status good = check_not_held(instance, 0); !good) return std::unexpected(std::move(good.error()));
  if (field(instance, "desiredState") == "Running") {
    // The status is as before while it starts again.
    return status == "Running" && field(instance, "phase") == "Running" &&
           member(instance, "appliedRevision") == member(instance, "configurationRevision") && !is_unwell(instance);
  }
  return status == "Stopped" || status == "Created";
}

Condition settled_with(StoredRevisions stored) {
  return [stored = std::move(stored)](const std::string& id, const Json& instance) -> Result<bool> {
    const auto from = stored.find(id);
    if (from != stored.end()) {
      if (Status good = check_not_held(instance, from->second); !good) return std::unexpected(std::move(good.error()));
    }
    return is_settled(id, instance);
  };
}

Status wait_for(Session& session, Waiting waiting) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  return Waiters(session, **connection, std::move(waiting)).run();
}

Status wait_until_settled(Session& session, StoredRevisions stored, Duration timeout) {
  Waiting waiting{.ids = {}, .condition = {}, .timeout = timeout, .what = "instances to settle", .settling = true};
  for (const auto& [id, revision] : stored) waiting.ids.push_back(id);
  if (waiting.ids.size() == 1) waiting.what = "'" + waiting.ids.front() + "' to settle";
  waiting.condition = settled_with(std::move(stored));
  return wait_for(session, std::move(waiting));
}

}  // namespace draas::cli
