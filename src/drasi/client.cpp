#include "drasi/client.hpp"

#include <algorithm>

#include "drasi/config_value.hpp"
#include "drasi/configuration.hpp"
#include "drasi/server_answer.hpp"

namespace draas::drasi {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Client::Answer {
  int status = 0;
  std::string body;
};

namespace {

constexpr std::string_view kApi = "/api/v1";
constexpr ComponentKind kKinds[] = {ComponentKind::Source, ComponentKind::Query, ComponentKind::Reaction};

bool is_internal(std::string_view id) { return id.starts_with("__"); }

std::string library_path(const std::string& library) {
  return std::string(kApi) + "/instances/" + net::percent_encode(library);
}

std::string collection_path(const std::string& library, ComponentKind kind) {
  return library_path(library) + "/" + std::string(collection_name(kind));
}

std::optional<ComponentState> read_state(const Json& item, const std::string& library, ComponentKind kind) {
  const std::string* id = text_member(item, "id");
  if (id == nullptr || is_internal(*id)) return std::nullopt;
  ComponentState state{library, kind, *id, ComponentStatus::Unknown, ""};
  if (const std::string* status = text_member(item, "status")) state.status = parse_component_status(*status);
  if (const std::string* message = text_member(item, "error_message")) state.error_message = *message;
  return state;
}

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::Internal, "drasi-server answered with an unexpected " + std::string(what));
}

}  // namespace

Client::Client(net::HttpClient& client, net::Endpoint server, milliseconds timeout)
    : client_(client), server_(std::move(server)), timeout_(timeout) {}

net::Task<Result<Client::Answer>> Client::exchange(net::ClientRequest request, Deadline deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  if (left <= milliseconds::zero()) {
    co_return fail(ErrorCode::DeadlineExceeded, "drasi-server did not answer in time");
  }
  auto response = co_await client_.send(server_, std::move(request), left);
  if (!response) co_return std::unexpected(std::move(response.error()).with_context("drasi-server"));
  co_return Answer{response->status, std::move(response->body)};
}

