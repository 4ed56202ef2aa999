// Any text through the YAML reader: it ends with a document or a refusal, and what it accepts survives being written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/yaml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto documents = draas::parse_yaml_stream(text, {.max_depth = 32, .max_values = 5000});
  if (!documents) return 0;
  for (const draas::YamlDocument& document : *documents) {
    const auto again = draas::parse_yaml(draas::to_yaml(document.value));
    if (!again || draas::to_text(again->value) != draas::to_text(document.value)) std::abort();
  }
  return 0;
}
