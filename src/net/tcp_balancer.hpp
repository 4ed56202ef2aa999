#pragma once
// Forwards TCP connections to targets by weight, on a loop thread of its own. A front is a listening socket with its
// targets; both can change at any time, and connections that are open stay where they are.
//
// A connection counts for its target from the attempt to connect on. When a target cannot be reached another one with
// weight is tried, then all again for a while, so that a restart behind the front costs time and no connection. One
// direction that ends is closed on the other side too, while the other goes on. Nothing is read that cannot be written.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/files.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/task.hpp"

namespace draas::net {

struct BalancerTarget {
  std::uint64_t id = 0;  // unique within the front
  Endpoint endpoint;     // plain TCP
  unsigned weight = 0;   // share of new connections; with 0 it gets none
};

struct BalancerOptions {
  std::size_t max_connections = 10'000;              // per front; more are refused
  std::chrono::milliseconds connect_timeout{2'000};  // one attempt
  std::chrono::milliseconds retry_for{5'000};        // all attempts of one connection
  std::chrono::milliseconds retry_pause{50};         // between two rounds
};

// All members may be called from any thread.
class TcpBalancer {
 public:
  explicit TcpBalancer(BalancerOptions options = {});
  ~TcpBalancer();  // as close()
  TcpBalancer(const TcpBalancer&) = delete;
  TcpBalancer& operator=(const TcpBalancer&) = delete;

  // A listening socket for serve(); port 0 becomes the one that was given. Errors as listen_on().
  static Result<UniqueFd> bind(ListenAddress& address);
  // Accepts from `socket` under this name, instead of from an earlier one. Targets may be set before or after.
  void serve(const std::string& front, UniqueFd socket);
  // Accepts no more; open connections go on.
  void stop_serving(const std::string& front);
  void set_targets(const std::string& front, std::vector<BalancerTarget> targets);

  std::size_t connections(const std::string& front, std::uint64_t target) const;
  // Closes connections to the target that wait for nothing: the last bytes came from it, `silent` or longer ago.
  void close_idle(const std::string& front, std::uint64_t target, std::chrono::milliseconds silent);
  // Closes all connections to the target.
  void cut(const std::string& front, std::uint64_t target);
  // Returns when what was called before has taken effect and counts.
  Task<void> settle();

  // Stops accepting, closes every connection and joins the thread. Blocks. Idempotent.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace draas::net
