#pragma once
// What differs between the configuration that is wanted and the one that a drasi-server reports, and how to close the
// gap through its API while it runs. Rules: docs/drasi-server.md, "Live changes". Pure and thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "drasi/client.hpp"

namespace draas::drasi {

enum class Liveness { Live, Restart };
std::string_view to_string(Liveness liveness);  // "Live", "Restart"

struct Difference {
  std::string path;  // JSON pointer into the wanted document in API form; of what is not wanted, into the reported one
  Json desired;      // null: not wanted
  Json actual;       // null: not there
  Liveness liveness = Liveness::Live;

  bool operator==(const Difference&) const = default;
};

struct LivePlan {
  std::vector<Difference> differences;
  // To be executed in this order, one after the other, for what can be changed live. A restart applies everything, so
  // that nothing of this is needed then.
  std::vector<LiveAction> actions;
  // What neither way will bring about without the user, for people.
  std::vector<std::string> obstacles;

  bool restart_required() const;
  bool converged() const { return differences.empty() && actions.empty(); }
};

// `desired`: a rendered document. `actual`: Client::actual_configuration(). `last_applied`: the rendered document that
// the server was last brought to, or null when that is not known; it settles what no route of the server reports
// (server settings, stores, providers, references in plugin fields). Without it those count as equal.
LivePlan plan_live_changes(const Json& desired, const Json& actual, const Json& last_applied);

}  // namespace draas::drasi
