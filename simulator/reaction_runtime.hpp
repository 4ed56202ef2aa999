#pragma once
// The reactions that deliver: log, sse, http; and those that only run.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/component.hpp"
#include "simulator/source_runtime.hpp"

namespace draas::simulator {

class ReactionRuntime {
 public:
  virtual ~ReactionRuntime() = default;
  virtual std::string kind() const = 0;
  virtual Json properties() const = 0;
  virtual std::expected<void, std::string> start() = 0;
  virtual void stop() = 0;
  virtual std::optional<std::string> stopped_message() const { return std::nullopt; }
  virtual void deliver(const QueryEmission& emission) = 0;
};

std::unique_ptr<ReactionRuntime> make_reaction_runtime(const std::string& kind, const std::string& id,
                                                       std::vector<std::string> queries, const Json& config,
                                                       RuntimeHost host);
// What /attach is made of: hands every emission to `sink`, and calls `ended` when it stops.
std::unique_ptr<ReactionRuntime> make_attach_reaction(std::function<void(const QueryEmission&)> sink,
                                                      std::function<void()> ended, RuntimeHost host);

}  // namespace draas::simulator
