#pragma once
// Brings instances to what their documents say, one coroutine each, over the REST API.

#include <string>
#include <vector>

#include "cli/instance_change.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"

namespace draas::cli {

// The instance as it is now; all null when there is none.
net::Task<Result<CurrentInstance>> read_instance(client::ApiClient& api, std::string id);

// Looks at the instance and compares.
net::Task<Result<InstanceChange>> plan_document(client::ApiClient& api, client::InstanceDocument document);

// Does it. Each step may be repeated, so that an interrupted run is completed by another one. The revision that was
// stored; 0 when the configuration stayed as it is.
net::Task<Result<std::uint64_t>> carry_out(client::ApiClient& api, InstanceChange change);

// The revision that an answer about a configuration speaks of; 0 when it does not.
std::uint64_t stored_revision(const client::Reply& reply);

// Does the control plane answer at all? Tells one that is gone from one that says that something else is.
net::Task<bool> answers(client::ApiClient& api);

// Unprocessable where an instance was created to run, but could not be started. `body` asked for it, `answer` came.
Status check_started(const Json& body, const Json& answer);
// What storing this configuration would say; the answer of `.../validate`.
net::Task<Result<Json>> ask_validation(client::ApiClient& api, std::string id, bool exists, Json configuration);

}  // namespace draas::cli
