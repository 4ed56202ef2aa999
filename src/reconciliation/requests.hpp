#pragma once
// What users ask of the reconciler through the control plane: drift, plans, and reconciliation now. One loop.

#include <string>

#include "client/api_client.hpp"
#include "net/task.hpp"
#include "reconciliation/reconciler.hpp"

namespace draas::reconciliation {

struct Request {
  std::string id;
  enum class Kind { Drift, Plan, Reconcile } kind = Kind::Drift;
  std::string instance;
  Wish wish;
  bool dry_run = false;
  Json change;                        // a rollout's: {patch | mergePatch | configuration}, made first; null = none
  std::uint64_t revision_before = 0;  // of `change`: with another revision it has been made already
  bool rollout = false;

  bool changes_something() const { return kind == Kind::Reconcile && !dry_run; }
};

Request parse_request(const Json& item);

class Requests {
 public:
  Requests(client::ApiClient& api, Reconciler& reconciler) : api_(api), reconciler_(reconciler) {}

  // Drift, plans and dry runs.
  net::Task<void> answer_question(Request request);
  net::Task<Report> reconcile(Request request);

 private:
  net::Task<void> post_result(std::string request, int status, Json body);
  net::Task<void> post_error(std::string request, Error error);
  net::Task<Status> make_change(const Request& request);

  client::ApiClient& api_;
  Reconciler& reconciler_;
};

}  // namespace draas::reconciliation
