#pragma once
// What is reported of containers: from an event, and from a look at what there is. Pure but for what it remembers.
//
// Thread safety: none.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "docker/engine_types.hpp"
#include "docker/events.hpp"
#include "monitors/report.hpp"

namespace draas::monitors::docker {

inline constexpr std::string_view kSource = "DockerDaemon";

class ContainerReports {
 public:
  // nullopt for an event that changes nothing that is reported, or of a container that is nobody's.
  std::optional<Report> on_event(const draas::docker::Event& event);

  // Before the engine is asked for the list of a look: what events say from here on is newer than that list, and the
  // look leaves those containers alone. One look at a time.
  void begin_look() { heard_.clear(); }
  // A look at all containers. Those that ended are inspected by the caller; `inspected` has what it found, by id.
  // Reports what differs from what was reported last, or everything when `all`; also of containers that have gone.
  std::vector<Report> on_list(const std::vector<draas::docker::ContainerSummary>& containers,
                              const std::map<std::string, draas::docker::Container>& inspected, bool all);

  // Ended containers of the list whose exit code is not known yet.
  std::vector<std::string> to_inspect(const std::vector<draas::docker::ContainerSummary>& containers, bool all) const;

 private:
  // Keeps it and returns it, unless it is what was reported last.
  std::optional<Report> news(const std::string& container, Report report, bool anyway);

  std::map<std::string, Report> last_;   // by container id
  std::set<std::string> heard_;          // containers of which events told since begin_look()
  std::set<std::string> out_of_memory_;  // containers that the engine told so of, before they died
};

}  // namespace draas::monitors::docker
