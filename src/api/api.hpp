#pragma once
// The control plane's REST API: makes the request handler that an HTTP server serves.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "api/authorizer.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "core/control_plane.hpp"
#include "net/http_server.hpp"

namespace draas::api {

struct ApiOptions {
  std::string path_base;                   // prefix of every path, e.g. "/draas"; "" = none
  std::vector<std::string> cors_origins;   // exact origins, or "*" for any; none = no cross-origin use
  bool documentation = true;               // /openapi/v1.json, /scalar/v1, /swagger
  bool dashboard = true;                   // the dashboard at /
  std::string version = "0.1.0";           // of the product, for the OpenAPI document and /api/health
  Duration default_stop_wait{60'000};      // stop without `wait`
  Duration max_wait{300'000};              // upper bound of every `wait`
  Duration heartbeat_interval{15'000};     // comment lines on quiet event streams
  Duration proxy_header_timeout{60'000};   // proxy: request sent to header received
  Duration proxy_idle_timeout{300'000};    // proxy: silence in a response body; event streams have none
  std::size_t idempotency_entries = 4096;  // answers kept for Idempotency-Key
  std::shared_ptr<Authorizer> authorizer;  // null = AllowAll
};

// `control_plane` and `metrics` (may be null) must outlive the handler, which must outlive the server.
std::unique_ptr<net::RequestHandler> make_api(ApiOptions options, core::ControlPlane& control_plane,
                                              Metrics* metrics = nullptr);

// The OpenAPI document of what make_api() serves with these options.
Json openapi_document(const ApiOptions& options);

}  // namespace draas::api
