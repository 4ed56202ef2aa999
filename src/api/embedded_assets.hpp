#pragma once
// The scripts and styles of the API pages (/swagger, /scalar/v1), built into the program so that the pages need no
// network. cmake/Assets.cmake packs them; a build without them has none.
//
// The bundles can reach out to servers of their makers. The page that loads them must forbid it; these settings do:
//   Swagger UI:  validatorUrl: null
//   Scalar:      withDefaultFonts: false, telemetry: false, hideClientButton: true, proxyUrl: "",
//                agent: {disabled: true}, mcp: {disabled: true}, showDeveloperTools: "never"
// and the header  Content-Security-Policy: default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:  seals it.

#include <optional>
#include <string_view>

namespace draas::api {

struct EmbeddedAsset {
  std::string_view content;  // lives as long as the program
  std::string_view content_type;
  bool gzip = false;  // `content` is compressed: send Content-Encoding: gzip
};

// By name: "swagger-ui/swagger-ui.css", "swagger-ui/swagger-ui-bundle.js",
// "swagger-ui/swagger-ui-standalone-preset.js", "swagger-ui/favicon-32x32.png", "scalar/standalone.js". Nothing for
// other names, and for every name in a build without the pages. Any thread.
std::optional<EmbeddedAsset> embedded_asset(std::string_view name);

}  // namespace draas::api
