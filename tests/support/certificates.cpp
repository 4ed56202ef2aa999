#include "support/certificates.hpp"

#include <atomic>
#include <cstdio>
#include <utility>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace draas::tests {
namespace {

constexpr long kHour = 3600;

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Without `authority` it signs itself.
Identity make(const Identity* authority, const std::string& names, Validity validity) {
  static std::atomic<long> serial{0};
  Identity out;
  out.key.reset(EVP_EC_gen("P-256"));
  out.certificate.reset(X509_new());
  X509* certificate = out.certificate.get();
  const long number = ++serial;
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), number);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * kHour);
  X509_gmtime_adj(X509_getm_notAfter(certificate), validity == Validity::Now ? kHour : -kHour);
  X509_set_pubkey(certificate, out.key.get());
  auto* subject = X509_get_subject_name(certificate);
  const std::string name = "test " + std::to_string(number);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509* issuer = authority != nullptr ? authority->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  add_extension(certificate, issuer, NID_subject_alt_name, names);
  add_extension(certificate, issuer, NID_basic_constraints, authority != nullptr ? "CA:FALSE" : "critical,CA:TRUE");
  X509_sign(certificate, authority != nullptr ? authority->key.get() : out.key.get(), EVP_sha256());
  return out;
}

}  // namespace

Identity self_signed(const std::string& names) { return make(nullptr, names, Validity::Now); }

Identity signed_by(const Identity& authority, const std::string& names, Validity validity) {
  return make(&authority, names, validity);
}

void write_certificate(const Identity& identity, const std::filesystem::path& file) {
  FILE* out = std::fopen(file.c_str(), "w");
  PEM_write_X509(out, identity.certificate.get());
  std::fclose(out);
}

void write_key(const Identity& identity, const std::filesystem::path& file) {
  FILE* out = std::fopen(file.c_str(), "w");
  PEM_write_PrivateKey(out, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
}

void write_docker_certificates(const std::filesystem::path& directory, const Identity& authority,
                               const Identity& identity) {
  std::filesystem::create_directories(directory);
  write_certificate(authority, directory / "ca.pem");
  write_certificate(identity, directory / "cert.pem");
  write_key(identity, directory / "key.pem");
}

}  // namespace draas::tests
