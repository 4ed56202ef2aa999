#include "core/webhooks/webhook_sender.hpp"

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kAttemptTimeout{10'000};
constexpr std::chrono::milliseconds kLookInterval{30'000};
constexpr std::chrono::milliseconds kStoreRetry{1'000};
constexpr std::chrono::hours kGiveUpAfter{24};
constexpr std::size_t kKeptDeliveries = 100;
constexpr std::uint64_t kUnwantedBetweenStores = 1'000;  // read again after a restart, no more

std::string unix_seconds(WallTime time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Json to_json(const WebhookDelivery& delivery) {
  Json out = Json::object();
  out["id"] = delivery.id;
  out["event"] = delivery.event;
  out["sequence"] = delivery.sequence;
  out["at"] = to_rfc3339(delivery.at);
  out["attempt"] = delivery.attempt;
  out["delivered"] = delivery.delivered();
  out["status"] = delivery.status == 0 ? Json(nullptr) : Json(delivery.status);
  out["error"] = delivery.error.empty() ? Json(nullptr) : Json(delivery.error);
  out["durationMs"] = delivery.duration_ms;
  return out;
}

WebhookSender::WebhookSender(net::HttpClient& http, const WebhookSurroundings& surroundings, net::Executor executor,
                             Webhook webhook, std::uint64_t cursor)
    : http_(http),
      surroundings_(surroundings),
      webhook_(std::move(webhook)),
      cursor_(cursor),
      stored_cursor_(cursor),
      tasks_(executor) {}

void WebhookSender::start() {
  tasks_.spawn("webhook", [this] { return run(); });
}

net::Task<void> WebhookSender::close() { co_await tasks_.close(); }

net::Task<void> WebhookSender::keep_cursor(std::uint64_t sequence) {
  cursor_ = sequence;
  std::string id = webhook_.id;
  Status stored = co_await surroundings_.store_cursor(std::move(id), sequence);
  if (stored) {
    stored_cursor_ = sequence;
  } else {
    write_log(LogLevel::Warn, "a webhook's place in the events could not be stored", stored.error(),
              {{"webhookId", webhook_.id}});
  }
}

net::Task<void> WebhookSender::run() {
  EventFilter filter;
  filter.status_changes_only = false;
  filter.after = cursor_;
  if (cursor_ == 0) filter.since = WallTime{};
  EventFollower events(*surroundings_.bus, *surroundings_.log, std::move(filter));
  while (true) {
    Result<EventSubscription::Delivery> next = co_await events.next(kLookInterval);
    if (!next) {
      write_log(LogLevel::Warn, "events for a webhook could not be read", next.error(), {{"webhookId", webhook_.id}});
      const bool slept = co_await net::sleep_for(kStoreRetry);
      if (!slept) co_return;
      continue;
    }
    if (next->closed) co_return;
    if (next->missed > 0) {
      log_warn("events were lost before a webhook could be told",
               {{"webhookId", webhook_.id}, {"events", next->missed}});
    }
    for (const EventPtr& event : next->events) {
      const auto metadata = surroundings_.metadata_of(event->instance_id);
      if (wants(webhook_, *event, metadata.get())) {
        co_await deliver(event);
      } else {
        cursor_ = event->sequence;
        if (cursor_ - stored_cursor_ >= kUnwantedBetweenStores) co_await keep_cursor(cursor_);
      }
    }
  }
}

net::Task<void> WebhookSender::deliver(EventPtr event) {
  const auto give_up = std::chrono::steady_clock::now() + kGiveUpAfter;
  const std::string body = surroundings_.body_of(*event);
  std::size_t attempts = 0;
  while (true) {
    std::string type(to_string(event->type));
    std::string copy = body;
    const WebhookDelivery delivery = co_await attempt(std::move(type), event->sequence, std::move(copy), ++attempts);
    if (delivery.delivered()) {
      crash_point("webhook.delivered");
      break;
    }
    if (std::chrono::steady_clock::now() >= give_up) {
      log_warn("an event was not delivered within a day",
               {{"webhookId", webhook_.id}, {"sequence", event->sequence}, {"error", delivery.error}});
      break;
    }
    const bool slept = co_await net::sleep_for(webhook_retry_delay(attempts));
    if (!slept) co_return;
  }
  co_await keep_cursor(event->sequence);
}

net::Task<WebhookDelivery> WebhookSender::attempt(std::string type, std::uint64_t sequence, std::string body,
                                                  std::size_t number) {
  WebhookDelivery delivery;
  delivery.id = webhook_.id + "-" + std::to_string(sequence);
  delivery.event = type;
  delivery.sequence = sequence;
  delivery.attempt = number;
  delivery.at = system_clock().now();
  const auto begun = std::chrono::steady_clock::now();
  // Checked when it was stored.
  const Result<WebhookTarget> target = parse_webhook_url(webhook_.url);
  if (target) {
    const std::string timestamp = unix_seconds(delivery.at);
    net::ClientRequest request;
    request.method = net::Method::Post;
    request.target = target->path;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("User-Agent", "DRaaS");
    request.headers.set("X-DRaaS-Event", type);
    request.headers.set("X-DRaaS-Delivery", delivery.id);
    request.headers.set("X-DRaaS-Timestamp", timestamp);
    if (!webhook_.secret.empty()) {
      request.headers.set("X-DRaaS-Signature", webhook_signature(webhook_.secret, timestamp, body));
    }
    request.body = std::move(body);
    Result<net::ClientResponse> response = co_await http_.send(target->server, std::move(request), kAttemptTimeout);
    if (response) {
      delivery.status = response->status;
      if (!delivery.delivered()) delivery.error = "answered with status " + std::to_string(response->status);
    } else {
      delivery.error = response.error().message;
    }
  } else {
    delivery.error = target.error().message;
  }
  delivery.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  deliveries_.push_front(delivery);
  if (deliveries_.size() > kKeptDeliveries) deliveries_.pop_back();
  co_return delivery;
}

net::Task<WebhookDelivery> WebhookSender::send_test() {
  const Json body{{"type", "Test"},
                  {"timestamp", to_rfc3339(system_clock().now())},
                  {"source", "ControlPlane"},
                  {"metadata", Json{{"WebhookId", webhook_.id}}}};
  std::string type = "Test";
  std::string text = to_text(body);
  co_return co_await attempt(std::move(type), 0, std::move(text), 1);
}

}  // namespace draas::core
