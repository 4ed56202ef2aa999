#pragma once
// Certificates for tests of TLS, made when they are needed.

#include <filesystem>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace draas::tests {

template <auto Free>
struct OpenSslDeleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;

struct Identity {
  PrivateKey key;
  Certificate certificate;
};

enum class Validity { Now, Over };

// `names` as OpenSSL has them: "DNS:localhost,IP:127.0.0.1".
Identity self_signed(const std::string& names);
// Signed by `authority`, which self_signed() made.
Identity signed_by(const Identity& authority, const std::string& names, Validity validity = Validity::Now);

void write_certificate(const Identity& identity, const std::filesystem::path& file);
void write_key(const Identity& identity, const std::filesystem::path& file);
// ca.pem, cert.pem and key.pem, as docker keeps them; the directory is made.
void write_docker_certificates(const std::filesystem::path& directory, const Identity& authority,
                               const Identity& identity);

}  // namespace draas::tests
