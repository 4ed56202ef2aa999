#include "cli/pruning.hpp"

#include <algorithm>

#include "cli/apply_run.hpp"
#include "cli/command.hpp"
#include "cli/side_by_side.hpp"
#include "cli/wording.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::minutes kDeletePatience{2};
constexpr std::size_t kNamed = 10;

net::Task<Status> delete_one(Session& session, client::ApiClient& api, std::string id) {
  std::string path = client::instance_path(id);
  Status gone = co_await api.remove(std::move(path), kDeletePatience);
  if (!gone && gone.error().code != ErrorCode::NotFound) co_return std::move(gone);
  show_outcome(session, {.id = id, .word = "deleted"}, false);
  co_return Status{};
}

// Those that apply made, that match the selector, and that no document describes.
Result<std::vector<std::string>> find_removed(Connection& connection, const std::string& selector,
                                              const std::vector<client::InstanceDocument>& documents) {
  TargetOptions targets;
  targets.selector = std::string(client::kSourceLabel) + "=" + std::string(kApplySource);
  if (!selector.empty()) targets.selector += "," + selector;
  auto found = find_instances(connection, targets);
  if (!found) return std::unexpected(std::move(found.error()));
  std::vector<std::string> removed = ids_of(*found);
  std::erase_if(removed, [&](const std::string& id) {
    return std::ranges::find(documents, id, &client::InstanceDocument::id) != documents.end();
  });
  return removed;
}

}  // namespace

Status prune(Session& session, const Pruning& options, const std::vector<client::InstanceDocument>& documents) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  const auto removed = find_removed(**connection, options.selector, documents);
  if (!removed) return std::unexpected(removed.error());
  if (options.dry_run) {
    for (const std::string& id : *removed) show_outcome(session, {.id = id, .word = "deleted"}, true);
  }
  if (removed->empty() || options.dry_run) return {};
  if (Status sure = confirm(session,
                            "Delete " + counted(removed->size(), "instance") + " that no file describes (" +
                                some_names(*removed, kNamed) + ")?",
                            options.yes, "Nothing is deleted.");
      !sure) {
    return sure;
  }
  Batch batch{.what = "deleting", .ids = *removed, .work = {}};
  batch.work = [&](std::size_t i) { return delete_one(session, (*connection)->api(), (*removed)[i]); };
  return summarise(session, run_side_by_side(**connection, std::move(batch)));
}

}  // namespace draas::cli
