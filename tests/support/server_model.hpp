#pragma once
// What a drasi-server makes of a configuration and of calls of its API, as a value. Plans are tried on it.

#include <map>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "drasi/client.hpp"

namespace draas::tests {

class ServerModel {
 public:
  // Of a server that was started with a rendered document.
  explicit ServerModel(const Json& rendered);

  // What the call does, or why the server refuses it: something is missing, there already, or still needed.
  std::optional<std::string> apply(const drasi::LiveAction& action);

  // As drasi::Client::actual_configuration().
  Json report() const { return Json{{"instances", libraries_}}; }
  // The state of a component; "" when it is not there.
  std::string status(const std::string& library, const std::string& id) const;

 private:
  std::optional<std::string> add(Json& library, drasi::ComponentKind kind, Json component);

  Json libraries_ = Json::array();
  // Library, reaction and query: the definition of the query that the reaction has followed. Outlives the reaction.
  std::map<std::string, Json> checkpoints_;
};

}  // namespace draas::tests
