#include "cli/side_by_side.hpp"

#include <algorithm>

#include "cli/progress.hpp"
#include "cli/wording.hpp"

namespace draas::cli {
namespace {

net::Task<Status> keep_line(net::Task<Result<std::string>> work, std::string& line) {
  auto said = co_await std::move(work);
  if (!said) co_return std::unexpected(std::move(said.error()));
  line = std::move(*said);
  co_return Status{};
}

}  // namespace

std::size_t Outcomes::done() const {
  return static_cast<std::size_t>(std::ranges::count_if(each, [](const auto& one) { return one.has_value(); }));
}

Outcomes run_side_by_side(Connection& connection, Batch batch) {
  Outcomes outcomes;
  outcomes.each.resize(batch.ids.size());
  Progress progress(connection, batch.what, batch.ids.size());
  std::vector<Connection::Work> works;
  for (std::size_t i = 0; i < batch.ids.size(); ++i) {
    works.emplace_back([&batch, &outcomes, &progress, i]() -> net::Task<void> {
      net::Task<Status> work = batch.work(i);
      Status done = co_await std::move(work);
      outcomes.each[i] = std::move(done);
      progress.show(outcomes.done(), batch.ids[i]);
    });
  }
  if (batch.only_reads) {
    connection.run_until_killed(std::move(works), batch.at_once);
  } else {
    outcomes.interrupted = !connection.run_all(std::move(works), batch.at_once);
  }
  return outcomes;
}

Status summarise(Session& session, const Outcomes& outcomes) {
  const std::size_t total = outcomes.each.size();
  std::size_t failed = 0;
  for (const auto& outcome : outcomes.each) {
    if (!outcome || *outcome) continue;
    ++failed;
    if (total > 1) session.report(outcome->error());
  }
  if (outcomes.interrupted && outcomes.done() < total) {
    return fail(ErrorCode::Cancelled,
                "Interrupted: " + std::to_string(outcomes.done()) + " of " + counted(total, "instance") + " done");
  }
  if (failed == 0) return {};
  if (total == 1) return *outcomes.each.front();
  return fail(ErrorCode::Unprocessable, std::to_string(failed) + " of " + counted(total, "instance") + " failed");
}

Status run_and_tell(Session& session, Connection& connection, Telling telling) {
  std::vector<std::string> lines(telling.ids.size());
  Batch batch{.what = std::move(telling.what), .ids = std::move(telling.ids), .work = {}};
  batch.work = [&](std::size_t i) { return keep_line(telling.work(i), lines[i]); };
  const Outcomes outcomes = run_side_by_side(connection, std::move(batch));
  for (const std::string& line : lines) {
    if (!line.empty()) session.print(line + "\n");
  }
  return summarise(session, outcomes);
}

}  // namespace draas::cli
