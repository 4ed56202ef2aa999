#pragma once
// What was asked of the workers and is not answered yet, and the last answers. Plain data structure; the service stores
// what must survive a restart.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "core/reconciliation/shards.hpp"

namespace draas::core {

enum class RequestKind { Drift, Plan, Reconcile };
std::string_view to_string(RequestKind kind);

struct WorkerAnswer {
  int status = 200;  // as an HTTP status
  Json body;
  std::string worker;  // who said so; "" = not said
  WallTime at;
};

struct WorkerRequest {
  std::string id;
  RequestKind kind = RequestKind::Drift;
  std::string instance_id;
  std::string strategy;  // "" = as the policy says
  Json parameters = Json::object();
  bool force = false;
  Json details = Json::object();  // more members for the worker: a rollout's change
  std::string actor;
  WallTime created_at;
  std::uint64_t version = 0;  // of the feed, when it was asked
  std::optional<WorkerAnswer> answer;
};

// For workers, and as document of collection "requests".
Json to_json(const WorkerRequest& request);
// For whoever asked: with state, and the answer when there is one.
Json status_json(const WorkerRequest& request);
Result<WorkerRequest> request_from_document(std::string_view body);

class RequestBook {
 public:
  void add(WorkerRequest request);
  // nullptr when there is none. Valid until the next change.
  const WorkerRequest* find(const std::string& id) const;
  void answer(const std::string& id, WorkerAnswer answer);
  // Takes back what is not answered.
  void drop(const std::string& id);
  // All of an instance that was deleted, answered with NotFound; returns the ids of those that were open.
  std::vector<std::string> drop_instance(const std::string& instance_id, WallTime now);

  // Open requests to instances in these shards that were asked after `since`, in the order of asking.
  std::vector<const WorkerRequest*> open(const ShardSet& shards, std::uint64_t since) const;

 private:
  std::map<std::string, WorkerRequest> requests_;
  std::map<std::uint64_t, std::string> open_;  // by version
  std::deque<std::string> answered_;           // oldest first
};

}  // namespace draas::core
