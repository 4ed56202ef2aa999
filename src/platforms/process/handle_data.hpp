#pragma once
// What the Process platform keeps in WorkloadHandle::data: the identity of the process (identity.hpp), and beside it
// `controlPlaneId`, `limits` and `cgroup`. Absent fields read as "" and false. Thread-safe.

#include <string>
#include <string_view>

#include "core/platform/platform.hpp"
#include "platforms/process/identity.hpp"

namespace draas::platforms::process {

inline constexpr std::string_view kPlatformName = "Process";

core::WorkloadHandle make_handle(const ProcessIdentity& identity, const Marks& marks);
// `limits`: how they are held, for people; "" = none.
void note_limits(core::WorkloadHandle& handle, const std::string& limits, bool has_cgroup);

std::string control_plane_of(const core::WorkloadHandle& handle);
std::string limits_of(const core::WorkloadHandle& handle);
bool has_cgroup(const core::WorkloadHandle& handle);

}  // namespace draas::platforms::process
