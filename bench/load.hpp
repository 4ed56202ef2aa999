#pragma once
// Load over loopback: many keep-alive connections on one thread, each with one request under way.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace draas::bench {

struct LoadOptions {
  std::uint16_t port = 0;
  std::size_t connections = 64;
  std::size_t requests = 0;  // 0: for `duration`
  std::chrono::milliseconds duration{0};
  bool keep_last = false;  // the last answer
};

struct LoadResult {
  std::size_t answered = 0;       // with a status of 2xx
  std::size_t failed = 0;         // with another one
  std::string first_failure;      // its answer
  std::string last_body;          // of the last answer with a status of 2xx, when asked for
  double seconds = 0;             // all of it
  std::vector<double> latencies;  // ms, of those answered
  double rate() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

// `request(n)` is the whole text of the nth request. Throws std::runtime_error when the server goes away.
LoadResult run_load(const LoadOptions& options, const std::function<std::string(std::size_t)>& request);

// The text of a request with a JSON body, or without one.
std::string request_text(const std::string& method, const std::string& target, const std::string& body = "");

// Requests per second of `wrk` on the URL for `seconds`, on the second core, over 64 connections: the median of
// `rounds`. Throws std::runtime_error when wrk cannot run or sees errors.
double wrk_rate(const std::string& url, int seconds, int rounds);

}  // namespace draas::bench
