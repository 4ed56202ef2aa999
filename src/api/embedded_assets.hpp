#pragma once
// The files that browsers load (dashboard, /swagger, /scalar/v1), built into the program so that they need no network.
// web/embed/pack.mjs packs them, cmake/Assets.cmake says which; a build without them has none.
//
// The bundles of the API pages can reach out to servers of their makers. The page that loads them must forbid it; these
// settings do:
//   Swagger UI:  validatorUrl: null
//   Scalar:      withDefaultFonts: false, telemetry: false, hideClientButton: true, proxyUrl: "",
//                agent: {disabled: true}, mcp: {disabled: true}, showDeveloperTools: "never"
// and a Content-Security-Policy that allows 'self' alone seals it.

#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::api {

// Everything lives as long as the program. Either `plain` is there, or both of the others.
struct EmbeddedAsset {
  std::string_view content_type;
  std::string_view plain;
  std::string_view gzip;
  std::string_view brotli;
};

// By name: "swagger-ui/swagger-ui.css", "scalar/standalone.js", "dashboard/index.html", "dashboard/assets/...". Nothing
// for other names, and for every name of a part that the build left out. Any thread.
std::optional<EmbeddedAsset> embedded_asset(std::string_view name);

// The whole content, decompressed where it has to be.
std::string plain_content(const EmbeddedAsset& asset);

// 200 with the asset in the best encoding that the client takes, and `cache_control`.
net::Response asset_response(const net::Request& request, const EmbeddedAsset& asset, std::string_view cache_control);

}  // namespace draas::api
