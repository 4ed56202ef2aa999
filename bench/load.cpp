#include "load.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <poll.h>

#include "base/program.hpp"
#include "sockets.hpp"
#include "statistics.hpp"

namespace draas::bench {
namespace {

struct Connection {
  Descriptor socket;
  std::string received;
  Clock::time_point sent;
  bool busy = false;
};

// Where the first answer in `text` ends; 0 while it has not.
std::size_t answer_end(const std::string& text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = text.find(kLength);
  std::size_t length = 0;
  if (at < head) std::from_chars(text.data() + at + kLength.size(), text.data() + head, length);
  const std::size_t end = head + 4 + length;
  return text.size() >= end ? end : 0;
}

}  // namespace

LoadResult run_load(const LoadOptions& options, const std::function<std::string(std::size_t)>& request) {
  std::vector<Connection> connections(options.connections);
  std::vector<pollfd> waits;
  for (Connection& connection : connections) {
    connection.socket = connect_to(options.port);
    waits.push_back({connection.socket.get(), POLLIN, 0});
  }
  LoadResult result;
  std::size_t sent = 0;
  std::size_t busy = 0;
  const auto start = Clock::now();
  const auto more = [&] {
    return options.requests > 0 ? sent < options.requests : Clock::now() - start < options.duration;
  };
  const auto send_next = [&](Connection& connection) {
    connection.busy = more();
    if (!connection.busy) return;
    const std::string text = request(sent++);
    ++busy;
    connection.sent = Clock::now();
    send_all(connection.socket.get(), text);
  };
  const auto take_answer = [&](Connection& connection) {
    if (!receive_some(connection.socket.get(), connection.received)) throw std::runtime_error("the server went away");
    const std::size_t end = answer_end(connection.received);
    if (end == 0) return;
    if (connection.received.starts_with("HTTP/1.1 2")) {
      ++result.answered;
      if (options.keep_last) result.last_body = connection.received.substr(0, end);
      result.latencies.push_back(since(connection.sent));
    } else if (++result.failed == 1) {
      result.first_failure = connection.received.substr(0, end);
    }
    connection.received.erase(0, end);
    --busy;
    send_next(connection);
  };
  for (Connection& connection : connections) send_next(connection);
  while (busy > 0) {
    if (::poll(waits.data(), waits.size(), 30'000) <= 0) throw std::runtime_error("no answer within 30 s");
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].revents != 0 && connections[i].busy) take_answer(connections[i]);
    }
  }
  result.seconds = since(start) / 1000;
  return result;
}

std::string request_text(const std::string& method, const std::string& target, const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!body.empty()) {
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

double wrk_rate(const std::string& url, int seconds, int rounds) {
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    ProgramCall call;
    call.words = {"taskset", "-c", "1", "wrk", "-t1", "-c64", "-d" + std::to_string(seconds) + "s", url};
    Result<ProgramOutput> output = run_program(call);
    if (!output) throw std::runtime_error(output.error().message);
    constexpr std::string_view kRate = "Requests/sec:";
    const std::size_t at = output->text.find(kRate);
    if (at == std::string::npos || output->text.contains("Non-2xx")) throw std::runtime_error("wrk: " + output->text);
    rates.push_back(std::stod(output->text.substr(at + kRate.size())));
  }
  return median(rates);
}

}  // namespace draas::bench
