#pragma once
// What `get` can list: instances, and everything else that the control plane keeps.

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/resource_tables.hpp"

namespace draas::cli {

struct Listing {
  Elements elements;
  Json about;           // the instance whose revisions they are; null for the others
  bool single = false;  // one was asked for by name: the output is that one, no list
};

struct Resource {
  std::string name;  // "rollouts"
  std::string one;   // "rollout", may be said as well
  const char* key;   // the member that tells one from the other
  bool takes_filters = false;
  bool only_newest = false;  // the newest ones are listed: one that is gone from the list is not deleted
  // `targets.names`: what follows the resource on the command line.
  Result<Listing> (*list)(Connection&, const TargetOptions& targets);
  Table (*table)(const Listing&, bool wide);
};

// Instances first.
const std::vector<Resource>& resources();
// By its name, or that of one of it; nullptr when it is none.
const Resource* find_resource(const std::string& word);

}  // namespace draas::cli
