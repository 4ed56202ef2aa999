#pragma once
// How numbers and keys are said to people. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace draas::cli {

// "1 thread", "2 threads".
std::string counted(std::uint64_t number, std::string_view one);
// A key of the API as a label: "processId" -> "Process id".
std::string label_of(std::string_view key);
// "1.5 cores, 512.0Mi of memory"; "" when there are none.
std::string limits_text(const Json& limits);

}  // namespace draas::cli
