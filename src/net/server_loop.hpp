#pragma once
// One thread of the server: its event loop, its listening sockets, its connections and what they share.
//
// Connections are watched by an epoll instance of their own, which the event loop watches in turn: one wake-up of the
// loop serves every connection that is ready, each at the cost of its own recv and send.

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/epoll.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "net/body_file.hpp"
#include "net/http_metrics.hpp"
#include "net/http_server.hpp"
#include "net/request_parser.hpp"
#include "net/response_writer.hpp"

namespace draas::net {

class Connection;

// What is told when its descriptor is ready; `events` as of epoll_wait.
class ReadyTarget {
 public:
  virtual ~ReadyTarget() = default;
  virtual void on_ready(std::uint32_t events) = 0;
  // on_ready() threw: there was no memory for what it had to do.
  virtual void on_failure() = 0;
};

// What the loops of one server have in common. Thread-safe.
struct ServerShared {
  ServerShared(ServerOptions server_options, RequestHandler& request_handler);

  ServerOptions options;
  RequestHandler& handler;
  ParserLimits parser_limits;
  std::chrono::milliseconds sweep_interval;
  BodyFiles body_files;
  std::atomic<std::size_t> connections{0};
  // Connections and running handlers; stop() waits until it is zero.
  std::atomic<std::size_t> in_progress{0};
  std::mutex mutex;
  std::condition_variable all_ended;

  void begin_work() { in_progress.fetch_add(1); }
  void end_work();
};

// The memory of one request; connections hold one only while a request is under way.
struct Exchange {
  explicit Exchange(const ParserLimits& limits) : parser(limits) {}

  Request request;
  RequestParser parser;
  SteadyTime started;
};

// Everything but the constructor, event_loop() and the functions of "any thread" belongs to the loop's thread.
class ServerLoop {
 public:
  ServerLoop(std::string name, ServerShared& shared);
  ~ServerLoop();
  ServerLoop(const ServerLoop&) = delete;
  ServerLoop& operator=(const ServerLoop&) = delete;

  // Before start().
  Status add_listener(UniqueFd socket);
  Status start();

  EventLoop& event_loop() { return *loop_; }
  // Any thread: stop accepting, close what is idle, let the rest finish.
  void begin_drain();
  // Any thread: close every connection and cancel the handlers.
  void close_all();

  // --- for connections ---
  ServerShared& shared() { return shared_; }
  Executor executor() { return loop_->executor(); }
  bool draining() const { return draining_; }
  // The time of the last wake-up.
  SteadyTime now() const { return now_; }
  void refresh_now() { now_ = std::chrono::steady_clock::now(); }
  std::string_view date_line();
  std::array<char, 64U << 10U>& scratch() { return scratch_; }
  std::unique_ptr<Exchange> take_exchange();
  void give_back(std::unique_ptr<Exchange> exchange);
  // Memory for a response's header and small body; connections without output hold none.
  std::string take_buffer();
  void give_back_buffer(std::string buffer);
  HttpMetrics& metrics() { return metrics_; }
  // Takes a closed connection out; it is destroyed after the current batch of events.
  void remove(Connection& connection);

 private:
  class Listener;

  void watch();
  void dispatch();
  template <class Work>
  void guard(ReadyTarget& target, Work work);
  void accept_from(Listener& listener);
  void adopt(UniqueFd socket, std::string peer);
  void pause_accepting();
  void resume_accepting();
  void schedule_sweep();
  void sweep();
  void drain_here();

  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

  ServerShared& shared_;
  std::unique_ptr<EventLoop> loop_;
  int epoll_ = -1;  // owned by descriptor_
  std::unique_ptr<Descriptor> descriptor_;
  std::unique_ptr<Timer> sweep_timer_;
  std::unique_ptr<Timer> accept_timer_;
  bool sweeping_ = false;
  bool draining_ = false;
  bool accepting_paused_ = false;
  SteadyTime now_{};
  DateLine date_;
  HttpMetrics metrics_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> closed_;  // kept until the events of this batch are done
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  std::vector<std::string> spare_buffers_;
  std::array<char, 64U << 10U> scratch_{};
};

}  // namespace draas::net
