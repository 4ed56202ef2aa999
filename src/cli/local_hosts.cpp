#include "cli/local_hosts.hpp"

#include <algorithm>

#include "net/text.hpp"

namespace draas::cli {
namespace {

constexpr std::string_view kDefaultPort = ":80";

bool has_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  return colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos &&
         (host.starts_with('[') || host.find(':') == colon);
}

std::string with_port(std::string_view host, std::string_view port) {
  return std::string(host) + (has_port(host) ? "" : std::string(port));
}

bool is_wildcard(const std::string& address) { return address == "0.0.0.0" || address == "::" || address == "[::]"; }

}  // namespace

LocalHosts::LocalHosts(const std::string& address, std::uint16_t port, const std::vector<std::string>& more) {
  const std::string own = ":" + std::to_string(port);
  hosts_ = {"localhost" + own, "127.0.0.1" + own, "[::1]" + own};
  if (!is_wildcard(address)) {
    const bool bare = address.find(':') != std::string::npos && !address.starts_with('[');
    hosts_.push_back((bare ? "[" + address + "]" : address) + own);
  }
  for (const std::string& host : more) {
    if (host == "*") any_ = true;
    hosts_.push_back(with_port(host, own));
  }
}

bool LocalHosts::accepts(std::string_view host) const {
  if (any_) return true;
  const std::string whole = with_port(host, kDefaultPort);
  return std::ranges::any_of(hosts_, [&](const std::string& known) { return net::equals_ignoring_case(known, whole); });
}

bool LocalHosts::is_same_place(std::string_view origin, std::string_view host) {
  constexpr std::string_view kScheme = "http://";
  return origin.starts_with(kScheme) && net::equals_ignoring_case(origin.substr(kScheme.size()), host);
}

}  // namespace draas::cli
