#pragma once
// What is going on, at the foot of the terminal, for whatever takes longer than a second; nothing where stderr is no
// terminal. A timer of the connection's loop draws it, so that it turns while a call is under way.

#include <memory>
#include <string>

#include "cli/connection.hpp"

namespace draas::cli {

class Progress {
 public:
  // `total` 0 or 1: there is nothing to count, and a spinner is shown.
  Progress(Connection& connection, std::string what, std::size_t total);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total, and what is under way.
  void show(std::size_t done, const std::string& detail = {});
  // Takes the line away for good.
  void clear();

 private:
  struct State;
  static void tick(const std::shared_ptr<State>& state, std::chrono::milliseconds after);
  std::shared_ptr<State> state_;  // null where nothing is to be shown
};

}  // namespace draas::cli
