#pragma once
// One request and its response over one connection of an HttpClient.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/client_pool.hpp"
#include "net/response_parser.hpp"

namespace draas::net {

// A time limit on waiting for the network. When it passes, or the client is shut down, what is waited on is closed, and
// expired() or cancelled() tells why.
class Deadline final : public PendingCall {
 public:
  Deadline(std::shared_ptr<ClientCore> core, std::chrono::milliseconds timeout);
  ~Deadline() override;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // The time left is cut to `limit` until the next call; nullopt lifts that.
  void limit(std::optional<std::chrono::milliseconds> limit);
  // What to close. Either may be null.
  void guard(Connector* connector, std::shared_ptr<Transport> transport);

  bool expired() const { return state_->expired; }
  bool cancelled() const { return state_->cancelled; }
  bool whole_time_is_over() const { return std::chrono::steady_clock::now() >= end_; }
  void on_shut_down() override;

 private:
  // Shared with the timer's handler, which may run once more after the end.
  struct State {
    Connector* connector = nullptr;
    std::shared_ptr<Transport> transport;
    bool expired = false;
    bool cancelled = false;
    std::size_t generation = 0;
    void close_all() const;
  };

  void arm(std::chrono::steady_clock::time_point at);

  std::shared_ptr<ClientCore> core_;
  std::chrono::steady_clock::time_point end_;
  std::shared_ptr<State> state_;
  Timer timer_;
};

// The connection's half of a response that is being read.
struct OpenResponse {
  std::shared_ptr<ClientCore> core;
  Endpoint endpoint;
  std::shared_ptr<Transport> transport;
  std::unique_ptr<ResponseParser> parser;
  std::string unparsed;
  bool request_sent = true;  // whole; else the connection cannot carry another
  std::array<char, 16U << 10U> buffer;

  // Reads once and parses. False with `error` when the peer or the network failed.
  Task<bool> advance(boost::system::error_code& error);
  // Rests the connection for the next request, or closes it.
  void finish();
};

class ClientExchange {
 public:
  ClientExchange(std::shared_ptr<ClientCore> core, Endpoint endpoint, ClientRequest request,
                 std::chrono::milliseconds timeout);

  // Sends the request and reads the response's header.
  Task<Status> run();
  // After run(): the rest.
  Task<Result<ClientResponse>> read_all();
  std::unique_ptr<ResponseStream> into_stream();

 private:
  enum class Outcome { Done, Failed, Retry };

  Status check_request() const;
  std::string request_header() const;
  bool may_repeat() const;
  Task<Status> connect();
  Task<Outcome> attempt(bool reused);
  Error network_error(const boost::system::error_code& error, std::string_view doing,
                      std::string_view reason = {}) const;

  std::shared_ptr<ClientCore> core_;
  Endpoint endpoint_;
  ClientRequest request_;
  Deadline deadline_;
  std::unique_ptr<OpenResponse> response_;
  Error failure_;
};

}  // namespace draas::net
