#include "core/webhooks/webhook_service.hpp"

#include "base/id.hpp"
#include "base/log.hpp"
#include "core/store/blocking_calls.hpp"

namespace draas::core {
namespace {

constexpr std::string_view kWebhooks = "webhooks";
constexpr std::string_view kCursors = "webhookCursors";
constexpr std::size_t kMaxWebhooks = 1'000;

Write cursor_write(const std::string& id, std::uint64_t sequence) {
  return Write::put(std::string(kCursors), id, to_text(Json{{"cursor", sequence}}));
}

}  // namespace

template <class T, class Work>
net::Task<T> WebhookService::on_control(Work work) {
  std::function<net::Task<T>()> task = [this, work = std::move(work)]() -> net::Task<T> {
    const net::CallsUnderWay::Guard counted(calls_);
    if (closed_) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
    co_return co_await work();
  };
  co_return co_await net::run_on<T>(control_, std::move(task));
}

template <class T, class Work>
net::Task<T> WebhookService::on_delivery(Work work) {
  std::function<net::Task<T>()> task = std::move(work);
  co_return co_await net::run_on<T>(loop_.executor(), std::move(task));
}

WebhookService::WebhookService(net::EventLoop& control_loop, Ledger& ledger, const EventLog& log,
                               std::function<std::string(const Event& event)> body_of)
    : control_(control_loop.executor()),
      ledger_(ledger),
      lock_(control_),
      calls_(control_),
      loop_("webhooks"),
      http_(std::make_unique<net::HttpClient>(loop_.executor())) {
  surroundings_.bus = &ledger.events();
  surroundings_.log = &log;
  surroundings_.body_of = std::move(body_of);
  surroundings_.metadata_of = [&ledger](const std::string& id) -> std::shared_ptr<const Metadata> {
    const InstanceViewPtr view = id.empty() ? nullptr : ledger.catalogue()->find(id);
    return view ? std::shared_ptr<const Metadata>(view, &view->metadata) : nullptr;
  };
  surroundings_.store_cursor = [this](std::string id, std::uint64_t sequence) {
    auto work = [this, id = std::move(id), sequence] { return store_cursor(id, sequence); };
    return on_control<Status>(std::move(work));
  };
  loop_.start();
}

WebhookService::~WebhookService() { loop_.stop(); }

Status WebhookService::load() {
  Status read = for_each_document(ledger_.store(), kCursors, [this](const Document& document) -> Status {
    Result<Json> body = parse_json(document.body);
    if (!body) return std::unexpected(std::move(body.error()));
    cursors_[document.id] = body->value("cursor", std::uint64_t{0});
    return {};
  });
  if (!read) return read;
  read = for_each_document(ledger_.store(), kWebhooks, [this](const Document& document) -> Status {
    Result<Webhook> webhook = webhook_from_document(document.body);
    if (!webhook) return std::unexpected(std::move(webhook.error()));
    webhooks_.emplace(document.id, std::move(*webhook));
    return {};
  });
  if (!read) return read;
  net::asio::post(loop_.context(), [this, webhooks = webhooks_, cursors = cursors_] {
    for (const auto& [id, webhook] : webhooks) {
      auto cursor = cursors.find(id);
      auto sender = std::make_shared<WebhookSender>(*http_, surroundings_, loop_.executor(), webhook,
                                                    cursor == cursors.end() ? 0 : cursor->second);
      if (webhook.enabled) sender->start();
      senders_.emplace(id, std::move(sender));
    }
  });
  return {};
}

net::Task<void> WebhookService::close() {
  std::function<net::Task<bool>()> end = [this]() -> net::Task<bool> {
    // None is added any more: that is asked for by calls that are over.
    for (auto& [id, sender] : senders_) co_await sender->close();
    senders_.clear();
    http_.reset();
    co_return true;
  };
  closed_ = true;
  co_await calls_.wait();
  co_await net::run_on<bool>(loop_.executor(), std::move(end));
}

net::Task<bool> WebhookService::change_sender(std::string id, std::optional<Webhook> webhook, std::uint64_t cursor) {
  if (auto before = senders_.find(id); before != senders_.end()) {
    const Sender ended = before->second;
    senders_.erase(before);
    co_await ended->close();
    // It may have gone on after the change was stored.
    if (ended->webhook().enabled) cursor = std::max(cursor, ended->cursor());
  }
  if (!webhook || !http_) co_return true;
  const bool enabled = webhook->enabled;
  auto sender = std::make_shared<WebhookSender>(*http_, surroundings_, loop_.executor(), std::move(*webhook), cursor);
  if (enabled) sender->start();
  senders_.insert_or_assign(id, std::move(sender));
  co_return true;
}

net::Task<Status> WebhookService::store_cursor(std::string id, std::uint64_t sequence) {
  if (!webhooks_.contains(id)) co_return Status{};
  Batch batch;
  batch.writes.push_back(cursor_write(id, sequence));
  Result<Commit> committed = co_await ledger_.commit(std::move(batch));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  cursors_[id] = sequence;
  co_return Status{};
}

Result<const Webhook*> WebhookService::find(const std::string& id) const {
  auto found = webhooks_.find(id);
  if (found == webhooks_.end()) return fail(ErrorCode::NotFound, "Webhook '" + id + "' not found");
  return &found->second;
}

// Requires lock_.
net::Task<Result<Json>> WebhookService::store(Webhook webhook, bool from_now_on) {
  const std::string id = webhook.id;
  Batch batch;
  batch.writes.push_back(Write::put(std::string(kWebhooks), id, to_document(webhook)));
  const std::uint64_t cursor = from_now_on ? ledger_.events().last_sequence() : cursors_[id];
  if (from_now_on) batch.writes.push_back(cursor_write(id, cursor));
  Result<Commit> committed = co_await ledger_.commit(std::move(batch));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  cursors_[id] = cursor;
  const Json shown = core::to_json(webhook);
  webhooks_.insert_or_assign(id, webhook);
  auto change = [this, id, webhook = std::optional<Webhook>(std::move(webhook)), cursor] {
    return change_sender(id, webhook, cursor);
  };
  co_await on_delivery<bool>(std::move(change));
  co_return shown;
}

net::Task<Result<Json>> WebhookService::create(Json body, Actor actor) {
  Result<Webhook> webhook = read_webhook(body, nullptr);
  if (!webhook) co_return std::unexpected(std::move(webhook.error()));
  auto work = [this, webhook = std::move(*webhook), actor = std::move(actor)]() -> net::Task<Result<Json>> {
    net::AsyncMutex::Guard guard = co_await lock_.lock();
    if (webhooks_.size() >= kMaxWebhooks) {
      co_return fail(ErrorCode::ResourceExhausted,
                     "There are " + std::to_string(kMaxWebhooks) + " webhooks already; delete one first");
    }
    Webhook made = webhook;
    made.id = make_uuid();
    made.created_at = ledger_.clock().now();
    log_info("webhook created", {{"webhookId", made.id}, {"actor", actor.name}, {"requestId", actor.request_id}});
    co_return co_await store(std::move(made), true);
  };
  co_return co_await on_control<Result<Json>>(std::move(work));
}

net::Task<Result<std::vector<Json>>> WebhookService::list() {
  auto work = [this]() -> net::Task<Result<std::vector<Json>>> {
    std::vector<Json> all;
    for (const auto& [id, webhook] : webhooks_) all.push_back(core::to_json(webhook));
    co_return all;
  };
  co_return co_await on_control<Result<std::vector<Json>>>(std::move(work));
}

net::Task<Result<Json>> WebhookService::get(std::string id) {
  auto work = [this, id = std::move(id)]() -> net::Task<Result<Json>> {
    Result<const Webhook*> webhook = find(id);
    if (!webhook) co_return std::unexpected(std::move(webhook.error()));
    co_return core::to_json(**webhook);
  };
  co_return co_await on_control<Result<Json>>(std::move(work));
}

net::Task<Result<Json>> WebhookService::replace(std::string id, Json body, Actor actor) {
  auto work = [this, id = std::move(id), body = std::move(body),
               actor = std::move(actor)]() -> net::Task<Result<Json>> {
    net::AsyncMutex::Guard guard = co_await lock_.lock();
    Result<const Webhook*> before = find(id);
    if (!before) co_return std::unexpected(std::move(before.error()));
    Result<Webhook> webhook = read_webhook(body, *before);
    if (!webhook) co_return std::unexpected(std::move(webhook.error()));
    const bool enabled_again = webhook->enabled && !(*before)->enabled;
    log_info("webhook changed", {{"webhookId", id}, {"actor", actor.name}, {"requestId", actor.request_id}});
    co_return co_await store(std::move(*webhook), enabled_again);
  };
  co_return co_await on_control<Result<Json>>(std::move(work));
}

net::Task<Status> WebhookService::remove(std::string id, Actor actor) {
  auto work = [this, id = std::move(id), actor = std::move(actor)]() -> net::Task<Status> {
    net::AsyncMutex::Guard guard = co_await lock_.lock();
    Result<const Webhook*> found = find(id);
    if (!found) co_return std::unexpected(std::move(found.error()));
    Batch batch;
    batch.writes.push_back(Write::erase(std::string(kWebhooks), id));
    batch.writes.push_back(Write::erase(std::string(kCursors), id));
    Result<Commit> committed = co_await ledger_.commit(std::move(batch));
    if (!committed) co_return std::unexpected(std::move(committed.error()));
    webhooks_.erase(id);
    cursors_.erase(id);
    log_info("webhook deleted", {{"webhookId", id}, {"actor", actor.name}, {"requestId", actor.request_id}});
    auto change = [this, id] {
      std::optional<Webhook> none;
      return change_sender(id, std::move(none), 0);
    };
    co_await on_delivery<bool>(std::move(change));
    co_return Status{};
  };
  co_return co_await on_control<Status>(std::move(work));
}

net::Task<Result<Json>> WebhookService::test(std::string id) {
  auto work = [this, id = std::move(id)]() -> net::Task<Result<Json>> {
    auto found = senders_.find(id);
    if (found == senders_.end()) co_return fail(ErrorCode::NotFound, "Webhook '" + id + "' not found");
    const Sender sender = found->second;
    if (!http_) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
    const WebhookDelivery delivery = co_await sender->send_test();
    co_return core::to_json(delivery);
  };
  co_return co_await on_delivery<Result<Json>>(std::move(work));
}

net::Task<Result<std::vector<Json>>> WebhookService::deliveries(std::string id) {
  auto work = [this, id = std::move(id)]() -> net::Task<Result<std::vector<Json>>> {
    auto found = senders_.find(id);
    if (found == senders_.end()) co_return fail(ErrorCode::NotFound, "Webhook '" + id + "' not found");
    std::vector<Json> all;
    for (const WebhookDelivery& delivery : found->second->deliveries()) all.push_back(core::to_json(delivery));
    co_return all;
  };
  co_return co_await on_delivery<Result<std::vector<Json>>>(std::move(work));
}

}  // namespace draas::core
