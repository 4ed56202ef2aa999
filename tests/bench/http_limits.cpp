// A server that answers two prepared bodies, to be measured against nginx serving the same bytes as files:
//   /one   about 400 bytes of JSON
//   /list  about 300 KB
// `http_limits --write DIRECTORY` writes the two bodies there as files; `http_limits PORT` serves them on one thread.

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "net/http_server.hpp"

namespace {

using draas::net::Request;
using draas::net::Response;
using draas::net::SharedBody;
using draas::net::Task;

constexpr int kListed = 750;

std::string instance_text(int number) {
  return R"({"id":"0192f0c1-7c1e-7b43-9a53-3f2a6f0d)" + std::to_string(1000 + number) + R"(","name":"orders-)" +
         std::to_string(1000 + number) +
         R"(","description":"Watches the order database","platformType":"process","status":"Running",)"
         R"("desiredState":"Running","health":"Healthy","createdAt":"2026-01-28T14:35:22.123456Z",)"
         R"("updatedAt":"2026-01-28T14:36:02.654321Z","host":"127.0.0.1","port":8080,"revision":3,)"
         R"("metadata":{"team":"warehouse","tier":"gold","region":"eu-central"}})";
}

std::string list_text() {
  std::string out = "[";
  for (int i = 0; i < kListed; ++i) {
    if (i > 0) out += ',';
    out += instance_text(i);
  }
  return out + ']';
}

class Prepared final : public draas::net::RequestHandler {
 public:
  std::optional<Response> try_handle(const Request& request) override {
    if (request.path == "/one") return Response::json_shared(200, one_);
    if (request.path == "/list") return Response::json_shared(200, list_);
    return error_response(404, "", &request);
  }
  Task<Response> handle(const Request&) override { co_return Response::empty(404); }
  Response error_response(int status, std::string_view, const Request*) override { return Response::empty(status); }

 private:
  SharedBody one_ = std::make_shared<const std::string>(instance_text(0));
  SharedBody list_ = std::make_shared<const std::string>(list_text());
};

int write_files(const std::filesystem::path& directory) {
  std::ofstream(directory / "one.json") << instance_text(0);
  std::ofstream(directory / "list.json") << list_text();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "--write") return write_files(arguments[1]);
  if (arguments.size() != 1) {
    std::cerr << "usage: http_limits PORT | --write DIRECTORY\n";
    return 2;
  }
  sigset_t ends{};
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  Prepared handler;
  draas::net::ServerOptions options;
  options.listen = {{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(arguments[0]))}};
  options.threads = 1;
  options.access_log = false;
  draas::net::HttpServer server(options, handler);
  if (auto started = server.start(); !started) {
    std::cerr << started.error().message << '\n';
    return 1;
  }
  std::cout << "ready" << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  return 0;
}
