#include "docker/credentials.hpp"

#include <algorithm>
#include <optional>

#include "base/base64.hpp"
#include "base/files.hpp"
#include "base/json.hpp"
#include "base/program.hpp"

namespace draas::docker {
namespace {

constexpr std::size_t kMaxFile = 1U << 20U;
constexpr std::string_view kHubAddress = "https://index.docker.io/v1/";

struct Login {
  std::string user;
  std::string password;
  std::string identity_token;
};

std::string text_at(const Json& object, const std::string& key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// How docker writes a registry down.
std::string address_of(const std::string& registry) {
  return registry == "docker.io" ? std::string(kHubAddress) : registry;
}

std::string host_of(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  return std::string(address.substr(0, address.find('/')));
}

std::string header_of(const Login& login, const std::string& registry) {
  Json fields = Json::object();
  if (login.identity_token.empty()) {
    fields["username"] = login.user;
    fields["password"] = login.password;
  } else {
    fields["identitytoken"] = login.identity_token;
  }
  fields["serveraddress"] = address_of(registry);
  return base64_url_encode(to_text(fields));
}

Result<std::optional<Login>> from_file(const Json& auths, const std::string& registry, const std::string& file) {
  if (!auths.is_object()) return std::nullopt;
  const std::string wanted = host_of(address_of(registry));
  for (const auto& [address, entry] : auths.items()) {
    if (host_of(address) != wanted) continue;
    Login login{text_at(entry, "username"), text_at(entry, "password"), text_at(entry, "identitytoken")};
    if (const std::string auth = text_at(entry, "auth"); !auth.empty()) {
      const auto decoded = base64_decode(auth);
      const auto colon = decoded ? decoded->find(':') : std::string::npos;
      if (colon == std::string::npos) {
        return fail(ErrorCode::InvalidArgument, file + ": the login for '" + registry +
                                                    "' is malformed; run `docker login " + registry + "` again");
      }
      login.user = decoded->substr(0, colon);
      login.password = decoded->substr(colon + 1);
    }
    if (!login.identity_token.empty() || !login.user.empty()) return login;
  }
  return std::nullopt;
}

Result<std::optional<Login>> from_helper(const std::string& helper, const std::string& registry,
                                         std::chrono::milliseconds timeout) {
  const bool safe = std::ranges::all_of(helper, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
  const std::string program = "docker-credential-" + helper;
  if (!safe) return fail(ErrorCode::InvalidArgument, "'" + helper + "' is not the name of a credential helper");
  const ProgramCall call{
      .words = {program, "get"}, .input = address_of(registry), .merge_errors = false, .limit = timeout};
  auto run = run_program(call);
  if (!run) {
    return std::unexpected(
        std::move(run.error())
            .with_context("The login for '" + registry + "' is kept by a credential helper of docker"));
  }
  if (run->status != 0) {
    // That is how a helper says that it has none.
    if (run->text.find("credentials not found") != std::string::npos) return std::nullopt;
    return fail(ErrorCode::Unavailable, "The credential helper '" + program + "' failed for '" + registry +
                                            "'; run `docker login " + registry + "` again");
  }
  auto answer = parse_json(run->text);
  if (!answer) {
    return fail(ErrorCode::Unavailable, "The credential helper '" + program + "' gave an answer that is not JSON");
  }
  Login login{text_at(*answer, "Username"), text_at(*answer, "Secret"), {}};
  if (login.user == "<token>") login.identity_token = std::exchange(login.password, {});
  return login;
}

}  // namespace

Result<std::string> registry_authorization(const std::filesystem::path& configuration_directory,
                                           const std::string& registry, std::chrono::milliseconds timeout) {
  const std::string file = (configuration_directory / "config.json").string();
  auto text = read_file(file, kMaxFile);
  if (!text) {
    if (text.error().code == ErrorCode::NotFound) return std::string();
    return std::unexpected(std::move(text.error()));
  }
  auto json = parse_json(*text);
  if (!json || !json->is_object()) {
    return fail(ErrorCode::InvalidArgument, file + " is not a JSON object; mend it or run `docker login` again");
  }
  std::string helper = text_at(*json, "credsStore");
  if (const auto helpers = json->find("credHelpers"); helpers != json->end()) {
    if (std::string own = text_at(*helpers, registry); !own.empty()) helper = std::move(own);
  }
  Result<std::optional<Login>> login = std::nullopt;
  if (!helper.empty()) login = from_helper(helper, registry, timeout);
  if (login && !*login) {
    const auto auths = json->find("auths");
    if (auths != json->end()) login = from_file(*auths, registry, file);
  }
  if (!login) return std::unexpected(std::move(login.error()));
  return *login ? header_of(**login, registry) : std::string();
}

}  // namespace draas::docker
