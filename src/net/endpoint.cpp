#include <charconv>

#include "net/http_client.hpp"
#include "net/text.hpp"

namespace draas::net {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool is_plain(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F) return false;
  }
  return true;
}

std::unexpected<Error> refuse(std::string_view why) {
  // The text itself is not repeated: it could hold a password.
  return fail(ErrorCode::InvalidArgument, "malformed URL: " + std::string(why));
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  Endpoint out;
  const auto scheme_end = url.find(':');
  if (scheme_end == std::string_view::npos) return refuse("it needs http://, https:// or unix://");
  const auto scheme = url.substr(0, scheme_end);
  auto rest = url.substr(scheme_end + 1);
  if (equals_ignoring_case(scheme, "unix")) {
    if (rest.starts_with("//")) rest.remove_prefix(2);
    if (!rest.starts_with('/')) return refuse("a socket's path must be absolute");
    out.kind = Kind::Unix;
    out.host = "localhost";
    out.socket_path = rest;
    return out;
  }
  if (equals_ignoring_case(scheme, "https")) {
    out.kind = Kind::Tls;
    out.port = kHttpsPort;
  } else if (equals_ignoring_case(scheme, "http")) {
    out.port = kHttpPort;
  } else {
    return refuse("it needs http://, https:// or unix://");
  }
  if (!rest.starts_with("//")) return refuse("'//' is missing after the scheme");
  rest.remove_prefix(2);
  if (!is_plain(rest)) return refuse("it holds spaces or characters that are not ASCII");
  if (rest.find_first_of("?#") != std::string_view::npos) return refuse("a base URL has no query and no fragment");
  const auto slash = rest.find('/');
  auto authority = rest.substr(0, slash);
  auto path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  out.base_path = path;
  if (authority.find('@') != std::string_view::npos) return refuse("credentials do not belong in it");
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return refuse("']' is missing");
    out.host = authority.substr(1, end - 1);
    auto behind = authority.substr(end + 1);
    if (!behind.empty() && !behind.starts_with(':')) return refuse("the port");
    if (!behind.empty()) port = behind.substr(1);
    if (!behind.empty() && port.empty()) return refuse("the port");
  } else {
    const auto colon = authority.find(':');
    out.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
      port = authority.substr(colon + 1);
      if (port.empty()) return refuse("the port");
    }
  }
  if (out.host.empty()) return refuse("the host is missing");
  if (!port.empty()) {
    const auto parsed = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || out.port == 0) return refuse("the port");
  }
  return out;
}

std::string Endpoint::to_string() const {
  if (kind == Kind::Unix) return "unix://" + socket_path;
  std::string out = kind == Kind::Tls ? "https://" : "http://";
  const bool v6 = host.find(':') != std::string::npos;
  out += v6 ? '[' + host + ']' : host;
  if (port != (kind == Kind::Tls ? kHttpsPort : kHttpPort)) out += ':' + std::to_string(port);
  return out + base_path;
}

}  // namespace draas::net
