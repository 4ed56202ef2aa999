#pragma once
// Pieces of the request targets of the Engine API. Pure.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace draas::docker {

// For what carries files.
inline constexpr std::chrono::milliseconds kArchiveTimeout{300'000};

// The name of an image or container in a path: the engine wants the slashes of image names as they are.
std::string in_path(std::string_view name);
// The value of `filters`: these labels ("name" or "name=value"), and what is in `filters` already.
std::string label_filter(const std::vector<std::string>& labels, Json filters = Json::object());

}  // namespace draas::docker
