#include "api/embedded_assets.hpp"

#include <array>

#ifdef DRAAS_BUNDLE_API_DOCS

// Defined by the assembler file that cmake/Assets.cmake writes; the names are symbols of the linker's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char draas_asset_swagger_ui_css_begin[];
extern const char draas_asset_swagger_ui_css_end[];
extern const char draas_asset_swagger_ui_bundle_js_begin[];
extern const char draas_asset_swagger_ui_bundle_js_end[];
extern const char draas_asset_swagger_ui_standalone_preset_js_begin[];
extern const char draas_asset_swagger_ui_standalone_preset_js_end[];
extern const char draas_asset_swagger_ui_favicon_png_begin[];
extern const char draas_asset_swagger_ui_favicon_png_end[];
extern const char draas_asset_scalar_standalone_js_begin[];
extern const char draas_asset_scalar_standalone_js_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace draas::api {
namespace {

constexpr std::string_view kScript = "text/javascript; charset=utf-8";

struct NamedAsset {
  std::string_view name;
  const char* begin;
  const char* end;
  std::string_view content_type;
  bool gzip;
};

const std::array<NamedAsset, 5> kAssets{{
    {"swagger-ui/swagger-ui.css", draas_asset_swagger_ui_css_begin, draas_asset_swagger_ui_css_end,
     "text/css; charset=utf-8", true},
    {"swagger-ui/swagger-ui-bundle.js", draas_asset_swagger_ui_bundle_js_begin, draas_asset_swagger_ui_bundle_js_end,
     kScript, true},
    {"swagger-ui/swagger-ui-standalone-preset.js", draas_asset_swagger_ui_standalone_preset_js_begin,
     draas_asset_swagger_ui_standalone_preset_js_end, kScript, true},
    {"swagger-ui/favicon-32x32.png", draas_asset_swagger_ui_favicon_png_begin, draas_asset_swagger_ui_favicon_png_end,
     "image/png", false},
    {"scalar/standalone.js", draas_asset_scalar_standalone_js_begin, draas_asset_scalar_standalone_js_end, kScript,
     true},
}};

}  // namespace

std::optional<EmbeddedAsset> embedded_asset(std::string_view name) {
  for (const NamedAsset& asset : kAssets) {
    if (asset.name == name) return EmbeddedAsset{{asset.begin, asset.end}, asset.content_type, asset.gzip};
  }
  return std::nullopt;
}

}  // namespace draas::api

#else

namespace draas::api {

std::optional<EmbeddedAsset> embedded_asset(std::string_view /*name*/) { return std::nullopt; }

}  // namespace draas::api

#endif
