// Any text through import, normalisation, validation and rendering: none of them may fail in another way than by its
// result, and what is valid must survive being written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "drasi/configuration.hpp"
#include "drasi/defaults.hpp"
#include "drasi/live_plan.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace draas;
  using namespace draas::drasi;

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto value = parse_json(text)) {
    const Json patch = normalise_patch(*value);
    (void)apply_json_patch(empty_configuration(), patch);
    (void)validate(*value);
  }
  const auto imported = import_text(text);
  if (!imported) return 0;
  require(normalise(*imported) == *imported);
  (void)mask_secrets(*imported);
  (void)component_ports(*imported);
  const bool valid = require_valid(*imported).has_value();

  RenderOptions options;
  options.id = "fuzz";
  options.host = "127.0.0.1";
  options.port = 8080;
  options.base_directory = "/srv";
  const Json rendered = render(*imported, options);
  (void)expected_components(rendered);
  (void)plan_live_changes(rendered, with_defaults(rendered), *imported);
  if (!valid) return 0;

  const auto exported = import_text(export_yaml(*imported));
  require(exported.has_value());
  const auto reread = import_text(render_yaml(*imported, options));
  require(reread.has_value());
  require(spec_hash(render(*reread, options)) == spec_hash(rendered));
  return 0;
}
