#pragma once
// What the calls of one HttpClient share: its options, its resting connections, and the list of pending calls.

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "net/transport.hpp"

namespace draas::net {

// Something that waits on the network for a client's caller.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  // Its HttpClient is being destroyed: ends the wait.
  virtual void on_shut_down() = 0;
};

// On the loop's thread only. Outlives its HttpClient as long as a call or a stream holds it.
class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  ClientCore(Executor executor, ClientOptions options);
  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  Executor executor() const { return executor_; }
  const ClientOptions& options() const { return options_; }
  bool is_shut_down() const { return shut_down_; }
  void shut_down();

  void add(PendingCall& call) { calls_.insert(&call); }
  void remove(PendingCall& call) { calls_.erase(&call); }

  // A resting connection that still looks usable, the youngest first; else null.
  std::shared_ptr<Transport> take(const Endpoint& endpoint);
  void give_back(const Endpoint& endpoint, std::shared_ptr<Transport> transport);
  Result<std::unique_ptr<Connector>> make_connector(const Endpoint& endpoint);
  // The next connection reads the files of TlsOptions again.
  void reload_certificates() { tls_.reset(); }

 private:
  struct Resting {
    std::shared_ptr<Transport> transport;
    std::chrono::steady_clock::time_point since;
  };

  static std::string key(const Endpoint& endpoint);
  void schedule_sweep();
  void sweep();

  Executor executor_;
  ClientOptions options_;
  std::map<std::string, std::vector<Resting>> resting_;  // oldest first
  std::set<PendingCall*> calls_;
  Timer sweep_timer_;
  bool sweeping_ = false;
  bool shut_down_ = false;
  std::unique_ptr<TlsConnectorFactory> tls_;
};

}  // namespace draas::net
