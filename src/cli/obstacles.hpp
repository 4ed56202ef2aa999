#pragma once
// Why an instance that is to run does not come to its newest revision, or does not do well with it.

#include <optional>
#include <string>

#include "cli/command.hpp"

namespace draas::cli {

struct Obstacle {
  std::string text;      // what stands in the way, and the way out
  bool lasting = false;  // it does not end by itself, and nobody is asked to end it
};

// True while some of its components fail, or it does not answer.
bool is_unwell(const Json& instance);

// Of one that is to run, and runs an older revision or is unwell; nothing where nothing is known to stand in the way.
Result<std::optional<Obstacle>> find_obstacle(Connection& connection, const Json& instance);

// Unprocessable: the checks of a revision from `from` on have failed. With 0, only the newest counts.
Status check_not_held(const Json& instance, std::uint64_t from);

}  // namespace draas::cli
