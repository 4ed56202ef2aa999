#pragma once
// Key order, which has no meaning but makes texts differ.

#include "base/json.hpp"

namespace draas::cli {

// `value` with its keys in the order that they have in `model`; those that `model` has not come last.
Json ordered_as(const Json& value, const Json& model);

}  // namespace draas::cli
