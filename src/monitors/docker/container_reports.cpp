#include "monitors/docker/container_reports.hpp"

#include <charconv>
#include <utility>

#include "base/clock.hpp"
#include "docker/labels.hpp"

namespace draas::monitors::docker {
namespace {

using draas::docker::Container;
using draas::docker::ContainerSummary;
using draas::docker::Event;

constexpr int kSignalBase = 128;  // exit codes above are signals

using Labels = std::map<std::string, std::string>;

std::string label(const Labels& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? std::string() : found->second;
}

// A report about the instance that the labels name, without a status. nullopt when they are not ours.
std::optional<Report> report_about(const Labels& labels, const std::string& container) {
  Report report;
  report.instance_id = label(labels, draas::docker::kLabelInstance);
  report.control_plane = label(labels, draas::docker::kLabelControlPlane);
  if (label(labels, draas::docker::kLabelManaged) != "true" || report.instance_id.empty()) return std::nullopt;
  report.source = kSource;
  const std::string generation = label(labels, draas::docker::kLabelGeneration);
  std::uint64_t number = 0;
  const char* const end = generation.data() + generation.size();
  if (std::from_chars(generation.data(), end, number).ptr == end && !generation.empty()) report.generation = number;
  report.metadata["containerId"] = container;
  return report;
}

void set_running(Report& report, const std::string& state) {
  report.status = "Running";
  report.metadata["containerState"] = state;
}

void set_ended(Report& report, std::optional<int> exit_code, bool out_of_memory) {
  const bool by_itself = exit_code.value_or(0) != 0 && exit_code.value_or(0) < kSignalBase;
  report.status = by_itself || out_of_memory ? "Error" : "Stopped";
  report.metadata["containerState"] = "exited";
  if (exit_code) report.metadata["exitCode"] = std::to_string(*exit_code);
  report.metadata["outOfMemory"] = out_of_memory ? "true" : "false";
}

bool has_ended(const std::string& state) { return state == "exited" || state == "dead"; }

}  // namespace

std::optional<Report> ContainerReports::news(const std::string& container, Report report, bool anyway) {
  const auto known = last_.find(container);
  const bool same = known != last_.end() && known->second == report;
  last_[container] = report;
  if (same && !anyway) return std::nullopt;
  return report;
}

std::optional<Report> ContainerReports::on_event(const Event& event) {
  if (event.type != "container") return std::nullopt;
  if (event.action == "oom") {
    out_of_memory_.insert(event.id);
    return std::nullopt;
  }
  std::optional<Report> report = report_about(event.attributes, event.id);
  if (!report) return std::nullopt;
  heard_.insert(event.id);
  if (event.action == "start" || event.action == "unpause") {
    set_running(*report, "running");
  } else if (event.action == "pause") {
    set_running(*report, "paused");
  } else if (event.action == "die") {
    set_ended(*report, event.exit_code(), out_of_memory_.erase(event.id) > 0);
  } else if (event.action == "destroy") {
    last_.erase(event.id);
    out_of_memory_.erase(event.id);
    return std::nullopt;
  } else {
    return std::nullopt;
  }
  return news(event.id, std::move(*report), false);
}

std::vector<std::string> ContainerReports::to_inspect(const std::vector<ContainerSummary>& containers, bool all) const {
  std::vector<std::string> ids;
  for (const ContainerSummary& container : containers) {
    if (!has_ended(container.state)) continue;
    const auto known = last_.find(container.id);
    const bool told = known != last_.end() && known->second.metadata.contains("exitCode");
    if (all || !told) ids.push_back(container.id);
  }
  return ids;
}

std::vector<Report> ContainerReports::on_list(const std::vector<ContainerSummary>& containers,
                                              const std::map<std::string, Container>& inspected, bool all) {
  std::vector<Report> reports;
  std::set<std::string> present;
  const auto add = [&](const std::string& id, Report report) {
    if (auto told = news(id, std::move(report), all)) reports.push_back(std::move(*told));
  };
  for (const ContainerSummary& container : containers) {
    present.insert(container.id);
    if (heard_.contains(container.id)) {
      const auto known = last_.find(container.id);
      if (all && known != last_.end()) reports.push_back(known->second);
      continue;
    }
    std::optional<Report> report = report_about(container.labels, container.id);
    if (!report) continue;
    if (container.running()) {
      set_running(*report, container.state == "paused" ? "paused" : "running");
    } else if (const auto found = inspected.find(container.id);
               found != inspected.end() && !found->second.state.running) {
      set_ended(*report, found->second.state.exit_code, found->second.state.out_of_memory);
    } else {
      continue;  // created and not started yet, being removed, or told already
    }
    add(container.id, std::move(*report));
  }
  for (auto known = last_.begin(); known != last_.end();) {
    if (present.contains(known->first) || heard_.contains(known->first)) {
      ++known;
      continue;
    }
    Report report = std::move(known->second);
    known = last_.erase(known);
    if (report.status != "Running") continue;
    set_ended(report, std::nullopt, false);
    report.metadata["containerState"] = "removed";
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace draas::monitors::docker
