#pragma once
// The control plane under measurement, and what the system knows about it.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "support/server_process.hpp"

namespace draas::bench {

struct Usage {
  double memory_mb = 0;     // resident
  double processor_ms = 0;  // used so far, all threads
};

// Of a process of this machine. Throws std::runtime_error when it is gone.
Usage usage_of(pid_t pid);

// All threads of the process on one core.
void pin(pid_t pid, int core);

// `draas server`, ready, with quiet logs and room for `ports` instances on 127.0.0.1. Throws std::runtime_error.
std::unique_ptr<tests::ServerProcess> start_control_plane(std::vector<std::string> flags = {},
                                                          std::uint16_t ports = 1200);

// Creates "<prefix><n>" for first <= n < last over 64 connections; each runs one mock source, one query, one reaction.
// With more than 40,000, they are spread over several host addresses, as each has ports of its own.
void create_many(tests::ServerProcess& server, const std::string& prefix, std::size_t first, std::size_t last,
                 bool start = false);
// Deletes all instances, and waits until they are gone.
void delete_all(tests::ServerProcess& server);

// Waits until `holds`, looking every millisecond. Throws std::runtime_error that names `what` after a minute.
void wait_until(const std::string& what, const std::function<bool()>& holds);

}  // namespace draas::bench
