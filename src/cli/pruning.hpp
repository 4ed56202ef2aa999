#pragma once
// apply --prune: instances that apply made and that no document describes any more.

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "client/instance_document.hpp"

namespace draas::cli {

struct Pruning {
  std::string selector;  // among those with these labels; "" = among all that apply made
  bool dry_run = false;  // only say what would be deleted
  bool yes = false;      // without asking
};

// Asks, and deletes them. What of several failed is summarised.
Status prune(Session& session, const Pruning& options, const std::vector<client::InstanceDocument>& documents);

}  // namespace draas::cli
