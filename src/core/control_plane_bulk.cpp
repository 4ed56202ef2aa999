// ControlPlane: one operation on many instances.

#include <boost/asio/redirect_error.hpp>

#include "core/control_plane_impl.hpp"

namespace draas::core {

namespace asio = net::asio;

namespace {

constexpr std::size_t kParallelBulk = 16;
constexpr std::chrono::milliseconds kStopMargin{10'000};  // beyond the shutdown timeout, for the kill

}  // namespace

net::Task<Status> ControlPlane::Impl::bulk_one(BulkOperation operation, EntryPtr entry, Actor actor) {
  Result<OperationResult> done = fail(ErrorCode::Internal, "unknown bulk operation");
  StartOptions start_options;
  const auto stop_wait = options.shutdown_timeout + kStopMargin;
  switch (operation) {
    case BulkOperation::Delete:
      co_return co_await supervisor.remove(entry, false, std::move(actor));
    case BulkOperation::Start:
      done = co_await supervisor.start(entry, std::move(start_options), std::move(actor));
      break;
    case BulkOperation::Restart:
      done = co_await supervisor.restart(entry, std::move(start_options), std::move(actor));
      break;
    case BulkOperation::Stop:
      done = co_await supervisor.stop(entry, stop_wait, std::move(actor));
      break;
  }
  co_return done ? Status{} : Status(std::unexpected(std::move(done.error())));
}

net::Task<void> ControlPlane::Impl::bulk_worker(BulkOperation operation,
                                                std::shared_ptr<std::deque<std::pair<std::size_t, EntryPtr>>> queue,
                                                std::shared_ptr<std::vector<BulkItem>> items, Actor actor) {
  while (!queue->empty()) {
    auto [index, entry] = std::move(queue->front());
    queue->pop_front();
    Status status = co_await bulk_one(operation, entry, actor);
    (*items)[index].status = std::move(status);
  }
}

net::Task<std::vector<BulkItem>> ControlPlane::bulk(BulkOperation operation, ListFilter filter, Actor actor) {
  std::function<net::Task<std::vector<BulkItem>>()> task =
      [impl = impl_.get(), operation, filter = std::move(filter),
       actor = std::move(actor)]() -> net::Task<std::vector<BulkItem>> {
    const Impl::Operation counted(impl->operations);
    auto items = std::make_shared<std::vector<BulkItem>>();
    auto queue = std::make_shared<std::deque<std::pair<std::size_t, EntryPtr>>>();
    const InstancePage page = list_instances(*impl->ledger.catalogue(), filter, 0, "");
    for (const InstanceViewPtr& view : page.items) {
      EntryPtr entry = impl->ledger.find(view->id);
      if (!entry) continue;
      items->push_back({view->id, {}});
      queue->emplace_back(items->size() - 1, std::move(entry));
    }
    net::TaskGroup workers(impl->ledger.executor());
    auto done = std::make_shared<net::Timer>(impl->ledger.executor(), net::Timer::time_point::max());
    auto running = std::make_shared<std::size_t>(std::min(kParallelBulk, queue->size()));
    for (std::size_t i = *running; i > 0; --i) {
      workers.spawn("bulk", [impl, operation, queue, items, actor, running, done]() -> net::Task<void> {
        co_await impl->bulk_worker(operation, queue, items, actor);
        if (--*running == 0) done->cancel();
      });
    }
    while (*running > 0) {
      boost::system::error_code ignored;  // cancelled is how the last worker says so
      auto token = asio::redirect_error(net::use_task, ignored);
      co_await done->async_wait(token);
    }
    co_await workers.close();
    co_return std::move(*items);
  };
  co_return co_await net::run_on<std::vector<BulkItem>>(loop_.executor(), std::move(task));
}

}  // namespace draas::core
