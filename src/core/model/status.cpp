#include "core/model/status.hpp"

#include <charconv>

#include "net/text.hpp"

namespace draas::core {
namespace {

constexpr std::array<std::string_view, 5> kStatusNames{"Created", "Running", "Stopped", "Error",
                                                       "ConfigurationChanged"};
constexpr std::array<std::string_view, 7> kPhaseNames{"Idle",    "Starting", "Running", "Stopping",
                                                      "Stopped", "BackOff",  "Failed"};
constexpr std::array<std::string_view, 4> kHealthNames{"Unknown", "Healthy", "Degraded", "Unhealthy"};
constexpr std::array<std::string_view, 2> kDesiredNames{"Running", "Stopped"};
constexpr std::array<std::string_view, 3> kPolicyNames{"Always", "OnFailure", "Never"};

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (net::equals_ignoring_case(names[i], text)) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template <std::size_t N, class Enum>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view to_string(InstanceStatus status) { return name_of(kStatusNames, status); }
std::string_view to_string(Phase phase) { return name_of(kPhaseNames, phase); }
std::string_view to_string(Health health) { return name_of(kHealthNames, health); }
std::string_view to_string(DesiredState state) { return name_of(kDesiredNames, state); }
std::string_view to_string(RestartPolicy policy) { return name_of(kPolicyNames, policy); }

std::optional<InstanceStatus> parse_instance_status(std::string_view text) {
  if (auto named = parse_name<InstanceStatus>(kStatusNames, text)) return named;
  unsigned index = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error == std::errc() && end == text.data() + text.size() && index < kStatusNames.size()) {
    return static_cast<InstanceStatus>(index);
  }
  return std::nullopt;
}
std::optional<Phase> parse_phase(std::string_view text) { return parse_name<Phase>(kPhaseNames, text); }
std::optional<DesiredState> parse_desired_state(std::string_view text) {
  return parse_name<DesiredState>(kDesiredNames, text);
}
std::optional<RestartPolicy> parse_restart_policy(std::string_view text) {
  return parse_name<RestartPolicy>(kPolicyNames, text);
}

}  // namespace draas::core
