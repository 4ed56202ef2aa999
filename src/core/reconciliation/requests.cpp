// ReconciliationService: what is asked of the workers.

#include "base/crash_point.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {

Status ReconciliationService::Impl::load_requests() {
  Status read = for_each_document(ledger.store(), collections::kRequests, [this](const Document& document) -> Status {
    Result<WorkerRequest> request = request_from_document(document.body);
    if (!request) return std::unexpected(std::move(request.error()));
    request->version = feed.advance();
    if (ledger.find(request->instance_id)) request_book.add(std::move(*request));
    return {};
  });
  return read;
}

net::Task<Result<ReconciliationService::Asked>> ReconciliationService::Impl::ask(WorkerAsk ask, Actor actor) {
  Result<EntryPtr> found = ledger.require(ask.instance_id);
  if (!found) co_return std::unexpected(std::move(found.error()));
  EntryPtr entry = *found;
  Status expired = co_await expire_leases();
  if (!expired) co_return std::unexpected(std::move(expired.error()));
  const bool durable = ask.kind == RequestKind::Reconcile;
  if (!durable && lease_table.all().empty()) {
    co_return fail(ErrorCode::Unavailable,
                   "No reconciler is running. Start one: `draas reconciler`, or `draas server --with-reconciler`");
  }
  WorkerRequest request;
  request.id = make_uuid();
  request.kind = ask.kind;
  request.instance_id = ask.instance_id;
  request.strategy = ask.strategy;
  request.parameters = ask.parameters;
  request.force = ask.force;
  request.details = ask.details;
  request.actor = actor.name;
  request.created_at = ledger.clock().now();
  const std::string id = request.id;
  if (durable) {
    const std::string body = to_text(core::to_json(request));
    Status stored = co_await ledger.change(entry, [&](Change& change) -> Status {
      change.writes.push_back(
          Write::put(std::string(collections::kRequests), id, body, {{"instance", ask.instance_id}}));
      if (ask.force && change.runtime.held) change.edit_runtime().held.reset();
      return {};
    });
    if (!stored) co_return std::unexpected(std::move(stored.error()));
    crash_point("request.committed");
  } else if (entry->removed) {
    co_return std::unexpected(ledger.require(ask.instance_id).error());
  }
  request.version = feed.advance();
  request_book.add(std::move(request));
  notice();
  const SteadyTime deadline = std::chrono::steady_clock::now() + ask.wait;
  Result<Asked> asked = co_await wait_for_answer(id, deadline);
  if (durable || (asked && asked->answer)) co_return asked;
  request_book.drop(id);
  if (!asked) co_return asked;
  const Lease* holder = lease_table.holder_of(shard_of(ask.instance_id));
  Error late = fail(ErrorCode::DeadlineExceeded,
                    (holder == nullptr ? std::string("No worker") : "Worker '" + holder->worker + "'") +
                        (holder == nullptr ? " has taken over this instance within " : " did not answer within ") +
                        to_text(Duration(ask.wait)) + ". Try again, or wait longer (?wait=)")
                   .error();
  late.retryable = true;
  co_return std::unexpected(std::move(late));
}

net::Task<Result<ReconciliationService::Asked>> ReconciliationService::Impl::wait_for_answer(std::string id,
                                                                                             SteadyTime deadline) {
  while (true) {
    const WorkerRequest* request = request_book.find(id);
    if (request == nullptr) co_return fail(ErrorCode::NotFound, "Request '" + id + "' not found");
    const bool over = changed.closed() || std::chrono::steady_clock::now() >= deadline;
    if (request->answer || over) co_return Asked{id, request->answer};
    co_await changed.wait_until(deadline);
  }
}

net::Task<Result<Json>> ReconciliationService::Impl::answer_request(std::string id, WorkerAnswer answer) {
  const WorkerRequest* request = request_book.find(id);
  if (request == nullptr) {
    co_return fail(ErrorCode::NotFound, "Request '" + id + "' not found; whoever asked may have stopped waiting");
  }
  // Told twice, because the first time was not confirmed, or by two workers in turn: the first one counts.
  if (request->answer) co_return core::status_json(*request);
  if (request->kind == RequestKind::Reconcile) {
    Batch batch;
    batch.writes.push_back(Write::erase(std::string(collections::kRequests), id));
    Result<Commit> committed = co_await ledger.commit(std::move(batch));
    if (!committed) co_return std::unexpected(std::move(committed.error()));
    crash_point("request.answered");
  }
  answer.at = ledger.clock().now();
  request_book.answer(id, std::move(answer));
  notice();
  const WorkerRequest* answered = request_book.find(id);
  if (answered == nullptr) co_return fail(ErrorCode::NotFound, "Request '" + id + "' not found");
  co_return core::status_json(*answered);
}

}  // namespace draas::core
