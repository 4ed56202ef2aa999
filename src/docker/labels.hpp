#pragma once
// The labels by which containers and volumes of DRaaS are known. The platform sets them, monitors read them.

#include <string_view>

namespace draas::docker {

inline constexpr std::string_view kLabelManaged = "draas.managed";
inline constexpr std::string_view kLabelInstance = "draas.instanceId";  // the instance, for people and filters
inline constexpr std::string_view kLabelWorkload = "draas.workload";    // with the slot
inline constexpr std::string_view kLabelControlPlane = "draas.controlPlane";
inline constexpr std::string_view kLabelSpecHash = "draas.specHash";
inline constexpr std::string_view kLabelKept = "draas.kept";  // its data was kept when the instance was deleted
inline constexpr std::string_view kLabelGeneration = "draas.generation";

}  // namespace draas::docker
