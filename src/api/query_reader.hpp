#pragma once
// Reads query parameters into typed values and collects every fault; the counterpart of JsonReader. Faults are named
// "?limit". Which names exist at all is checked against the route's declaration before any handler runs.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/model/status.hpp"
#include "net/http_message.hpp"

namespace draas::api {

class QueryReader {
 public:
  explicit QueryReader(const net::Request& request);

  std::optional<std::string> text(std::string_view name);
  // All values, also comma-separated ones; empty items are dropped.
  std::vector<std::string> list(std::string_view name);
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t min, std::uint64_t max);
  // true/false/1/0/yes/no; the bare name means true.
  std::optional<bool> boolean(std::string_view name);
  // "5", "5s", "00:00:05"; more than `max` is a fault.
  std::optional<Duration> duration(std::string_view name, Duration max);
  std::optional<WallTime> time(std::string_view name);
  std::vector<core::InstanceStatus> statuses(std::string_view name);

  void add_fault(std::string_view name, std::string message);
  Status finish() const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<Fault> faults_;
};

}  // namespace draas::api
