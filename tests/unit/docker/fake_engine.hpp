#pragma once
// An engine that answers from a script, one connection for each request.

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "docker/engine_client.hpp"
#include "unit/net/loop_fixture.hpp"

namespace draas::docker::testing {

struct EngineRequest {
  std::string line;    // "GET /v1.41/info HTTP/1.1"
  std::string header;  // all of it
  std::string body;
};

inline constexpr std::string_view kVersionAnswer =
    R"({"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"})";

inline std::string answer(int status, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

inline std::string chunk(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

inline constexpr std::string_view kStreamHeader =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";

class FakeEngineTest : public net::testing::LoopTest {
 protected:
  // Plays one request; what it returns is sent, and the connection closed.
  using Play = std::function<std::string(const EngineRequest&, net::testing::RawSocket&)>;

  FakeEngineTest() : peer_([this](net::testing::RawSocket& socket, int) { serve(socket); }) {}
  ~FakeEngineTest() override {
    std::function<net::Task<bool>()> end = [this]() -> net::Task<bool> {
      client_.reset();
      co_return true;
    };
    on_loop(std::move(end));
  }

  // Runs `work` with a client of the fake engine, on the loop.
  template <class T>
  T with_engine(std::function<net::Task<T>(EngineClient&)> work, EngineClientOptions options = {}) {
    std::function<net::Task<T>()> task = [this, work, options]() -> net::Task<T> {
      if (!client_) {
        EngineEndpoint endpoint;
        endpoint.address = *net::Endpoint::parse("http://127.0.0.1:" + std::to_string(peer_.port()));
        endpoint.origin = "the test";
        client_ = std::make_unique<EngineClient>(loop.executor(), std::move(endpoint), options);
      }
      co_return co_await work(*client_);
    };
    return on_loop(std::move(task));
  }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& request : requests_) out.push_back(request.line);
    return out;
  }
  EngineRequest last() {
    const std::lock_guard lock(mutex_);
    return requests_.back();
  }

  Play play = [](const EngineRequest&, net::testing::RawSocket&) { return answer(200, "{}"); };
  std::string version{kVersionAnswer};

 private:
  void serve(net::testing::RawSocket& socket) {
    EngineRequest request;
    request.header = socket.read_until("\r\n\r\n");
    request.line = request.header.substr(0, request.header.find("\r\n"));
    const auto length = request.header.find("Content-Length: ");
    if (length != std::string::npos) request.body = socket.read_exactly(std::stoul(request.header.substr(length + 16)));
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    if (request.line.starts_with("GET /version")) {
      socket.send(answer(200, version));
    } else {
      socket.send(play(request, socket));
    }
    socket.close();
  }

  std::mutex mutex_;
  std::vector<EngineRequest> requests_;
  std::unique_ptr<EngineClient> client_;
  net::testing::ScriptedPeer peer_;
};

}  // namespace draas::docker::testing
