#pragma once
// Reads members of the control plane's answers, leniently: what is absent or null has its default. Internal to
// src/reconciliation.

#include <cstdint>
#include <string>

#include "base/json.hpp"

namespace draas::reconciliation {

// nullptr when absent, null, or when `object` is none.
const Json* field(const Json& object, const char* name);
std::string text_field(const Json& object, const char* name);
std::uint64_t number_field(const Json& object, const char* name);
bool flag_field(const Json& object, const char* name);

}  // namespace draas::reconciliation
