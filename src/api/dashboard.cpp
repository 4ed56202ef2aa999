#include "api/dashboard.hpp"

#include "api/embedded_assets.hpp"
#include "base/id.hpp"

namespace draas::api {
namespace {

using net::Request;
using net::Response;

// The page says where it is served; build and links are relative to that.
constexpr std::string_view kBasePlaceholder = "@/";
// Script from here alone, and none in the page. Components set styles of elements.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'none'";
// The names of the assets carry a hash of their content.
constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";

// The licences of what browsers load.
constexpr std::string_view kNotices = "/third-party-notices.txt";

bool asks_for_page(const Request& request) { return request.headers.contains_token("Accept", "text/html"); }

bool is_of_the_api(std::string_view path) { return path == "/api" || path.starts_with("/api/"); }

void harden(Response& response) {
  response.headers.set("Content-Security-Policy", kContentSecurityPolicy);
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
}

}  // namespace

Dashboard::Dashboard(bool enabled, const std::string& path_base) {
  const auto page = enabled ? embedded_asset("dashboard/index.html") : std::nullopt;
  if (!page) return;
  page_ = plain_content(*page);
  if (const auto at = page_.find(kBasePlaceholder); at != std::string::npos) {
    page_.replace(at, kBasePlaceholder.size(), path_base + "/");
  }
  etag_ = '"' + sha256_hex(page_).substr(0, 32) + '"';
}

std::optional<Response> Dashboard::answer(const Request& request, std::string_view path) const {
  if (page_.empty() || (request.method != net::Method::Get && request.method != net::Method::Head)) return std::nullopt;
  if (path.starts_with("/assets/")) {
    const auto asset = embedded_asset("dashboard" + std::string(path));
    if (!asset) return std::nullopt;
    auto response = asset_response(request, *asset, kImmutable);
    harden(response);
    return response;
  }
  if (path == kNotices) {
    const auto notices = embedded_asset(kNotices.substr(1));
    if (!notices) return std::nullopt;
    auto response = asset_response(request, *notices, "no-cache");
    harden(response);
    return response;
  }
  // The page itself answers any client at the root, and browsers elsewhere: a program that mistook a path gets a 404.
  if (path != "/" && (is_of_the_api(path) || !asks_for_page(request))) return std::nullopt;
  Response response;
  if (request.headers.contains_token("If-None-Match", etag_)) {
    response.status = 304;
  } else {
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.body = page_;
  }
  response.headers.set("ETag", etag_);
  response.headers.set("Cache-Control", "no-cache");
  harden(response);
  return response;
}

}  // namespace draas::api
