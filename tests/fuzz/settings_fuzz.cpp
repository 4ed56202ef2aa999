// Any text as a settings file's text, a duration and a time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/clock.hpp"
#include "base/settings_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)draas::parse_settings_text(text);
  if (const auto duration = draas::parse_duration(text)) {
    const auto again = draas::parse_duration(draas::to_text(*duration));
    if (!again || *again != *duration) std::abort();
  }
  if (const auto time = draas::parse_rfc3339(text)) {
    const auto again = draas::parse_rfc3339(draas::to_rfc3339(*time));
    if (again && *again != *time) std::abort();
  }
  return 0;
}
