#pragma once
// TLS for the HTTP client. Apart from the rest, so that a program that never speaks TLS need not carry OpenSSL's half
// of it.

#include <string_view>

namespace draas::net {

// What the message of an Unavailable error ends with when TLS is the reason.
inline constexpr std::string_view kTlsUntrusted = "its certificate is of an authority that is not trusted here";
inline constexpr std::string_view kTlsExpired = "its certificate has expired";
inline constexpr std::string_view kTlsOtherName = "its certificate is for another name";
inline constexpr std::string_view kTlsAsksForCertificate = "it asks for a client certificate";
inline constexpr std::string_view kTlsRefusesCertificate = "it refuses the client certificate";
inline constexpr std::string_view kTlsOwnExpired = "the client certificate has expired";
inline constexpr std::string_view kTlsNotSpoken = "it does not speak TLS";

// Makes https:// endpoints work in every HttpClient of this program; without it they fail with Unavailable. Call it
// from main, before the first request.
void enable_tls();

}  // namespace draas::net
