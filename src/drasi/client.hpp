#pragma once
// Talks to one running drasi-server (docs/drasi-server.md, REST API). Bound to one loop.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "drasi/configuration.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::drasi {

enum class ComponentKind { Source, Query, Reaction };
std::string_view to_string(ComponentKind kind);  // "source", "query", "reaction"

enum class ComponentStatus { Added, Starting, Running, Stopping, Stopped, Error, Reconfiguring, Removed, Unknown };
std::string_view to_string(ComponentStatus status);
ComponentStatus parse_component_status(std::string_view name);

struct ComponentState {
  std::string library;  // drasi-server's instance id
  ComponentKind kind = ComponentKind::Source;
  std::string id;
  ComponentStatus status = ComponentStatus::Unknown;
  std::string error_message;
};

enum class Readiness { Ready, Progressing, Failed, Unreachable };

struct ReadinessReport {
  Readiness readiness = Readiness::Unreachable;
  std::string reason;  // for people: "query 'q1' is in Error: ..."
  std::vector<ComponentState> components;
};

// One step that changes a running server.
struct LiveAction {
  enum class Verb { Delete, Create, Update, Start, Stop };
  Verb verb = Verb::Create;
  std::optional<ComponentKind> kind;  // nullopt: the library itself (Create only)
  std::string library;
  std::string id;      // of the component; of the library again when that is the object
  Json body;           // Create and Update: the object in server form
  std::string reason;  // for people

  bool operator==(const LiveAction&) const = default;
};
std::string_view to_string(LiveAction::Verb verb);  // "Delete", "Create" ...

// Pure: what the listed states mean against what was asked for.
ReadinessReport judge_readiness(const ExpectedComponents& expected, const std::vector<ComponentState>& actual);

class Client {
 public:
  // `client` must outlive this object.
  Client(net::HttpClient& client, net::Endpoint server, std::chrono::milliseconds timeout);

  // GET /health. Success says only that start-up is finished.
  net::Task<Status> health();
  // States of all components of all libraries, without drasi-server's own `__*` ones.
  net::Task<Result<std::vector<ComponentState>>> components();
  net::Task<ReadinessReport> readiness(ExpectedComponents expected);
  // What the running server reports of its configuration, per library, in API form: {instances: [{id, sources, queries,
  // reactions}]}. Queries have every field; sources and reactions what their plugin reports (secrets included: see
  // mask_secrets), `autoStart` from the snapshot; each has its `status`.
  net::Task<Result<Json>> actual_configuration();

  // Executes one action within `timeout`. A failure of the server's own (5xx, a lost answer) says nothing about what
  // was done, so the server is asked: an action whose effect is there is a success, and what a failed creation left
  // behind is removed. Errors: InvalidArgument (refused as wrong), Conflict (read-only, or still needed by others),
  // AlreadyExists, NotFound, Unavailable and DeadlineExceeded (retryable), Internal. They never quote secrets of the
  // body.
  net::Task<Status> execute(LiveAction action, std::chrono::milliseconds timeout);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Answer;

  net::Task<Result<Answer>> exchange(net::ClientRequest request, Deadline deadline);
  // The `data` of a successful answer.
  net::Task<Result<Json>> get(std::string target, Deadline deadline);
  net::Task<Result<std::vector<std::string>>> libraries(Deadline deadline);
  net::Task<bool> end_attachments(std::string library, std::string query, Deadline deadline);
  net::Task<Result<std::vector<ComponentState>>> list(std::string library, ComponentKind kind, Deadline deadline);
  net::Task<Result<Json>> library_configuration(std::string library, Deadline deadline);
  // nullopt: the component is not there.
  net::Task<Result<std::optional<ComponentState>>> look(LiveAction action, Deadline deadline);
  net::Task<Status> settle(LiveAction action, Error failure, Deadline deadline);

  net::HttpClient& client_;
  net::Endpoint server_;
  std::chrono::milliseconds timeout_;
};

}  // namespace draas::drasi
