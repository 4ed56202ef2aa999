#pragma once
// The same for many instances, some of them at a time, with a bar; and what became of each.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"

namespace draas::cli {

struct Batch {
  std::string what;  // for the bar: "exporting"
  std::vector<std::string> ids;
  // For the instance at this place; on the connection's loop.
  std::function<net::Task<Status>(std::size_t)> work;
  bool only_reads = false;  // Ctrl-C ends the program at once, instead of after what is under way
  std::size_t at_once = 8;
};

struct Outcomes {
  std::vector<std::optional<Status>> each;  // nothing: not begun
  bool interrupted = false;

  std::size_t done() const;
};

Outcomes run_side_by_side(Connection& connection, Batch batch);

// Reports the failures of several, and says how many there are (Unprocessable: exit code 1); the one failure itself
// where there was one instance; Cancelled when it was interrupted.
Status summarise(Session& session, const Outcomes& outcomes);

// Works that each have a line to say of their instance, "" for none.
struct Telling {
  std::string what;
  std::vector<std::string> ids;
  std::function<net::Task<Result<std::string>>(std::size_t)> work;
};

// Runs them, prints the lines in the order of the instances, and summarises.
Status run_and_tell(Session& session, Connection& connection, Telling telling);

}  // namespace draas::cli
