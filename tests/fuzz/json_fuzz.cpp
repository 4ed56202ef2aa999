// Any text through the JSON parser and writer: what is accepted is written and read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string quoted;
  draas::append_json_string(quoted, text);
  if (!draas::parse_json(quoted)) std::abort();

  const auto value = draas::parse_json(text, {.max_depth = 32, .max_values = 5000});
  if (!value) return 0;
  const auto again = draas::parse_json(draas::to_text(*value));
  if (!again || !draas::json_equal(*value, *again)) std::abort();
  return 0;
}
