#include "docker/engine_error.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/json.hpp"
#include "net/tls.hpp"

namespace draas::docker {
namespace {

constexpr std::size_t kMaxMessage = 1'000;
constexpr std::size_t kMaxPlainAnswer = 200;
constexpr int kBadRequest = 400;
constexpr int kUnauthorised = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kTooMany = 429;

// What the engine's texts mean, whatever status they come with. The first that fits holds, so what says more is before
// what says less.
struct Meaning {
  std::string_view part;  // of the message, in small letters
  ErrorCode code;
  bool retryable;
  std::string_view way_out;
  std::string_view also = {};  // another part that must be there
};

constexpr std::string_view kLogIn = "log in to the registry with `docker login` as the user that runs draas";

constexpr std::array kMeanings{
    // --- containers ---
    Meaning{"port is already allocated", ErrorCode::Conflict, true,
            "end the container or program that holds the port, or give the instance another port"},
    Meaning{"address already in use", ErrorCode::Conflict, true,
            "end the program that holds the port, or give the instance another port"},
    Meaning{"cannot assign requested address", ErrorCode::InvalidArgument, false,
            "Docker:HostAddress must be an address of the engine's machine"},
    Meaning{"no space left on device", ErrorCode::ResourceExhausted, true,
            "free space on the engine's disk, for instance with `docker system prune`"},
    Meaning{"disk quota exceeded", ErrorCode::ResourceExhausted, true, "free space on the engine's disk"},
    Meaning{
        "docker-init", ErrorCode::Unprocessable, false,
        "install the engine's init process (docker-init; Debian: tini) on its machine, or set Docker:Init to false"},
    Meaning{"exec format error", ErrorCode::Unprocessable, false,
            "the image is not built for this machine's architecture; choose another image"},
    Meaning{"executable file not found", ErrorCode::Unprocessable, false,
            "the image has no such program; check Docker:Image or platformOptions.image"},
    Meaning{"unable to find user", ErrorCode::InvalidArgument, false,
            "name a user that the image has, or a number, with Docker:User or platformOptions.user"},
    Meaning{"does not support reading", ErrorCode::Unprocessable, false,
            "set Docker:LogDriver to one whose logs can be read, such as json-file or local, and restart the instance"},
    Meaning{"volume is in use", ErrorCode::Conflict, true,
            "a container has it; find that with `docker ps -a --filter volume=NAME` and remove it"},
    Meaning{"already in progress", ErrorCode::Conflict, true, "the engine is still at it; try again in a moment",
            "removal of container"},
    Meaning{"network", ErrorCode::NotFound, false,
            "make it with `docker network create`, or name another with Docker:Network or platformOptions.network",
            " not found"},
    // --- images ---
    Meaning{"no such image", ErrorCode::NotFound, false,
            "check the image's name, or set the pull policy to IfNotPresent"},
    Meaning{"no matching manifest", ErrorCode::NotFound, false,
            "the image is not built for this machine's architecture; choose another image"},
    Meaning{"manifest unknown", ErrorCode::NotFound, false, "check the image's name and tag"},
    Meaning{"manifest for", ErrorCode::NotFound, false, "check the image's name and tag"},
    Meaning{"toomanyrequests", ErrorCode::TooManyRequests, true,
            "the registry limits pulls; wait, or log in with `docker login`"},
    Meaning{"unauthorized", ErrorCode::PermissionDenied, false, kLogIn},
    Meaning{"pull access denied", ErrorCode::PermissionDenied, false,
            "check the image's name, or log in to the registry with `docker login` as the user that runs draas"},
    Meaning{"no basic auth credentials", ErrorCode::PermissionDenied, false, kLogIn},
    // A file or device that may not be opened, whatever stands behind it ("permission denied: unknown").
    Meaning{"permission denied", ErrorCode::PermissionDenied, false,
            "give the engine, or the user in the container, access to it"},
    Meaning{"denied: ", ErrorCode::PermissionDenied, false, kLogIn},
    // --- the network ---
    Meaning{"no such host", ErrorCode::Unavailable, true, "the engine cannot resolve the registry's name"},
    Meaning{"i/o timeout", ErrorCode::Unavailable, true, "the engine cannot reach the registry; check its network"},
    Meaning{"tls handshake timeout", ErrorCode::Unavailable, true, "the engine cannot reach the registry"},
    Meaning{"context deadline exceeded", ErrorCode::Unavailable, true,
            "what the engine asked did not answer in time; for an image, check that it reaches the registry"},
    Meaning{"connection refused", ErrorCode::Unavailable, true,
            "what the engine wants to reach does not answer; for an image, that is its registry"},
    Meaning{"http request to an https server", ErrorCode::Unavailable, true,
            "the engine wants TLS; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or Docker:CertificatesDirectory"},
};

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

Error make(ErrorCode code, std::string message, bool retryable) {
  Error error = fail(code, std::move(message)).error();
  error.retryable = retryable;
  return error;
}

// One line, bounded, without control characters.
std::string tidy(std::string_view message) {
  std::string out;
  for (const char c : message.substr(0, kMaxMessage)) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

const Meaning* meaning_of(std::string_view message) {
  const std::string text = small_letters(message);
  for (const Meaning& meaning : kMeanings) {
    if (text.find(meaning.part) != text.npos && text.find(meaning.also) != text.npos) return &meaning;
  }
  return nullptr;
}

Error explain(std::string_view message, ErrorCode code, bool retryable) {
  std::string text = "The Docker engine: " + tidy(message);
  const Meaning* meaning = meaning_of(message);
  if (meaning == nullptr) return make(code, std::move(text), retryable);
  return make(meaning->code, text + "; " + std::string(meaning->way_out), meaning->retryable);
}

// What TLS did not let through, and the way out; "" when it was something else.
std::string tls_failure(const Error& error, const EngineEndpoint& endpoint) {
  if (endpoint.address.kind != net::Endpoint::Kind::Tls) return {};
  const std::string authority =
      endpoint.tls.ca_file.empty() ? "among the system's authorities" : "in '" + endpoint.tls.ca_file + "'";
  const std::string own = "'" + endpoint.tls.certificate_file + "'";
  const bool has_setting = endpoint.host_setting == kHostSetting;
  const std::string directory = has_setting ? "DOCKER_CERT_PATH (or Docker:CertificatesDirectory)" : "DOCKER_CERT_PATH";
  const std::array<std::pair<std::string_view, std::string>, 7> ways_out{
      {{net::kTlsUntrusted, "put the authority that signed it " + authority},
       {net::kTlsExpired, "renew the engine's certificate, and check this machine's clock"},
       {net::kTlsOtherName,
        "name the engine by a name of its certificate, or give it one for '" + endpoint.address.host + "'"},
       {net::kTlsAsksForCertificate, "put cert.pem and key.pem, signed by the engine's authority, into " + directory},
       {net::kTlsRefusesCertificate, "put one that is signed by the engine's authority (its --tlscacert) at " + own},
       {net::kTlsOwnExpired, "renew " + own},
       {net::kTlsNotSpoken, "unset DOCKER_TLS_VERIFY and Docker:CertificatesDirectory, or name its port for TLS"}}};
  for (const auto& [reason, way_out] : ways_out) {
    if (error.message.ends_with(reason)) return std::string(reason) + "; " + way_out;
  }
  if (error.message.find("TLS handshake") == std::string::npos) return {};
  return "the TLS handshake failed; check ca.pem, cert.pem and key.pem of " + directory;
}

std::string message_of(int status, std::string_view body) {
  const auto json = parse_json(body);
  if (json && json->is_object()) {
    const auto found = json->find("message");
    if (found != json->end() && found->is_string() && !found->get_ref<const std::string&>().empty()) {
      return found->get<std::string>();
    }
  }
  // One that wants TLS answers in plain words.
  const bool plain =
      status == kBadRequest && !json && !body.empty() && body.size() <= kMaxPlainAnswer && body.find('<') == body.npos;
  return plain ? tidy(body) : "it answered with status " + std::to_string(status);
}

}  // namespace

Error error_of_answer(int status, std::string_view body) {
  const std::string message = message_of(status, body);
  switch (status) {
    case kBadRequest:
      return explain(message, ErrorCode::InvalidArgument, false);
    case kUnauthorised:
      return explain(message, ErrorCode::PermissionDenied, false);
    case kForbidden:
      return explain(message, ErrorCode::PermissionDenied, false);
    case kNotFound:
      return explain(message, ErrorCode::NotFound, false);
    case kConflict:
      return explain(message, ErrorCode::Conflict, false);
    case kTooMany:
      return explain(message, ErrorCode::TooManyRequests, true);
    default:
      return explain(message, ErrorCode::Unavailable, true);
  }
}

Error error_of_message(std::string_view message) { return explain(message, ErrorCode::Unavailable, true); }

Error error_of_connection(Error error, const EngineEndpoint& endpoint) {
  const std::string where = endpoint.address.to_string() + " (" + endpoint.origin + ")";
  if (error.code == ErrorCode::DeadlineExceeded) {
    Error late = make(ErrorCode::DeadlineExceeded,
                      "The Docker engine at " + where +
                          " did not answer in time; look at its load and its log (`journalctl -u docker`), and restart "
                          "it if it hangs",
                      true);
    late.internal = error.message;
    return late;
  }
  if (error.code != ErrorCode::Unavailable) return error;
  const std::string or_another = ", or name another with " + endpoint.host_setting;
  std::string why = "it does not answer; start the engine" + or_another;
  if (endpoint.address.kind == net::Endpoint::Kind::Unix) {
    const char* path = endpoint.address.socket_path.c_str();
    struct stat info{};
    if (::stat(path, &info) != 0) {
      why = errno == EACCES ? "this user may not enter the socket's directory; add the user to the group that may"
                            : "there is no such socket; start the engine" + or_another;
    } else if (!S_ISSOCK(info.st_mode)) {
      why = "that is not a socket; name the engine's socket with " + endpoint.host_setting;
    } else if (::access(path, R_OK | W_OK) != 0) {
      Error denied = make(ErrorCode::PermissionDenied,
                          "The Docker engine at " + where +
                              " cannot be used: this user may not open the socket; add the user to the group "
                              "'docker', or name a rootless engine with " +
                              endpoint.host_setting,
                          true);
      denied.internal = error.internal;
      return denied;
    } else {
      why = "nobody listens there; start the engine (`systemctl start docker`)";
    }
  } else if (std::string tls = tls_failure(error, endpoint); !tls.empty()) {
    why = std::move(tls);
  }
  Error unreachable =
      make(ErrorCode::Unavailable, "The Docker engine at " + where + " cannot be reached: " + why, true);
  unreachable.internal = error.message + (error.internal.empty() ? "" : ": " + error.internal);
  return unreachable;
}

}  // namespace draas::docker
