#pragma once
// Media types: what a body is, and what a client accepts (RFC 9110, 12.5.1).

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::api {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kJsonPatch = "application/json-patch+json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";
inline constexpr std::string_view kYaml = "application/yaml";
inline constexpr std::string_view kText = "text/plain";
inline constexpr std::string_view kEventStream = "text/event-stream";

// Type and subtype of a Content-Type, in lower case, without parameters; "" when absent.
std::string media_type(std::string_view content_type);
// application/yaml, application/x-yaml, text/yaml, text/x-yaml.
bool is_yaml(std::string_view type);

// Index of the offered type that `request` prefers (the first of equals), or nullopt when it accepts none of them.
// Without an Accept header: 0.
std::optional<std::size_t> preferred_type(const net::Request& request, std::span<const std::string_view> offered);
// Does the client prefer `type` over JSON?
bool prefers(const net::Request& request, std::string_view type);

}  // namespace draas::api
