#include "reconciliation/instance_state.hpp"

#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

Json document(const Json& answer, const char* name) {
  const Json* found = field(answer, name);
  return found != nullptr ? *found : Json();
}

}  // namespace

Result<InstanceState> parse_instance_state(const Json& answer) {
  InstanceState state;
  state.id = text_field(answer, "id");
  const auto desired_state = core::parse_desired_state(text_field(answer, "desiredState"));
  const auto phase = core::parse_phase(text_field(answer, "phase"));
  if (state.id.empty() || !desired_state || !phase) {
    return fail(ErrorCode::Internal,
                "The control plane's description of an instance is not understood; reconciler and "
                "control plane should have the same version");
  }
  state.desired_state = *desired_state;
  state.phase = *phase;
  state.platform = text_field(answer, "platform");
  state.revision = number_field(answer, "revision");
  state.applied_revision = number_field(answer, "appliedRevision");
  state.healthy_revision = number_field(answer, "healthyRevision");
  state.generation = number_field(answer, "generation");
  state.one_shot = flag_field(answer, "oneShot");
  state.host = text_field(answer, "host");
  state.port = static_cast<std::uint16_t>(number_field(answer, "port"));
  state.spec_hash = text_field(answer, "specHash");
  state.desired_spec_hash = text_field(answer, "desiredSpecHash");
  state.platform_options = document(answer, "platformOptions");
  state.desired_platform_options = document(answer, "desiredPlatformOptions");
  state.desired = document(answer, "desired");
  state.applied = document(answer, "applied");
  state.actual = document(answer, "actual");
  state.actual_error = text_field(answer, "actualError");
  state.observed = text_field(answer, "observed");
  if (const Json* standby = field(answer, "standby")) {
    Standby parsed;
    parsed.role = text_field(*standby, "role") == "Retired" ? StandbyRole::Retired : StandbyRole::Candidate;
    parsed.owner = text_field(*standby, "owner");
    parsed.revision = number_field(*standby, "revision");
    parsed.platform = text_field(*standby, "platform");
    state.standby = std::move(parsed);
  }
  if (const Json* held = field(answer, "held")) {
    state.held = Hold{number_field(*held, "revision"), text_field(*held, "reason")};
  }
  if (const Json* obstacles = field(answer, "obstacles"); obstacles != nullptr && obstacles->is_array()) {
    for (const Json& obstacle : *obstacles) {
      if (obstacle.is_string()) state.side_by_side_obstacles.push_back(obstacle.get<std::string>());
    }
  }
  if (const Json* policy = field(answer, "policy")) {
    auto parsed = parse_policy(*policy);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    state.policy = std::move(*parsed);
  }
  return state;
}

}  // namespace draas::reconciliation
