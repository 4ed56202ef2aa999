// The OpenAPI document and two pages that show it (R23). Everything is served from the program itself.

#include "api/context.hpp"
#include "api/embedded_assets.hpp"
#include "api/openapi.hpp"

namespace draas::api {
namespace {

// Scripts and data from here alone. The pages' scripts set styles in elements and use data and blob URLs for images.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
constexpr std::string_view kHtml = "text/html";

constexpr std::string_view kSwaggerPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DRaaS API</title>
<link rel="stylesheet" href="@/swagger/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="@/swagger/swagger-ui-bundle.js"></script>
<script src="@/swagger/swagger-ui-standalone-preset.js"></script>
<script src="@/swagger/start.js"></script>
</body>
</html>
)html";

constexpr std::string_view kSwaggerScript = R"js(window.onload = function () {
  window.ui = SwaggerUIBundle({
    url: "@/swagger/v1/swagger.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: "BaseLayout"
  });
};
)js";

constexpr std::string_view kScalarPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DRaaS API</title>
</head>
<body>
<div id="app"></div>
<script src="@/scalar/standalone.js"></script>
<script src="@/scalar/start.js"></script>
</body>
</html>
)html";

constexpr std::string_view kScalarScript = R"js(Scalar.createApiReference("#app", {
  url: "@/openapi/v1.json",
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  proxyUrl: "",
  agent: {disabled: true},
  mcp: {disabled: true},
  showDeveloperTools: "never"
});
)js";

// "@/" stands for the path base.
std::string with_base(std::string_view text, const std::string& base) {
  std::string out;
  while (true) {
    const auto at = text.find("@/");
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += base;
    text.remove_prefix(at + 1);
  }
}

QuickHandler page(const Context& context, std::string_view text, std::string_view content_type) {
  auto body = std::make_shared<const std::string>(with_base(text, context.options.path_base));
  return [body, content_type](const Request&, const PathParameters&) -> std::optional<Response> {
    auto response = Response::json_shared(200, body);
    response.headers.set("Content-Type", content_type);
    response.headers.set("Content-Security-Policy", kContentSecurityPolicy);
    response.headers.set("Cache-Control", "no-cache");
    return response;
  };
}

Response find_asset(const Request& request, const PathParameters& path, std::string_view directory) {
  const auto asset = embedded_asset(std::string(directory) + path["file"]);
  if (!asset) return problem(404, "There is no such file", &request);
  return asset_response(request, *asset, "public, max-age=86400");
}

Response swagger_asset(const Context&, const Request& request, const PathParameters& path) {
  return find_asset(request, path, "swagger-ui/");
}

Response scalar_asset(const Context&, const Request& request, const PathParameters& path) {
  return find_asset(request, path, "scalar/");
}

void add_page(RouteTable& table, std::string path, std::vector<std::string> aliases, std::string operation_id,
              std::string summary, std::string_view type, QuickHandler handler) {
  table.add({.method = net::Method::Get,
             .path = std::move(path),
             .aliases = std::move(aliases),
             .permission = Permission::None,
             .operation_id = std::move(operation_id),
             .summary = std::move(summary),
             .tag = "Documentation",
             .responses = {{.status = 200, .description = "The file", .media_types = {type}}},
             .quick = std::move(handler)});
}

void add_assets(RouteTable& table, std::string path, std::string operation_id, QuickHandler handler) {
  table.add({.method = net::Method::Get,
             .path = std::move(path),
             .permission = Permission::None,
             .operation_id = std::move(operation_id),
             .summary = "Script or style of a documentation page",
             .tag = "Documentation",
             .responses = {{.status = 200, .description = "The file", .media_types = {}}},
             .errors = {404},
             .quick = std::move(handler)});
}

}  // namespace

void add_documentation_api(RouteTable& table, const Context& context) {
  if (!context.options.documentation) return;
  auto document = std::make_shared<std::string>();
  auto serve_document = [document](const Request&, const PathParameters&) -> std::optional<Response> {
    auto response = Response::json_shared(200, document);
    response.headers.set("Cache-Control", "no-cache");
    return response;
  };
  table.add({.method = net::Method::Get,
             .path = "/openapi/v1.json",
             .aliases = {"/swagger/v1/swagger.json"},
             .permission = Permission::None,
             .operation_id = "getOpenApi",
             .summary = "This description",
             .tag = "Documentation",
             .responses = {{.status = 200, .description = "An OpenAPI 3.1 document", .schema = "OpenApiDocument"}},
             .quick = std::move(serve_document)});
  constexpr std::string_view kScript = "text/javascript";
  add_page(table, "/swagger", {"/swagger/index.html"}, "showSwagger", "Swagger UI", kHtml,
           page(context, kSwaggerPage, "text/html; charset=utf-8"));
  add_page(table, "/swagger/start.js", {}, "getSwaggerScript", "Starts Swagger UI", kScript,
           page(context, kSwaggerScript, "text/javascript; charset=utf-8"));
  add_page(table, "/scalar/v1", {"/scalar"}, "showScalar", "Scalar API reference", kHtml,
           page(context, kScalarPage, "text/html; charset=utf-8"));
  add_page(table, "/scalar/start.js", {}, "getScalarScript", "Starts the Scalar API reference", kScript,
           page(context, kScalarScript, "text/javascript; charset=utf-8"));
  add_assets(table, "/swagger/{file}", "getSwaggerAsset", quick(context, swagger_asset));
  add_assets(table, "/scalar/{file}", "getScalarAsset", quick(context, scalar_asset));
  *document = to_text(make_openapi(table, {context.options.version, context.options.path_base}));
}

}  // namespace draas::api
