#pragma once
// A real server on loopback whose handler is made of two functions.

#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "raw_socket.hpp"

namespace draas::net::testing {

class FunctionHandler : public RequestHandler {
 public:
  std::function<std::optional<Response>(const Request&)> at_once = [](const Request& request) {
    return Response::text(200, request.method_name + ' ' + request.path + ' ' + request.body);
  };
  std::function<Task<Response>(const Request&)> later;

  std::optional<Response> try_handle(const Request& request) override {
    if (later) return std::nullopt;
    return at_once(request);
  }
  Task<Response> handle(const Request& request) override { co_return co_await later(request); }
  Response error_response(int status, std::string_view detail, const Request*) override {
    return Response::text(status, "error " + std::to_string(status) + ": " + std::string(detail));
  }
};

class ServerTest : public ::testing::Test {
 protected:
  void start() {
    options.listen = {{"127.0.0.1", 0}};
    options.access_log = false;
    server = std::make_unique<HttpServer>(options, handler);
    const auto started = server->start();
    if (!started) throw std::runtime_error(started.error().message);
    port = server->addresses().at(0).port;
  }

  // One request on a connection of its own, to the end of the response and the connection.
  std::string exchange(std::string_view request) {
    auto socket = RawSocket::connect(port);
    socket.send(request);
    return socket.read_to_end();
  }

  FunctionHandler handler;
  ServerOptions options{.listen = {}, .threads = 1};
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

inline std::string status_line(const std::string& response) { return response.substr(0, response.find("\r\n")); }

}  // namespace draas::net::testing
