#pragma once
// What the state store of an instance remembers: which definition of a query a reaction has followed. It outlives the
// reaction; in a file it outlives the process too.

#include <map>
#include <string>
#include <utility>

#include "simulator/configuration.hpp"

namespace draas::simulator {

class Checkpoints {
 public:
  // `file` "": only in memory. What the file holds that cannot be read counts as nothing.
  explicit Checkpoints(std::string file = "");

  // Whether the reaction has followed the query under another definition.
  bool differs(const std::string& reaction, const QueryDefinition& query) const;
  void remember(const std::string& reaction, const QueryDefinition& query);

 private:
  std::string file_;
  std::map<std::pair<std::string, std::string>, std::string> known_;  // by reaction and query
};

}  // namespace draas::simulator
