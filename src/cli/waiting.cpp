#include "cli/waiting.hpp"

#include <algorithm>
#include <thread>

#include "cli/command.hpp"
#include "cli/progress.hpp"

namespace draas::cli {
namespace {

// Some changes have no event; and the first look may come before the stream is open.
constexpr std::chrono::milliseconds kLookAgain{500};
constexpr std::chrono::milliseconds kPauseBeforeReopening{100};
constexpr std::size_t kNamed = 5;

std::string some_of(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ids.size(), kNamed); ++i) text += (i == 0 ? "" : ", ") + ids[i];
  if (ids.size() > kNamed) text += " and " + std::to_string(ids.size() - kNamed) + " more";
  return text;
}

}  // namespace

Result<bool> is_settled(const std::string& id, const Json& instance) {
  if (instance.is_null()) return fail(ErrorCode::NotFound, "Instance '" + id + "' has been deleted");
  const std::string status = field(instance, "status");
  if (status == "Error") {
    return fail(ErrorCode::Unprocessable, "Instance '" + id + "' is in Error: " + field(instance, "errorMessage") +
                                              "; `draas logs " + id + "` may say more");
  }
  if (field(instance, "desiredState") == "Running") {
    // The status is as before while it starts again.
    return status == "Running" && field(instance, "phase") == "Running" &&
           member(instance, "appliedRevision") == member(instance, "configurationRevision");
  }
  return status == "Stopped" || status == "Created";
}

Status wait_for(Session& session, std::vector<std::string> ids, const Condition& condition, Duration timeout,
                const std::string& what) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  Progress progress("waiting for " + what, ids.size());
  const std::size_t total = ids.size();
  auto stream = (*connection)->open("/api/status/stream", "text/event-stream");
  if (!stream) return std::unexpected(std::move(stream.error()));
  Error failure{.code = ErrorCode::Unprocessable};
  for (;;) {
    std::map<std::string, Json> current;
    if (ids.size() == 1) {
      auto one = (*connection)->get(client::instance_path(ids.front()));
      if (!one && one.error().code != ErrorCode::NotFound) return std::unexpected(std::move(one.error()));
      if (one) current[ids.front()] = std::move(*one);
    } else {
      auto list = (*connection)->get("/api/server/instances");
      if (!list) return std::unexpected(std::move(list.error()));
      for (Json& instance : *list) {
        std::string id = field(instance, "id");
        current.emplace(std::move(id), std::move(instance));
      }
    }
    std::erase_if(ids, [&](const std::string& id) {
      const auto found = current.find(id);
      const auto holds = condition(id, found == current.end() ? Json() : found->second);
      if (!holds) {
        failure.code = holds.error().code;
        failure.message += (failure.message.empty() ? "" : "\n") + holds.error().message;
      }
      return !holds || *holds;
    });
    if (ids.empty()) break;
    progress.show(total - ids.size(), some_of(ids));
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) {
      return fail(ErrorCode::DeadlineExceeded,
                  "After " + to_text(timeout) + " still waiting for " + what + ": " + some_of(ids));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
    auto piece = (*stream)->read(std::min(kLookAgain, left));
    if (piece && (!*piece || !(*piece)->empty())) continue;
    // The stream has ended: the control plane may be on its way back.
    std::this_thread::sleep_for(std::min(kPauseBeforeReopening, left));
    stream = (*connection)->open("/api/status/stream", "text/event-stream");
    if (!stream) return std::unexpected(std::move(stream.error()));
  }
  if (!failure.message.empty()) return std::unexpected(std::move(failure));
  return {};
}

}  // namespace draas::cli
