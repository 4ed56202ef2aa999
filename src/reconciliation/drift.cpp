#include "reconciliation/drift.hpp"

#include <array>
#include <set>
#include <utility>

namespace draas::reconciliation {
namespace {

// The settings by the names that people know them by.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kSettings{
    {{"/host", "Host"}, {"/port", "Port"}, {"/logLevel", "LogLevel"}}};

std::string shown(const Json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_string()) return value.get<std::string>();
  constexpr std::size_t kLongest = 200;
  std::string text = to_text(value);
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a character
  return text.substr(0, end) + "...";
}

// A value under its own field name, so that a secret is known as one.
Json masked(const std::string& path, const Json& value) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const Json wrapped = drasi::mask_secrets(Json{{name, value}});
  return wrapped.at(name);
}

// What the workload was started with on its platform (its image, say) cannot be changed while it runs. Of one that was
// started before this was remembered nothing is said.
void compare_platform_options(const InstanceState& state, std::vector<drasi::Difference>& differences) {
  const Json& running = state.platform_options;
  const Json& desired = state.desired_platform_options;
  if (!running.is_object() || !desired.is_object()) return;
  const auto value = [](const Json& options, const std::string& name) {
    const auto found = options.find(name);
    return found != options.end() ? *found : Json();
  };
  std::set<std::string> names;
  for (const Json* options : {&running, &desired}) {
    for (const auto& [name, unused] : options->items()) names.insert(name);
  }
  for (const std::string& name : names) {
    Json is = value(running, name);
    Json wanted = value(desired, name);
    if (is == wanted) continue;
    differences.push_back({"/platformOptions/" + name, std::move(wanted), std::move(is), drasi::Liveness::Restart});
  }
}

}  // namespace

Drift compare(const InstanceState& state) {
  Drift drift;
  if (!state.runs()) return drift;
  if (!state.actual.is_object()) {
    drift.unreachable = true;
    return drift;
  }
  // A configuration that ran once is not the applied revision, whatever its number says.
  const Json nothing;
  const Json& last = state.one_shot ? nothing : state.applied;
  drift.live = drasi::plan_live_changes(state.desired, state.actual, last);
  const bool other_spec = state.spec_hash != state.desired_spec_hash;
  const bool other_revision = state.applied_revision != state.revision || state.one_shot;
  if (drift.live.differences.empty() && other_revision) {
    if (other_spec && !last.is_object()) {
      // Something that no route of the server shows, and no record tells what it was.
      drift.live.differences.push_back({"", state.desired_spec_hash, state.spec_hash, drasi::Liveness::Restart});
    } else {
      drift.stale_mark = true;
    }
  }
  compare_platform_options(state, drift.live.differences);
  return drift;
}

std::string describe(const drasi::Difference& difference) {
  std::string name = difference.path.empty() ? "Configuration" : difference.path;
  for (const auto& [path, setting] : kSettings) {
    if (difference.path == path) name = setting;
  }
  const bool component = difference.desired.is_object() || difference.actual.is_object();
  if (component && difference.actual.is_null()) return name + ": missing";
  if (component && difference.desired.is_null()) return name + ": not wanted";
  const std::string actual = shown(masked(difference.path, difference.actual));
  const std::string desired = shown(masked(difference.path, difference.desired));
  return name + ": " + actual + " → " + desired;
}

Json to_json(const drasi::Difference& difference) {
  return Json{{"path", difference.path},
              {"desired", masked(difference.path, difference.desired)},
              {"actual", masked(difference.path, difference.actual)},
              {"liveness", drasi::to_string(difference.liveness)},
              {"text", describe(difference)}};
}

}  // namespace draas::reconciliation
