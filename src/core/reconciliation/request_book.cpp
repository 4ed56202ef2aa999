#include "core/reconciliation/request_book.hpp"

#include <array>

namespace draas::core {
namespace {

constexpr std::size_t kKeptAnswers = 1'000;
constexpr std::array<const char*, 3> kDetails{"change", "revisionBefore", "rollout"};

}  // namespace

std::string_view to_string(RequestKind kind) {
  switch (kind) {
    case RequestKind::Drift:
      return "Drift";
    case RequestKind::Plan:
      return "Plan";
    case RequestKind::Reconcile:
      return "Reconcile";
  }
  return "Drift";
}

Json to_json(const WorkerRequest& request) {
  Json out = Json::object();
  out["id"] = request.id;
  out["kind"] = to_string(request.kind);
  out["instanceId"] = request.instance_id;
  if (!request.strategy.empty()) out["strategy"] = request.strategy;
  out["parameters"] = request.parameters;
  if (request.kind == RequestKind::Reconcile) out["force"] = request.force;
  for (const auto& [name, value] : request.details.items()) out[name] = value;
  out["actor"] = request.actor;
  out["createdAt"] = to_rfc3339(request.created_at);
  return out;
}

Json status_json(const WorkerRequest& request) {
  Json out = to_json(request);
  out["state"] = request.answer ? "Answered" : "Open";
  if (request.answer) {
    out["answeredAt"] = to_rfc3339(request.answer->at);
    if (!request.answer->worker.empty()) out["worker"] = request.answer->worker;
    out["result"] = Json{{"status", request.answer->status}, {"body", request.answer->body}};
  }
  return out;
}

Result<WorkerRequest> request_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return fail(ErrorCode::DataLoss, "A request in the store is not readable: " + parsed.error().message);
  try {
    WorkerRequest request;
    request.id = parsed->at("id").get<std::string>();
    request.kind = RequestKind::Reconcile;
    request.instance_id = parsed->at("instanceId").get<std::string>();
    request.strategy = parsed->value("strategy", std::string());
    request.parameters = parsed->at("parameters");
    request.force = parsed->value("force", false);
    for (const char* name : kDetails) {
      if (auto detail = parsed->find(name); detail != parsed->end()) request.details[name] = *detail;
    }
    request.actor = parsed->value("actor", std::string());
    auto created = parse_rfc3339(parsed->at("createdAt").get<std::string>());
    if (!created) return std::unexpected(std::move(created.error()));
    request.created_at = *created;
    return request;
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("A request in the store is not readable: ") + error.what());
  }
}

void RequestBook::add(WorkerRequest request) {
  open_.emplace(request.version, request.id);
  std::string id = request.id;
  requests_.emplace(std::move(id), std::move(request));
}

const WorkerRequest* RequestBook::find(const std::string& id) const {
  auto found = requests_.find(id);
  return found == requests_.end() ? nullptr : &found->second;
}

void RequestBook::answer(const std::string& id, WorkerAnswer answer) {
  auto found = requests_.find(id);
  if (found == requests_.end() || found->second.answer) return;
  open_.erase(found->second.version);
  found->second.answer = std::move(answer);
  answered_.push_back(id);
  if (answered_.size() > kKeptAnswers) {
    requests_.erase(answered_.front());
    answered_.pop_front();
  }
}

void RequestBook::drop(const std::string& id) {
  auto found = requests_.find(id);
  if (found == requests_.end() || found->second.answer) return;
  open_.erase(found->second.version);
  requests_.erase(found);
}

std::vector<std::string> RequestBook::drop_instance(const std::string& instance_id, WallTime now) {
  std::vector<std::string> dropped;
  for (const auto& [version, id] : open_) {
    if (requests_.at(id).instance_id == instance_id) dropped.push_back(id);
  }
  for (const std::string& id : dropped) {
    WorkerAnswer gone;
    gone.status = 404;
    gone.body = Json{{"detail", "Instance '" + instance_id + "' was deleted"}};
    gone.at = now;
    answer(id, std::move(gone));
  }
  return dropped;
}

std::vector<const WorkerRequest*> RequestBook::open(const ShardSet& shards, std::uint64_t since) const {
  std::vector<const WorkerRequest*> found;
  for (auto at = open_.upper_bound(since); at != open_.end(); ++at) {
    const WorkerRequest& request = requests_.at(at->second);
    if (shards.test(shard_of(request.instance_id))) found.push_back(&request);
  }
  return found;
}

}  // namespace draas::core
