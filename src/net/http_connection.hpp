#pragma once
// One connection of the server: a state machine over a non-blocking socket, driven by readiness. Requests that the
// handler answers at once never see a coroutine; the others run as one on the same loop.
//
// Owned by its ServerLoop, and by the coroutine of a handler or stream while one runs. On the loop's thread only.

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>

#include "net/pending_output.hpp"
#include "net/server_loop.hpp"

namespace draas::net {

class Connection final : public ReadyTarget, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerLoop& loop, UniqueFd socket, std::string peer);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void on_ready(std::uint32_t events) override;
  void on_failure() override { abort(); }
  // Answers 503 without reading and closes; for a connection over the limit.
  void refuse_overload();
  // Called by the sweep: cuts off what has missed its deadline.
  void check_deadline(SteadyTime now);
  void begin_drain();
  // Closes at once; a running handler or stream is cancelled.
  void abort();

  std::size_t index() const { return index_; }
  void set_index(std::size_t index) { index_ = index; }

 private:
  class StreamWriter;

  enum class Phase : std::uint8_t {
    Idle,       // between requests
    Header,     // a request's header has begun
    Body,       // its header is whole
    Handling,   // its handler runs as a coroutine
    Streaming,  // its response's body is being produced
    Lingering,  // our side is shut; what the client still sends is thrown away
    Closed,
  };

  static constexpr SteadyTime kNever = SteadyTime::max();

  bool reads_requests() const { return phase_ == Phase::Idle || phase_ == Phase::Header || phase_ == Phase::Body; }
  bool has_output() const { return !output_.empty(); }
  // The stream cannot go on: the client has gone, or the server stops.
  bool stream_is_over() const { return peer_closed_ || phase_ != Phase::Streaming || loop_.draining(); }

  void advance();
  bool receive();
  void consume(std::string_view bytes);
  std::string_view parse(std::string_view bytes);
  void end_of_input();
  void discard_input();

  void handle_request();
  void fail_request(int status, std::string_view detail);
  Response failure(int status, std::string_view detail, const Request* request);
  Response failure(const std::exception_ptr& error);
  static Task<void> run_handler(std::shared_ptr<Connection> self);
  static Task<void> run_stream(std::shared_ptr<Connection> self, StreamBody body);
  void spawn(Task<void> task);

  void respond(Response response);
  void begin_stream(Response response);
  void end_stream(bool complete);
  void finish_exchange();
  void record(int status, std::size_t bytes);
  HeaderContext header_context() const;

  bool flush();
  void finish_close();
  void close();
  void wake();
  void set_deadline();

  ServerLoop& loop_;
  UniqueFd socket_;
  std::size_t index_ = 0;
  std::string peer_;
  std::unique_ptr<Exchange> exchange_;
  std::string input_;  // received, not yet taken by the parser
  PendingOutput output_;
  SteadyTime deadline_ = kNever;
  std::unique_ptr<Timer> changed_;                   // never expires: cancelled to wake a stream's coroutine
  std::weak_ptr<asio::cancellation_signal> cancel_;  // of the running handler or stream, which owns it
  Phase phase_ = Phase::Idle;
  Framing framing_ = Framing::Length;
  int stream_status_ = 0;
  std::size_t stream_bytes_ = 0;
  bool readable_ = true;
  bool peer_closed_ = false;  // the client has shut its sending side, or the connection is broken
  bool input_waits_ = false;  // input_ may hold a whole request
  bool close_after_output_ = false;
  bool keep_alive_ = true;
  bool advancing_ = false;  // on the stack: do not enter again
};

}  // namespace draas::net
