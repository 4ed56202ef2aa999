#pragma once
// Looks at running servers: reads their live configuration, many at a time, on a thread of its own, so that a sweep
// over a large fleet does not hold up the control loop.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::core {

// A mark of what a server reports of itself: equal when nothing that matters differs, in whatever order it tells it.
std::string observation_mark(const Json& actual);

struct ObservationTarget {
  std::string instance_id;
  std::uint64_t generation = 0;
  net::Endpoint server;
};

struct Observation {
  std::string instance_id;
  std::uint64_t generation = 0;
  std::string mark;  // "" when it did not answer in time
};

class Observer {
 public:
  Observer();
  // Requires that close() completed.
  ~Observer();

  // From any loop; resumes there. One observation per target, in any order. Returns early with what there is after
  // close().
  net::Task<std::vector<Observation>> observe(std::vector<ObservationTarget> targets);
  // Ends what is under way. From any loop.
  net::Task<void> close();

 private:
  struct Round;
  net::Task<void> work(std::shared_ptr<Round> round);
  net::Task<std::vector<Observation>> run(std::vector<ObservationTarget> targets);

  net::EventLoop loop_;
  std::unique_ptr<net::HttpClient> http_;  // on the loop, as is all below
  net::TaskGroup tasks_;
  bool closing_ = false;
};

}  // namespace draas::core
