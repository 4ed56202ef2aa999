#pragma once
// Takes secrets out of what is given to others.

#include <set>
#include <string>

#include "base/json.hpp"

namespace draas::cli {

class Masker {
 public:
  // Remembers the secrets of a configuration, to find them elsewhere (in a log line) as well.
  void learn(const Json& configuration);
  // One secret by itself, such as a key; very short ones would take everything apart and are not searched for.
  void learn_text(const std::string& secret);

  // "***" for every field that is known to hold secrets, and for every secret that was learned.
  Json mask(const Json& value) const;
  std::string mask_text(std::string text) const;

 private:
  // One secret may be part of another: the whole one goes first.
  struct LongestFirst {
    bool operator()(const std::string& left, const std::string& right) const {
      return left.size() != right.size() ? left.size() > right.size() : left < right;
    }
  };
  std::set<std::string, LongestFirst> secrets_;
};

}  // namespace draas::cli
