#pragma once
// drasi-server's requests and answers as values, without I/O. Internal to src/drasi.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "drasi/client.hpp"

namespace draas::drasi {

std::string_view collection_name(ComponentKind kind);  // "sources", "queries", "reactions"

// The `data` of an envelope, or what went wrong: NotFound (also for an unknown instance, which most routes answer with
// 500), Conflict (read-only), AlreadyExists, InvalidArgument, Unavailable (retryable), Internal.
Result<Json> read_answer(int status, std::string_view body);

// Sources or reactions of a snapshot in API form, without drasi-server's own.
Json snapshot_components(const Json& snapshot, ComponentKind kind);
// A query's item (`?view=full`) in API form, with `status`.
Json full_query(const Json& item);

net::ClientRequest make_request(const LiveAction& action);

// Is it the reaction that drasi-server makes for somebody who watches the query's results?
bool is_attachment_to(std::string_view reaction, std::string_view query);

// What a failed action has come to, by what is there now.
enum class Settlement {
  Done,    // its effect is there
  Failed,  // nothing of it is
  Debris,  // a failed creation left a component behind
};
Settlement judge_failure(const LiveAction& action, const Error& failure, const std::optional<ComponentState>& now);

}  // namespace draas::drasi
