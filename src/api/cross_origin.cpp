#include "api/cross_origin.hpp"

#include <algorithm>

#include "net/text.hpp"

namespace draas::api {
namespace {

constexpr std::string_view kExposed =
    "ETag, Link, Location, X-Total-Count, X-Revision, X-Warning, X-Last-Sequence, X-Request-Id, "
    "Idempotency-Replayed, Retry-After";
constexpr std::string_view kAllowedHeaders =
    "Authorization, Content-Type, Accept, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, X-Request-Id, "
    "X-Api-Key, traceparent";

// "http://host:port" names the host that the request was sent to.
bool is_own_origin(std::string_view origin, std::string_view host) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos || host.empty()) return false;
  return net::equals_ignoring_case(origin.substr(scheme_end + 3), host);
}

}  // namespace

CrossOrigin::CrossOrigin(std::vector<std::string> origins) : origins_(std::move(origins)) {
  any_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
  for (auto& origin : origins_) {
    if (origin.ends_with('/')) origin.pop_back();
  }
}

bool CrossOrigin::listed(std::string_view origin) const {
  return any_ || std::any_of(origins_.begin(), origins_.end(),
                             [&](const std::string& known) { return net::equals_ignoring_case(known, origin); });
}

bool CrossOrigin::is_preflight(const net::Request& request) {
  return request.method == net::Method::Options && request.headers.has("Origin") &&
         request.headers.has("Access-Control-Request-Method");
}

net::Response CrossOrigin::preflight(const net::Request& request, const std::vector<net::Method>& methods) const {
  auto response = net::Response::empty(204);
  response.headers.set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  const auto origin = request.headers.get("Origin");
  if (!listed(origin)) return response;
  std::string allowed;
  for (const auto method : methods) {
    if (!allowed.empty()) allowed += ", ";
    allowed += net::to_string(method);
  }
  response.headers.set("Access-Control-Allow-Origin", any_ ? "*" : origin);
  response.headers.set("Access-Control-Allow-Methods", allowed);
  response.headers.set("Access-Control-Allow-Headers", kAllowedHeaders);
  response.headers.set("Access-Control-Max-Age", "600");
  return response;
}

void CrossOrigin::decorate(const net::Request& request, net::Response& response) const {
  if (origins_.empty()) return;
  if (!any_) response.headers.add("Vary", "Origin");
  const auto origin = request.headers.get("Origin");
  if (origin.empty() || !listed(origin)) return;
  response.headers.set("Access-Control-Allow-Origin", any_ ? "*" : origin);
  response.headers.set("Access-Control-Expose-Headers", kExposed);
}

bool CrossOrigin::may_change(const net::Request& request) const {
  if (request.method == net::Method::Get || request.method == net::Method::Head ||
      request.method == net::Method::Options) {
    return true;
  }
  const auto origin = request.headers.get("Origin");
  return origin.empty() || listed(origin) || is_own_origin(origin, request.headers.get("Host"));
}

}  // namespace draas::api
