// Names of kinds and statuses, and what listed states mean.
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "drasi/client.hpp"

namespace draas::drasi {
namespace {

constexpr std::array<std::pair<ComponentStatus, std::string_view>, 8> kStatuses = {{
    {ComponentStatus::Added, "Added"},
    {ComponentStatus::Starting, "Starting"},
    {ComponentStatus::Running, "Running"},
    {ComponentStatus::Stopping, "Stopping"},
    {ComponentStatus::Stopped, "Stopped"},
    {ComponentStatus::Error, "Error"},
    {ComponentStatus::Reconfiguring, "Reconfiguring"},
    {ComponentStatus::Removed, "Removed"},
}};

Readiness judge_status(ComponentStatus status) {
  switch (status) {
    case ComponentStatus::Running:
      return Readiness::Ready;
    case ComponentStatus::Starting:
    case ComponentStatus::Reconfiguring:
    case ComponentStatus::Stopping:
    case ComponentStatus::Unknown:
      return Readiness::Progressing;
    // By the time that the server answers it has tried to start all that starts by itself.
    case ComponentStatus::Added:
    case ComponentStatus::Stopped:
    case ComponentStatus::Error:
    case ComponentStatus::Removed:
      return Readiness::Failed;
  }
  return Readiness::Progressing;
}

// Collects what stands against readiness, the worst first.
class Judgement {
 public:
  explicit Judgement(const std::vector<ComponentState>& actual) {
    for (const ComponentState& state : actual) known_[{state.library, state.kind, state.id}] = &state;
  }

  void expect(const std::string& library, ComponentKind kind, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      const std::string name = std::string(to_string(kind)) + " '" + id + "'";
      const auto found = known_.find({library, kind, id});
      if (found == known_.end()) {
        add(Readiness::Failed, name + " is missing");
        continue;
      }
      const ComponentState& state = *found->second;
      const Readiness readiness = judge_status(state.status);
      if (readiness == Readiness::Ready) continue;
      std::string reason = name + " is in " + std::string(to_string(state.status));
      if (!state.error_message.empty()) reason += ": " + state.error_message;
      add(readiness, std::move(reason));
    }
  }

  void conclude(ReadinessReport& report) const {
    report.readiness = !failed_.empty()    ? Readiness::Failed
                       : !waiting_.empty() ? Readiness::Progressing
                                           : Readiness::Ready;
    report.reason = !failed_.empty() ? failed_ : waiting_;
  }

 private:
  void add(Readiness readiness, std::string reason) {
    std::string& reasons = readiness == Readiness::Failed ? failed_ : waiting_;
    if (!reasons.empty()) reasons += "; ";
    reasons += reason;
  }

  std::map<std::tuple<std::string, ComponentKind, std::string>, const ComponentState*> known_;
  std::string failed_;
  std::string waiting_;
};

}  // namespace

std::string_view to_string(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::Source:
      return "source";
    case ComponentKind::Query:
      return "query";
    case ComponentKind::Reaction:
      return "reaction";
  }
  return "component";
}

std::string_view to_string(ComponentStatus status) {
  for (const auto& [known, name] : kStatuses) {
    if (known == status) return name;
  }
  return "Unknown";
}

ComponentStatus parse_component_status(std::string_view name) {
  for (const auto& [status, known] : kStatuses) {
    if (known == name) return status;
  }
  return ComponentStatus::Unknown;
}

ReadinessReport judge_readiness(const ExpectedComponents& expected, const std::vector<ComponentState>& actual) {
  ReadinessReport report;
  report.components = actual;
  Judgement judgement(actual);
  for (const ExpectedComponents::Library& library : expected.libraries) {
    judgement.expect(library.id, ComponentKind::Source, library.sources);
    judgement.expect(library.id, ComponentKind::Query, library.queries);
    judgement.expect(library.id, ComponentKind::Reaction, library.reactions);
  }
  judgement.conclude(report);
  return report;
}

}  // namespace draas::drasi
