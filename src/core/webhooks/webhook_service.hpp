#pragma once
// Webhooks: which places are told of which events. They are told on a thread of their own, at least once per event, and
// where each of them stands survives restarts.
//
// Threads: members that return a Task may be awaited from any loop; what they change is durable before they complete.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/control_plane.hpp"
#include "core/instances/ledger.hpp"
#include "core/webhooks/webhook.hpp"
#include "core/webhooks/webhook_sender.hpp"
#include "net/calls_under_way.hpp"
#include "net/task.hpp"

namespace draas::core {

class WebhookService {
 public:
  // `body_of`: what is sent for an event; called from any thread.
  WebhookService(net::EventLoop& control_loop, Ledger& ledger, const EventLog& log,
                 std::function<std::string(const Event& event)> body_of);
  // Requires that close() completed.
  ~WebhookService();

  // Blocks; once, before anything else.
  Status load();
  // Ends all deliveries; what is not delivered is delivered after the next start. On the control loop.
  net::Task<void> close();

  net::Task<Result<Json>> create(Json body, Actor actor);
  net::Task<Result<std::vector<Json>>> list();
  net::Task<Result<Json>> get(std::string id);
  // One that is enabled again begins with the next event.
  net::Task<Result<Json>> replace(std::string id, Json body, Actor actor);
  net::Task<Status> remove(std::string id, Actor actor);
  // The outcome of one attempt to deliver something, now.
  net::Task<Result<Json>> test(std::string id);
  // The last attempts since the start, newest first.
  net::Task<Result<std::vector<Json>>> deliveries(std::string id);

 private:
  using Sender = std::shared_ptr<WebhookSender>;

  // [any loop] Runs `work()` on the control loop, or on the one that delivers.
  template <class T, class Work>
  net::Task<T> on_control(Work work);
  template <class T, class Work>
  net::Task<T> on_delivery(Work work);

  net::Task<Result<Json>> store(Webhook webhook, bool from_now_on);
  net::Task<Status> store_cursor(std::string id, std::uint64_t sequence);
  Result<const Webhook*> find(const std::string& id) const;
  // On the delivering loop: ends the sender of that id, and starts another when `webhook` is given.
  net::Task<bool> change_sender(std::string id, std::optional<Webhook> webhook, std::uint64_t cursor);

  // On the control loop.
  net::Executor control_;
  Ledger& ledger_;
  std::map<std::string, Webhook> webhooks_;
  std::map<std::string, std::uint64_t> cursors_;  // as loaded
  net::AsyncMutex lock_;
  bool closed_ = false;
  net::CallsUnderWay calls_;  // that close() waits for

  // On the delivering loop.
  WebhookSurroundings surroundings_;
  net::EventLoop loop_;
  std::unique_ptr<net::HttpClient> http_;
  std::map<std::string, Sender> senders_;
};

}  // namespace draas::core
