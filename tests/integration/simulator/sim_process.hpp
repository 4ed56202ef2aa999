#pragma once
// Runs the real drasi-sim program in a directory of its own, and speaks HTTP to it over a plain blocking socket.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/json.hpp"
#include "support/eventually.hpp"

namespace draas::simulator_tests {

using std::chrono::milliseconds;
using tests::eventually;

// For what is certain to come, however busy the machine.
inline constexpr milliseconds kPatience{20'000};

struct HttpAnswer {
  int status = 0;  // 0: no answer
  std::map<std::string, std::string> headers;
  std::string body;

  Json json() const;
};

// A free TCP port of 127.0.0.1.
std::uint16_t free_port();

// A blocking connection with deadlines.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  bool connected() const { return fd_ >= 0; }
  void send(std::string_view bytes) const;
  // What has come until `marker` is in it, the peer closed, or the time is over.
  std::string read_until(std::string_view marker, milliseconds limit);
  // One whole response.
  HttpAnswer read_answer(milliseconds limit);

 private:
  int fd_ = -1;
  std::string buffer_;
};

HttpAnswer http(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body = "",
                std::string_view content_type = "application/json", milliseconds limit = kPatience);

using Files = std::map<std::string, std::string>;  // name and text

struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;
};

class SimProcess {
 public:
  // A fresh temporary directory with `files`; removed at the end. Nothing runs yet.
  explicit SimProcess(const Files& files = {});
  ~SimProcess();
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  void set_environment(const std::string& name, const std::string& value) { environment_[name] = value; }
  void start(const std::vector<std::string>& arguments);
  // Starts `-c server.yaml` with `yaml`, a literal id, 127.0.0.1 and a free port put before it.
  void launch(const std::string& yaml);
  // ... and waits for /health.
  void serve(const std::string& yaml);
  bool wait_ready(milliseconds limit = kPatience) const;
  bool wait_output(std::string_view text, milliseconds limit = kPatience) const;
  void signal(int number) const;
  // The exit status, or nothing when it still runs after `limit`.
  std::optional<ExitStatus> wait_exit(milliseconds limit = kPatience);
  bool running();

  HttpAnswer get(std::string_view target) const { return http(port, "GET", target); }
  HttpAnswer post(std::string_view target, std::string_view body = "") const {
    return http(port, "POST", target, body);
  }
  HttpAnswer put(std::string_view target, std::string_view body) const { return http(port, "PUT", target, body); }
  HttpAnswer remove(std::string_view target) const { return http(port, "DELETE", target); }
  // Asks until `accept` likes the answer.
  template <class Accept>
  HttpAnswer get_until(std::string_view target, Accept accept, milliseconds limit = kPatience) const;

  std::string output() const { return file("stdout.log"); }
  std::string errors() const { return file("stderr.log"); }
  std::string file(const std::string& name) const;
  bool exists(const std::string& name) const { return std::filesystem::exists(directory / name); }

  std::filesystem::path directory;
  std::uint16_t port = 0;
  pid_t pid = -1;

 private:
  std::map<std::string, std::string> environment_;
  std::optional<ExitStatus> status_;
};

template <class Accept>
HttpAnswer SimProcess::get_until(std::string_view target, Accept accept, milliseconds limit) const {
  HttpAnswer answer;
  eventually(
      [&] {
        answer = get(target);
        return accept(answer);
      },
      limit);
  return answer;
}

}  // namespace draas::simulator_tests