net::Task<Result<Json>> Client::get(std::string target, Deadline deadline) {
  net::ClientRequest request;
  request.target = std::move(target);
  request.headers.set("Accept", "application/json");
  auto answer = co_await exchange(std::move(request), deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return read_answer(answer->status, answer->body);
}

net::Task<Status> Client::health() {
  net::ClientRequest request;
  request.target = "/health";
  auto answer = co_await exchange(std::move(request), steady_clock::now() + timeout_);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (answer->status != 200) {
    co_return fail(ErrorCode::Unavailable,
                   "drasi-server answered /health with status " + std::to_string(answer->status));
  }
  co_return Status{};
}

net::Task<Result<std::vector<std::string>>> Client::libraries(Deadline deadline) {
  std::string target = std::string(kApi) + "/instances";
  auto data = co_await get(std::move(target), deadline);
  if (!data) co_return std::unexpected(std::move(data.error()));
  if (!data->is_array()) co_return malformed("list of instances");
  std::vector<std::string> ids;
  for (const Json& item : *data) {
    if (const std::string* id = text_member(item, "id")) ids.push_back(*id);
  }
  co_return ids;
}

net::Task<Result<std::vector<ComponentState>>> Client::list(std::string library, ComponentKind kind,
                                                            Deadline deadline) {
  std::string target = collection_path(library, kind);
  auto data = co_await get(std::move(target), deadline);
  if (!data) co_return std::unexpected(std::move(data.error()));
  if (!data->is_array()) co_return malformed("list of components");
  std::vector<ComponentState> states;
  for (const Json& item : *data) {
    if (auto state = read_state(item, library, kind)) states.push_back(std::move(*state));
  }
  co_return states;
}

net::Task<Result<std::vector<ComponentState>>> Client::components() {
  const Deadline deadline = steady_clock::now() + timeout_;
  auto ids = co_await libraries(deadline);
  if (!ids) co_return std::unexpected(std::move(ids.error()));
  std::vector<ComponentState> all;
  for (const std::string& id : *ids) {
    for (const ComponentKind kind : kKinds) {
      auto states = co_await list(id, kind, deadline);
      if (!states) co_return std::unexpected(std::move(states.error()));
      std::ranges::move(*states, std::back_inserter(all));
    }
  }
  co_return all;
}

net::Task<ReadinessReport> Client::readiness(ExpectedComponents expected) {
  const Deadline deadline = steady_clock::now() + timeout_;
  ReadinessReport report;
  auto health_state = co_await health();
  if (!health_state) {
    report.reason = health_state.error().message;
    co_return report;
  }
  auto ids = co_await libraries(deadline);
  if (!ids) {
    report.reason = ids.error().message;
    co_return report;
  }
  std::vector<ComponentState> all;
  for (const ExpectedComponents::Library& library : expected.libraries) {
    if (std::ranges::find(*ids, library.id) == ids->end()) {
      report.readiness = Readiness::Failed;
      report.reason = "drasi-server does not know the instance '" + library.id + "': it runs another configuration";
      co_return report;
    }
  }
  for (const std::string& id : *ids) {
    for (const ComponentKind kind : kKinds) {
      auto states = co_await list(id, kind, deadline);
      if (!states) {
        report.reason = states.error().message;
        co_return report;
      }
      std::ranges::move(*states, std::back_inserter(all));
    }
  }
  co_return judge_readiness(expected, all);
}

net::Task<Result<Json>> Client::library_configuration(std::string library, Deadline deadline) {
  std::string target = library_path(library) + "/snapshot";
  auto snapshot = co_await get(std::move(target), deadline);
  if (!snapshot) co_return std::unexpected(std::move(snapshot.error()));
  if (!snapshot->is_object()) co_return malformed("snapshot");

  Json result = Json::object();
  result["id"] = library;
  result["sources"] = snapshot_components(*snapshot, ComponentKind::Source);
  result["queries"] = Json::array();
  if (const Json* queries = member(*snapshot, "queries"); queries != nullptr && queries->is_array()) {
    for (const Json& item : *queries) {
      const std::string* id = text_member(item, "id");
      if (id == nullptr || is_internal(*id)) continue;
      std::string query_target =
          collection_path(library, ComponentKind::Query) + "/" + net::percent_encode(*id) + "?view=full";
      auto query = co_await get(std::move(query_target), deadline);
      // It may have been deleted since the snapshot.
      if (!query && query.error().code == ErrorCode::NotFound) continue;
      if (!query) co_return std::unexpected(std::move(query.error()));
      result["queries"].push_back(full_query(*query));
    }
  }
  result["reactions"] = snapshot_components(*snapshot, ComponentKind::Reaction);
  co_return result;
}

net::Task<Result<Json>> Client::actual_configuration() {
  const Deadline deadline = steady_clock::now() + timeout_;
  auto ids = co_await libraries(deadline);
  if (!ids) co_return std::unexpected(std::move(ids.error()));
  Json result = Json::object();
  result["instances"] = Json::array();
  for (const std::string& id : *ids) {
    auto library = co_await library_configuration(id, deadline);
    if (!library) co_return std::unexpected(std::move(library.error()));
    result["instances"].push_back(std::move(*library));
  }
  co_return result;
}

net::Task<Result<std::optional<ComponentState>>> Client::look(LiveAction action, Deadline deadline) {
  if (!action.kind) {
    auto ids = co_await libraries(deadline);
    if (!ids) co_return std::unexpected(std::move(ids.error()));
    if (std::ranges::find(*ids, action.id) == ids->end()) co_return std::optional<ComponentState>{};
    co_return std::optional<ComponentState>(ComponentState{action.id, {}, action.id, ComponentStatus::Running, ""});
  }
  std::string target = collection_path(action.library, *action.kind) + "/" + net::percent_encode(action.id);
  auto item = co_await get(std::move(target), deadline);
  if (!item && item.error().code == ErrorCode::NotFound) co_return std::optional<ComponentState>{};
  if (!item) co_return std::unexpected(std::move(item.error()));
  auto state = read_state(*item, action.library, *action.kind);
  if (!state) co_return malformed("component");
  co_return state;
}

// After a failure: what is true now decides.
net::Task<Status> Client::settle(LiveAction action, Error failure, Deadline deadline) {
  auto seen = co_await look(action, deadline);
  if (!seen) co_return std::unexpected(std::move(failure));
  const std::optional<ComponentState>& state = *seen;
  const Settlement settlement = judge_failure(action, failure, state);
  if (settlement == Settlement::Done) co_return Status{};
  if (settlement == Settlement::Debris) {
    net::ClientRequest removal;
    removal.method = net::Method::Delete;
    removal.target = collection_path(action.library, *action.kind) + "/" + net::percent_encode(action.id);
    auto removed = co_await exchange(std::move(removal), deadline);
    if (!removed || removed->status >= 300) {
      failure.message += "; what it left behind could not be removed";
    }
    if (!state->error_message.empty())
      failure.message += " (" + without_secrets(state->error_message, action.body) + ")";
    failure.retryable = true;
  }
  co_return std::unexpected(std::move(failure));
}

// Whoever watches the results of a query keeps it from being deleted, by a reaction that drasi-server makes for each.
// Their streams end, as they would with the query.
net::Task<bool> Client::end_attachments(std::string library, std::string query, Deadline deadline) {
  const std::string path = collection_path(library, ComponentKind::Reaction);
  std::string list = path;
  const auto reactions = co_await get(std::move(list), deadline);
  if (!reactions || !reactions->is_array()) co_return false;
  bool ended = false;
  for (const Json& reaction : *reactions) {
    const std::string* id = text_member(reaction, "id");
    if (id == nullptr || !is_attachment_to(*id, query)) continue;
    net::ClientRequest removal;
    removal.method = net::Method::Delete;
    removal.target = path + "/" + net::percent_encode(*id);
    const auto removed = co_await exchange(std::move(removal), deadline);
    ended = ended || (removed && removed->status < 300);
  }
  co_return ended;
}

net::Task<Status> Client::execute(LiveAction action, milliseconds timeout) {
  const Deadline deadline = steady_clock::now() + timeout;
  net::ClientRequest request = make_request(action);
  auto answer = co_await exchange(std::move(request), deadline);
  if (answer && answer->status >= 500 && action.verb == LiveAction::Verb::Delete &&
      action.kind == ComponentKind::Query) {
    std::string library = action.library;
    std::string query = action.id;
    const bool ended = co_await end_attachments(std::move(library), std::move(query), deadline);
    if (ended) {
      net::ClientRequest again = make_request(action);
      answer = co_await exchange(std::move(again), deadline);
    }
  }
  Error failure;
  if (answer) {
    auto data = read_answer(answer->status, answer->body);
    if (data) co_return Status{};
    failure = std::move(data.error());
    failure.message = without_secrets(failure.message, action.body);
    failure.internal = without_secrets(failure.internal, action.body);
  } else {
    failure = std::move(answer.error());
  }
  // A refusal is final; all else leaves open what was done.
  const bool final = failure.code == ErrorCode::AlreadyExists || failure.code == ErrorCode::Conflict ||
                     (failure.code == ErrorCode::InvalidArgument && action.verb != LiveAction::Verb::Start &&
                      action.verb != LiveAction::Verb::Stop);
  if (final) co_return std::unexpected(std::move(failure));
  // Looking must be possible also when the request itself used up the time.
  const Deadline look_deadline = std::max(deadline, steady_clock::now() + std::min(timeout_, milliseconds(2'000)));
  co_return co_await settle(std::move(action), std::move(failure), look_deadline);
}

}  // namespace draas::drasi
