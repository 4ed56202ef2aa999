#pragma once
// Brings instances to what their documents say, one coroutine each, over the REST API.

#include <string>
#include <vector>

#include "cli/instance_change.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"

namespace draas::cli {

// Looks at the instance and compares.
net::Task<Result<InstanceChange>> plan_document(client::ApiClient& api, client::InstanceDocument document,
                                                Ownership ownership = Ownership::Take);

// Does it. Each step may be repeated, so that an interrupted run is completed by another one.
net::Task<Status> carry_out(client::ApiClient& api, InstanceChange change);

// Unprocessable where an instance was created to run, but could not be started. `body` asked for it, `answer` came.
Status check_started(const Json& body, const Json& answer);
// What storing this configuration would say; the answer of `.../validate`.
net::Task<Result<Json>> ask_validation(client::ApiClient& api, std::string id, bool exists, Json configuration);

}  // namespace draas::cli
