#pragma once
// Delivers the events of one webhook, one after the other, in order. An event that cannot be delivered holds up those
// behind it until it is, or a day has passed.
//
// One loop, which is not the control loop: a slow receiver and a TLS handshake hold up nobody else.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "core/events/event_log.hpp"
#include "core/webhooks/webhook.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::core {

// What senders need from the rest of the control plane. Thread-safe.
struct WebhookSurroundings {
  EventBus* bus = nullptr;
  const EventLog* log = nullptr;
  std::function<std::shared_ptr<const Metadata>(const std::string& instance_id)> metadata_of;
  std::function<std::string(const Event& event)> body_of;
  // Makes the place in the event log durable; events up to it are not sent again.
  std::function<net::Task<Status>(std::string webhook_id, std::uint64_t sequence)> store_cursor;
};

// One attempt, for people.
struct WebhookDelivery {
  std::string id;  // the same for all attempts to deliver one event
  std::string event;
  std::uint64_t sequence = 0;
  WallTime at;
  std::size_t attempt = 1;
  int status = 0;  // of the answer; 0 = there was none
  std::string error;
  std::int64_t duration_ms = 0;
  bool delivered() const { return status >= 200 && status < 300; }
};
Json to_json(const WebhookDelivery& delivery);

class WebhookSender {
 public:
  // Begins behind `cursor`. All references must outlive it; it is used and destroyed on `http`'s loop.
  WebhookSender(net::HttpClient& http, const WebhookSurroundings& surroundings, net::Executor executor, Webhook webhook,
                std::uint64_t cursor);

  void start();
  net::Task<void> close();
  // One attempt now, of an event that is none.
  net::Task<WebhookDelivery> send_test();
  // Newest first.
  const std::deque<WebhookDelivery>& deliveries() const { return deliveries_; }
  const Webhook& webhook() const { return webhook_; }
  std::uint64_t cursor() const { return cursor_; }

 private:
  net::Task<void> run();
  net::Task<void> deliver(EventPtr event);
  net::Task<WebhookDelivery> attempt(std::string type, std::uint64_t sequence, std::string body, std::size_t number);
  net::Task<void> keep_cursor(std::uint64_t sequence);

  net::HttpClient& http_;
  const WebhookSurroundings& surroundings_;
  Webhook webhook_;
  std::uint64_t cursor_;
  std::uint64_t stored_cursor_;
  std::deque<WebhookDelivery> deliveries_;
  net::TaskGroup tasks_;
};

}  // namespace draas::core
