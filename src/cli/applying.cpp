#include "cli/applying.hpp"

#include "cli/command.hpp"

namespace draas::cli {
net::Task<Result<InstanceChange>> plan_document(client::ApiClient& api, client::InstanceDocument document,
                                                Ownership ownership) {
  CurrentInstance current;
  std::string path = client::instance_path(document.id);
  auto instance = co_await api.get(std::move(path));
  if (!instance && instance.error().code != ErrorCode::NotFound) co_return std::unexpected(std::move(instance.error()));
  if (instance) {
    current.instance = std::move(*instance);
    client::Call read;
    read.target = configuration_path(document.id);
    auto configuration = co_await api.send(std::move(read));
    if (!configuration) co_return std::unexpected(std::move(configuration.error()));
    current.configuration = std::move(configuration->body);
    current.configuration_etag = std::move(configuration->etag);
    std::string policy = reconciliation_path(document.id, "/policy");
    auto view = co_await api.get(std::move(policy));
    if (!view) co_return std::unexpected(std::move(view.error()));
    if (view->is_object() && view->contains("own")) current.policy = (*view)["own"];
  }
  co_return compare(document, current, ownership);
}

net::Task<Status> carry_out(client::ApiClient& api, InstanceChange change) {
  if (change.empty()) co_return Status{};
  if (change.create) {
    std::string collection = "/api/server/instances";
    Json body = std::move(change.body);
    const Json asked = body;
    auto created = co_await api.post(std::move(collection), std::move(body));
    if (!created) co_return std::unexpected(std::move(created.error()));
    if (Status started = check_started(asked, *created); !started) co_return started;
  }
  if (change.configuration) {
    client::Call put;
    put.method = net::Method::Put;
    put.target = configuration_path(change.id);
    put.body = std::move(*change.configuration);
    put.if_match = change.configuration_etag;
    auto stored = co_await api.send(std::move(put));
    if (!stored) co_return std::unexpected(std::move(stored.error()));
  }
  if (change.policy) {
    std::string path = reconciliation_path(change.id, "/policy");
    Json policy = std::move(*change.policy);
    auto set = co_await api.put(std::move(path), std::move(policy));
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
  co_return Status{};
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
