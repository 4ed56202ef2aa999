#include "cli/applying.hpp"

#include <charconv>

#include "cli/command.hpp"

namespace draas::cli {
namespace {

net::Task<Status> set_policy(client::ApiClient& api, std::string id, Json policy, std::string etag) {
  client::Call call;
  // An empty one is none: the fleet's holds.
  call.method = policy.empty() ? net::Method::Delete : net::Method::Put;
  call.target = reconciliation_path(id, "/policy");
  call.if_match = std::move(etag);
  if (!policy.empty()) call.body = std::move(policy);
  auto set = co_await api.send(std::move(call));
  if (!set) co_return std::unexpected(std::move(set.error()));
  co_return Status{};
}

}  // namespace

net::Task<Result<CurrentInstance>> read_instance(client::ApiClient& api, std::string id) {
  CurrentInstance current;
  std::string path = client::instance_path(id);
  auto instance = co_await api.get(std::move(path));
  if (!instance && instance.error().code == ErrorCode::NotFound) co_return current;
  if (!instance) co_return std::unexpected(std::move(instance.error()));
  current.instance = std::move(*instance);
  client::Call read;
  read.target = configuration_path(id);
  auto configuration = co_await api.send(std::move(read));
  if (!configuration) co_return std::unexpected(std::move(configuration.error()));
  current.configuration = std::move(configuration->body);
  current.configuration_etag = std::move(configuration->etag);
  client::Call look;
  look.target = reconciliation_path(id, "/policy");
  auto policy = co_await api.send(std::move(look));
  if (!policy) co_return std::unexpected(std::move(policy.error()));
  current.policy = member(policy->body, "own");
  current.policy_etag = std::move(policy->etag);
  co_return current;
}

net::Task<Result<InstanceChange>> plan_document(client::ApiClient& api, client::InstanceDocument document) {
  std::string id = document.id;
  auto current = co_await read_instance(api, std::move(id));
  if (!current) co_return std::unexpected(std::move(current.error()));
  co_return compare(document, *current);
}

net::Task<Result<std::uint64_t>> carry_out(client::ApiClient& api, InstanceChange change) {
  std::uint64_t revision = 0;
  if (change.empty()) co_return revision;
  if (change.create) {
    std::string collection = "/api/server/instances";
    Json body = std::move(change.body);
    const Json asked = body;
    auto created = co_await api.post(std::move(collection), std::move(body));
    if (!created) co_return std::unexpected(std::move(created.error()));
    if (Status started = check_started(asked, *created); !started)
      co_return std::unexpected(std::move(started.error()));
    revision = 1;
  }
  if (change.configuration) {
    client::Call put;
    put.method = net::Method::Put;
    put.target = configuration_path(change.id);
    put.body = std::move(*change.configuration);
    put.if_match = change.configuration_etag;
    auto stored = co_await api.send(std::move(put));
    if (!stored) co_return std::unexpected(std::move(stored.error()));
    revision = stored_revision(*stored);
  }
  if (change.policy) {
    std::string id = change.id;
    Json policy = std::move(*change.policy);
    std::string etag = std::move(change.policy_etag);
    Status set = co_await set_policy(api, std::move(id), std::move(policy), std::move(etag));
    if (!set) co_return std::unexpected(std::move(set.error()));
  }
  // Last, as it may start the instance.
  if (!change.create && change.body.is_object()) {
    client::Call patch;
    patch.method = net::Method::Patch;
    patch.target = client::instance_path(change.id);
    patch.body = std::move(change.body);
    patch.wait = std::chrono::minutes(1);
    auto patched = co_await api.send(std::move(patch));
    if (!patched) co_return std::unexpected(std::move(patched.error()));
  }
  co_return revision;
}

std::uint64_t stored_revision(const client::Reply& reply) {
  std::uint64_t revision = 0;
  const std::string_view text = reply.headers.get("X-Revision");
  std::from_chars(text.data(), text.data() + text.size(), revision);
  return revision;
}

net::Task<bool> answers(client::ApiClient& api) {
  std::string path = "/api/health";
  auto health = co_await api.get(std::move(path));
  co_return health || health.error().code != ErrorCode::Unavailable;
}

Status check_started(const Json& body, const Json& answer) {
  const bool asked = field(body, "desiredState") == "Running" || member(body, "start") == Json(true);
  if (!asked || field(answer, "desiredState") == "Running") return {};
  std::string why;
  for (const Json& warning : member(answer, "warnings")) why += ", " + warning.get<std::string>();
  const std::string id = field(answer, "id");
  return fail(ErrorCode::Unprocessable, "'" + id + "' was created, but" + why.substr(why.empty() ? 0 : 1) +
                                            "; once that is mended, `draas start " + id + "` starts it");
}

net::Task<Result<Json>> ask_validation(client::ApiClient& api, std::string id, bool exists, Json configuration) {
  std::string path = exists ? configuration_path(id) + "/validate" : "/api/configuration/validate";
  co_return co_await api.post(std::move(path), std::move(configuration));
}

}  // namespace draas::cli
