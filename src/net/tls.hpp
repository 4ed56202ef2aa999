#pragma once
// TLS for the HTTP client. Apart from the rest, so that a program that never speaks TLS need not carry OpenSSL's half
// of it.

namespace draas::net {

// Makes https:// endpoints work in every HttpClient of this program; without it they fail with Unavailable. Call it
// from main, before the first request.
void enable_tls();

}  // namespace draas::net
