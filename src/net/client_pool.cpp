#include "net/client_pool.hpp"

namespace draas::net {

ClientCore::ClientCore(Executor executor, ClientOptions options)
    : executor_(executor), options_(std::move(options)), sweep_timer_(executor) {}

void ClientCore::shut_down() {
  shut_down_ = true;
  sweep_timer_.cancel();
  resting_.clear();
  const auto calls = calls_;
  for (auto* call : calls) call->on_shut_down();
}

std::string ClientCore::key(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::Unix) return "unix " + endpoint.socket_path;
  return (endpoint.kind == Endpoint::Kind::Tls ? "tls " : "tcp ") + endpoint.host + ' ' + std::to_string(endpoint.port);
}

std::shared_ptr<Transport> ClientCore::take(const Endpoint& endpoint) {
  const auto found = resting_.find(key(endpoint));
  if (found == resting_.end()) return nullptr;
  std::shared_ptr<Transport> transport;
  const auto oldest = std::chrono::steady_clock::now() - options_.idle_timeout;
  while (!transport && !found->second.empty()) {
    auto candidate = std::move(found->second.back());
    found->second.pop_back();
    if (candidate.since >= oldest && !candidate.transport->is_stale()) transport = std::move(candidate.transport);
  }
  if (found->second.empty()) resting_.erase(found);
  return transport;
}

void ClientCore::give_back(const Endpoint& endpoint, std::shared_ptr<Transport> transport) {
  if (shut_down_ || options_.max_idle_per_endpoint == 0) return;
  auto& list = resting_[key(endpoint)];
  if (list.size() >= options_.max_idle_per_endpoint) list.erase(list.begin());
  list.push_back({std::move(transport), std::chrono::steady_clock::now()});
  schedule_sweep();
}

// Closes what rested too long. Runs only while something rests.
void ClientCore::schedule_sweep() {
  if (sweeping_ || shut_down_) return;
  sweeping_ = true;
  sweep_timer_.expires_after(options_.idle_timeout / 2);
  sweep_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->sweeping_ = false;
    if (!error) self->sweep();
  });
}

void ClientCore::sweep() {
  const auto oldest = std::chrono::steady_clock::now() - options_.idle_timeout;
  for (auto it = resting_.begin(); it != resting_.end();) {
    std::erase_if(it->second,
                  [oldest](const Resting& resting) { return resting.since < oldest || resting.transport->is_stale(); });
    it = it->second.empty() ? resting_.erase(it) : std::next(it);
  }
  if (!resting_.empty()) schedule_sweep();
}

Result<std::unique_ptr<Connector>> ClientCore::make_connector(const Endpoint& endpoint) {
  switch (endpoint.kind) {
    case Endpoint::Kind::Tcp:
      return make_tcp_connector(executor_);
    case Endpoint::Kind::Unix:
      return make_unix_connector(executor_);
    case Endpoint::Kind::Tls:
      break;
  }
  if (make_tls_connector_factory == nullptr) return fail(ErrorCode::Unavailable, "this program does not speak TLS");
  if (!tls_) {
    auto made = make_tls_connector_factory(options_.tls);
    if (!made) return std::unexpected(made.error());
    tls_ = std::move(*made);
  }
  return tls_->make(executor_);
}

}  // namespace draas::net
