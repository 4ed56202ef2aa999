#pragma once
// Where the engine is, by the same rules as the docker command: an explicit setting, DOCKER_HOST, the current context,
// and last /var/run/docker.sock.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http_client.hpp"

namespace draas::docker {

inline constexpr std::string_view kHostSetting = "Docker:Host";

struct EngineEndpoint {
  net::Endpoint address;
  net::TlsOptions tls;
  std::string origin;  // for people: "Docker:Host", "DOCKER_HOST", "context 'remote'", "the default"
  std::string host_setting{kHostSetting};  // by which another engine would be named, for errors

  // The same address with the same certificates?
  bool is_same(const EngineEndpoint& other) const;
};

// What is looked at. Tests make their own.
struct EndpointSources {
  std::string host;                                // the explicit setting; "" = none
  std::string host_setting{kHostSetting};          // its name, for errors
  std::filesystem::path certificates;              // ca.pem, cert.pem and key.pem for `host`; "" = DOCKER_CERT_PATH
  std::map<std::string, std::string> environment;  // DOCKER_*
  std::filesystem::path configuration_directory;   // ~/.docker
};

// From the environment of this process.
EndpointSources endpoint_sources(std::string host);

// InvalidArgument for a malformed or unsupported address or context, saying which one and the way out. Reads small
// files. Does not connect.
Result<EngineEndpoint> resolve_endpoint(const EndpointSources& sources);

}  // namespace draas::docker
