#pragma once
// The control plane, as commands speak to it: one call after the other, blocking. What goes on side by side is a
// coroutine over api(), run by run() or run_all().
//
// One thread; nothing is connected, and no loop exists, before the first call.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"

namespace draas::cli {

struct ConnectionSettings {
  std::string server;   // URL
  std::string api_key;  // "" = none
  std::string ca_file;  // for https; "" = the system's
  std::chrono::milliseconds timeout{30'000};
};

// An answer that comes piece by piece.
class Stream {
 public:
  virtual ~Stream() = default;
  // The next piece, "" at the end; nothing when none came within `wait`.
  virtual Result<std::optional<std::string>> read(std::chrono::milliseconds wait) = 0;
};

class Connection {
 public:
  // InvalidArgument when `server` is no URL.
  static Result<std::unique_ptr<Connection>> make(ConnectionSettings settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<client::Reply> send(client::Call call);
  Result<Json> get(std::string target);
  Result<Json> post(std::string target, Json body, std::chrono::milliseconds wait = {});
  Result<Json> put(std::string target, Json body);
  Result<Json> patch(std::string target, Json body, std::string content_type = {});
  Status remove(std::string target, std::chrono::milliseconds wait = {});
  // The body as it came.
  Result<std::string> get_text(std::string target, std::string accept);
  Result<std::unique_ptr<Stream>> open(std::string target, std::string accept);

  // Runs the works, at most `at_once` of them side by side, and returns when all have ended. Ctrl-C: what is under way
  // is finished, nothing more is begun, and the answer is Cancelled; a second one ends the program.
  using Work = std::function<net::Task<void>()>;
  Status run_all(std::vector<Work> works, std::size_t at_once);
  // The same for what only reads: Ctrl-C ends the program at once.
  void run_until_killed(std::vector<Work> works, std::size_t at_once);

  // Lets time pass while what is under way on the loop goes on.
  void pause(std::chrono::milliseconds span);

  client::ApiClient& api();
  net::Executor executor();
  const ConnectionSettings& settings() const;

 private:
  struct State;
  struct Line;
  void run_line(const std::shared_ptr<Line>& line, std::size_t at_once);
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace draas::cli
