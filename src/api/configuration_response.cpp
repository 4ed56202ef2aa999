#include "api/configuration_response.hpp"

namespace draas::api {
namespace {

constexpr std::size_t kMaxWarnings = 10;
constexpr std::size_t kMaxWarningLength = 300;

// Header values are visible ASCII; the rest becomes '?'.
std::string header_text(std::string_view text) {
  std::string out(text.substr(0, kMaxWarningLength));
  for (auto& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

}  // namespace

net::Response configuration_response(int status, const core::ConfigurationResult& result) {
  auto response = net::Response::json(status, result.configuration);
  if (result.instance) response.headers.add("ETag", result.instance->configuration_etag.text());
  response.headers.add("X-Revision", std::to_string(result.revision));
  for (std::size_t i = 0; i < result.warnings.size() && i < kMaxWarnings; ++i) {
    response.headers.add("X-Warning", header_text(result.warnings[i]));
  }
  return response;
}

}  // namespace draas::api
