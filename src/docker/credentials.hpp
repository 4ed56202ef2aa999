#pragma once
// Credentials for registries, from where `docker login` puts them: the `auths` of config.json, or a credential helper
// (`credsStore`, `credHelpers`).

#include <chrono>
#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace draas::docker {

// The value of X-Registry-Auth for a registry ("ghcr.io", "docker.io"); "" when nothing is kept for it. A secret: never
// log it. Blocks: reads a file and may run `docker-credential-<name>`, at most for `timeout`. Errors name the file or
// the helper and the way out.
Result<std::string> registry_authorization(const std::filesystem::path& configuration_directory,
                                           const std::string& registry,
                                           std::chrono::milliseconds timeout = std::chrono::milliseconds(10'000));

}  // namespace draas::docker
