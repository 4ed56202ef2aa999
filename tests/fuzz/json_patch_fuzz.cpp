// Two documents, one per line: the second is tried as a patch and a merge patch of the first, and their difference
// turns the first into the second.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const draas::JsonLimits limits{.max_depth = 32, .max_values = 2000};
  const auto first = draas::parse_json(text.substr(0, line), limits);
  const auto second = draas::parse_json(text.substr(line + 1), limits);
  if (!first || !second) return 0;

  if (const auto patched = draas::apply_json_patch(*first, *second)) {
    if (!draas::parse_json(draas::to_text(*patched))) std::abort();
  }
  (void)draas::apply_merge_patch(*first, *second);
  const auto result = draas::apply_json_patch(*first, draas::diff_json(*first, *second));
  if (!result || !draas::json_equal(*result, *second)) std::abort();
  return 0;
}
