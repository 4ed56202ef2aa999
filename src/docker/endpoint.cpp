#include "docker/endpoint.hpp"

#include <cstdlib>

#include "base/files.hpp"
#include "base/id.hpp"
#include "base/json.hpp"

namespace draas::docker {
namespace fs = std::filesystem;
namespace {

constexpr std::uint16_t kPlainPort = 2375;
constexpr std::uint16_t kTlsPort = 2376;
constexpr std::size_t kMaxFile = 1U << 20U;

std::string variable(const EndpointSources& sources, const std::string& name) {
  const auto found = sources.environment.find(name);
  return found == sources.environment.end() ? std::string() : found->second;
}

std::unexpected<Error> refuse(const std::string& origin, const std::string& why) {
  return fail(ErrorCode::InvalidArgument, origin + ": " + why);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// The three files that docker keeps for TLS, as far as they are there.
Result<net::TlsOptions> tls_material(const std::string& origin, const fs::path& directory, bool verify) {
  net::TlsOptions tls;
  tls.verify_peer = verify;
  const fs::path ca = directory / "ca.pem";
  const fs::path certificate = directory / "cert.pem";
  const fs::path key = directory / "key.pem";
  if (is_there(ca)) tls.ca_file = ca.string();
  if (is_there(certificate) != is_there(key)) {
    const bool without_key = is_there(certificate);
    return refuse(origin, std::string(without_key ? "key.pem" : "cert.pem") + " is missing in " + directory.string() +
                              "; a client certificate needs cert.pem and key.pem");
  }
  if (is_there(certificate)) {
    tls.certificate_file = certificate.string();
    tls.key_file = key.string();
  }
  return tls;
}

struct Address {
  std::string text;
  std::string origin;
  bool tls = false;  // for tcp://
  bool verify = true;
  fs::path certificates;
};

Result<EngineEndpoint> parse_address(const Address& from) {
  static const std::string forms = "use unix:///path/to/docker.sock or tcp://host:port";
  const auto scheme_end = from.text.find("://");
  const std::string scheme = from.text.substr(0, scheme_end);
  if (scheme == "ssh") {
    return refuse(from.origin,
                  "ssh:// is not supported; forward the socket with "
                  "`ssh -N -L /run/user/1000/docker.sock:/var/run/docker.sock user@host` and use "
                  "unix:///run/user/1000/docker.sock, or let the engine listen on tcp:// with TLS");
  }
  if (scheme == "npipe" || scheme == "fd") return refuse(from.origin, scheme + ":// is not supported here; " + forms);
  EngineEndpoint out;
  out.origin = from.origin;
  if (scheme == "unix") {
    auto parsed = net::Endpoint::parse(from.text);
    if (!parsed) return refuse(from.origin, parsed.error().message + "; " + forms);
    out.address = std::move(*parsed);
    return out;
  }
  const bool tcp = scheme == "tcp";
  if (scheme_end == std::string::npos || (!tcp && scheme != "http" && scheme != "https")) {
    return refuse(from.origin, "'" + from.text.substr(0, 200) + "' is not the address of an engine; " + forms);
  }
  const bool tls = scheme == "https" || (tcp && from.tls);
  const std::string rest = from.text.substr(scheme_end);
  auto parsed = net::Endpoint::parse((tls ? "https" : "http") + rest);
  if (!parsed) return refuse(from.origin, parsed.error().message + "; " + forms);
  out.address = std::move(*parsed);
  const std::string authority =
      rest.substr(3, rest.find('/', 3) == std::string::npos ? rest.npos : rest.find('/', 3) - 3);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  if (!has_port) out.address.port = tls ? kTlsPort : kPlainPort;
  if (tls) {
    auto material = tls_material(from.origin, from.certificates, from.verify);
    if (!material) return std::unexpected(std::move(material.error()));
    out.tls = std::move(*material);
  }
  return out;
}

// TLS by DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH, for an address that names no certificates itself.
Result<EngineEndpoint> with_environment(const EndpointSources& sources, std::string text, std::string origin) {
  Address address{.text = std::move(text), .origin = std::move(origin), .certificates = sources.certificates};
  const std::string certificates = variable(sources, "DOCKER_CERT_PATH");
  const bool verify = !variable(sources, "DOCKER_TLS_VERIFY").empty();
  address.tls = verify || !variable(sources, "DOCKER_TLS").empty() || !sources.certificates.empty();
  address.verify = verify || variable(sources, "DOCKER_TLS").empty();
  if (address.certificates.empty()) {
    address.certificates = certificates.empty() ? sources.configuration_directory : fs::path(certificates);
  }
  if (address.tls && !is_there(address.certificates)) {
    return refuse(certificates.empty() ? address.origin : "DOCKER_CERT_PATH",
                  "the directory '" + address.certificates.string() +
                      "' with ca.pem, cert.pem and key.pem does not exist; name the right one, or unset "
                      "DOCKER_TLS_VERIFY for an engine without TLS");
  }
  return parse_address(address);
}

// "" when there is none.
Result<std::string> current_context(const EndpointSources& sources) {
  if (std::string name = variable(sources, "DOCKER_CONTEXT"); !name.empty()) return name;
  const fs::path file = sources.configuration_directory / "config.json";
  auto text = read_file(file, kMaxFile);
  if (!text) {
    if (text.error().code == ErrorCode::NotFound) return std::string();
    return std::unexpected(std::move(text.error()));
  }
  auto json = parse_json(*text);
  if (!json || !json->is_object()) {
    return refuse(file.string(), "it is not a JSON object; mend it, or name the engine with " + sources.host_setting);
  }
  const auto found = json->find("currentContext");
  return found != json->end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<EngineEndpoint> from_context(const EndpointSources& sources, const std::string& name) {
  const std::string origin = "Docker context '" + name + "'";
  const std::string way_out =
      "; choose another with `docker context use`, or name the engine with " + sources.host_setting;
  const std::string directory = sha256_hex(name);
  const fs::path contexts = sources.configuration_directory / "contexts";
  auto text = read_file(contexts / "meta" / directory / "meta.json", kMaxFile);
  if (!text) return refuse(origin, "there is no such context" + way_out);
  auto json = parse_json(*text);
  if (!json) return refuse(origin, "its meta.json is not JSON" + way_out);
  const Json::json_pointer host("/Endpoints/docker/Host");
  const Json::json_pointer skip("/Endpoints/docker/SkipTLSVerify");
  if (!json->is_object() || !json->contains(host) || !json->at(host).is_string()) {
    return refuse(origin, "it has no endpoint of an engine" + way_out);
  }
  Address address{.text = json->at(host).get<std::string>(), .origin = origin};
  address.certificates = contexts / "tls" / directory / "docker";
  const bool skips = json->contains(skip) && json->at(skip).is_boolean() && json->at(skip).get<bool>();
  address.verify = !skips;
  address.tls = skips || is_there(address.certificates);
  return parse_address(address);
}

Result<EngineEndpoint> look_up(const EndpointSources& sources) {
  if (!sources.host.empty()) return with_environment(sources, sources.host, sources.host_setting);
  if (std::string host = variable(sources, "DOCKER_HOST"); !host.empty()) {
    return with_environment(sources, std::move(host), "DOCKER_HOST");
  }
  auto context = current_context(sources);
  if (!context) return std::unexpected(std::move(context.error()));
  if (!context->empty() && *context != "default") return from_context(sources, *context);
  return with_environment(sources, "unix:///var/run/docker.sock", "the default");
}

}  // namespace

bool EngineEndpoint::is_same(const EngineEndpoint& other) const {
  return address.kind == other.address.kind && address.host == other.address.host &&
         address.port == other.address.port && address.socket_path == other.address.socket_path &&
         address.base_path == other.address.base_path && tls.ca_file == other.tls.ca_file &&
         tls.certificate_file == other.tls.certificate_file && tls.key_file == other.tls.key_file &&
         tls.verify_peer == other.tls.verify_peer;
}

EndpointSources endpoint_sources(std::string host) {
  EndpointSources sources;
  sources.host = std::move(host);
  for (const char* name : {"DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_TLS", "DOCKER_CERT_PATH", "DOCKER_CONTEXT"}) {
    if (const char* value = std::getenv(name)) sources.environment.emplace(name, value);
  }
  const char* configuration = std::getenv("DOCKER_CONFIG");
  const char* home = std::getenv("HOME");
  if (configuration != nullptr && *configuration != '\0') {
    sources.configuration_directory = configuration;
  } else {
    sources.configuration_directory = fs::path(home != nullptr ? home : "/") / ".docker";
  }
  return sources;
}

Result<EngineEndpoint> resolve_endpoint(const EndpointSources& sources) {
  auto endpoint = look_up(sources);
  if (endpoint) endpoint->host_setting = sources.host_setting;
  return endpoint;
}

}  // namespace draas::docker
