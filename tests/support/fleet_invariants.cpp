#include "support/fleet_invariants.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace draas::tests {

std::string violation(ServerProcess& server, const Look& look, bool failures) {
  const Answer list = server.get("/api/server/instances");
  if (list.status != 200) return "the list answers " + std::to_string(list.status) + " " + list.body;
  std::map<std::string, Json> instances;
  std::map<std::string, bool> wanted;  // by workload: is it said to run?
  std::set<int> ports;
  for (const Json& instance : list.json()) {
    const auto id = instance["id"].get<std::string>();
    const auto phase = instance["phase"].get<std::string>();
    if (phase == "Starting" || phase == "Stopping" || phase == "BackOff") return id + " is still " + phase;
    const bool should_run = instance["desiredState"] == "Running";
    if (phase == "Running" && !should_run) return id + " runs though it should not";
    if (should_run && phase != "Running" && !(failures && phase == "Failed")) {
      return id + " should run, but is " + phase + ": " + instance.value("errorMessage", Json()).dump();
    }
    const int port = server.get("/api/server/instances/" + id + "/server-configuration").json().value("port", 0);
    if (!ports.insert(port).second) return "port " + std::to_string(port) + " is given out twice";
    const Json workloads = server.get("/api/server/instances/" + id + "/workloads").json();
    if (!workloads.contains("active")) return id + " went away meanwhile";
    const Json& active = workloads["active"];
    const Json& standby = workloads["standby"];
    auto name_in = [&id](const Json& slot) { return slot == "b" ? id + "~b" : id; };
    if (!active.is_null()) wanted[name_in(active["slot"])] = phase == "Running";
    if (!standby.is_null()) {
      const auto standby_phase = standby["phase"].get<std::string>();
      if (standby_phase != "Running" && standby_phase != "Failed")
        return id + " has a standby that is " + standby_phase;
      if (phase == "Running" && standby["slot"] == active["slot"]) return id + " has two workloads in one slot";
      if (standby_phase == "Running" && standby["generation"] == active["generation"]) return id + " counts wrongly";
      wanted[name_in(standby["slot"])] = standby_phase == "Running";
    }
    for (const Json* workload : {&active, &standby}) {
      if (workload->is_null() || (*workload)["slot"] != "b") continue;
      const int leased = (*workload)["port"].get<int>();
      if (!ports.insert(leased).second) return "port " + std::to_string(leased) + " is given out twice";
    }
    const Json revisions = server.get("/api/configuration/instances/" + id + "/revisions?limit=1000").json();
    const auto newest = instance["configurationRevision"].get<std::uint64_t>();
    std::set<std::uint64_t> numbers;
    for (const Json& revision : revisions) numbers.insert(revision["revision"].get<std::uint64_t>());
    if (numbers.size() != revisions.size() || numbers.size() != newest || *numbers.begin() != 1 ||
        *numbers.rbegin() != newest) {
      return id + " has a gap in its history";
    }
    instances.emplace(id, instance);
  }
  std::map<std::string, int> running;
  const Footprint footprint = look();
  for (const std::string& name : footprint.running) ++running[name];
  for (const auto& [name, count] : running) {
    if (!wanted.contains(name)) return "an orphan of " + name + " runs";
    if (count > 1) return name + " runs " + std::to_string(count) + " times";
    if (!wanted[name]) return name + " runs but is not said to";
  }
  for (const auto& [name, runs] : wanted) {
    if (runs && running[name] != 1) return name + " is said to run but does not";
  }
  for (const std::string& id : footprint.instances) {
    if (!instances.contains(id)) return "containers or volumes of " + id + " are left";
  }
  return {};
}

void expect_settles(ServerProcess& server, const Look& look, Expectation expectation) {
  std::string last;
  const bool settled = eventually(
      [&] {
        last = violation(server, look, expectation.failures);
        return last.empty();
      },
      expectation.limit);
  EXPECT_TRUE(settled) << last << "\n" << server.log();
}

}  // namespace draas::tests
