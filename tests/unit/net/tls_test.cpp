// The client over TLS, against a server made of OpenSSL and certificates made for the test.

#include "net/tls.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "loop_fixture.hpp"
#include "net/http_client.hpp"

namespace draas::net::testing {
namespace {

using ::testing::HasSubstr;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Deleter<SSL_free>>;

struct Identity {
  Key key;
  Certificate certificate;
};

// A self-signed certificate for `names` ("DNS:localhost,IP:127.0.0.1").
Identity make_identity(const std::string& names) {
  Identity out;
  out.key.reset(EVP_EC_gen("P-256"));
  out.certificate.reset(X509_new());
  X509* certificate = out.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, out.key.get());
  auto* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  for (const auto& [name, value] :
       {std::pair(NID_subject_alt_name, names), std::pair(NID_basic_constraints, std::string("CA:TRUE"))}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, name, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, out.key.get(), EVP_sha256());
  return out;
}

void write_pem(const Identity& identity, const std::filesystem::path& certificate, const std::filesystem::path& key) {
  FILE* file = std::fopen(certificate.c_str(), "w");
  PEM_write_X509(file, identity.certificate.get());
  std::fclose(file);
  file = std::fopen(key.c_str(), "w");
  PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

class TlsTest : public LoopTest {
 protected:
  TlsTest() {
    enable_tls();
    directory_ = std::filesystem::temp_directory_path() / ("draas-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    write_pem(server_, directory_ / "server.pem", directory_ / "server.key");
    write_pem(client_, directory_ / "client.pem", directory_ / "client.key");
  }
  ~TlsTest() override { std::filesystem::remove_all(directory_); }

  // Answers each request of a connection with the name it was asked for, and whether the client showed a certificate.
  void serve(RawSocket& socket) {
    Context context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), server_.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), server_.key.get());
    if (ask_for_certificate_) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), client_.certificate.get());
      SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    Session session(SSL_new(context.get()));
    SSL_set_fd(session.get(), socket.fd());
    if (SSL_accept(session.get()) != 1) return;
    const char* name = SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name);
    std::string request;
    char buffer[4096];
    for (;;) {
      const int size = SSL_read(session.get(), buffer, sizeof buffer);
      if (size <= 0) return;
      request.append(buffer, static_cast<std::size_t>(size));
      if (!request.ends_with("\r\n\r\n")) continue;
      const std::string body = std::string(name != nullptr ? name : "(no name)");
      const std::string answer =
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      SSL_write(session.get(), answer.data(), static_cast<int>(answer.size()));
      request.clear();
    }
  }

  Result<ClientResponse> get(const std::string& host, const TlsOptions& tls) {
    ++connections_;
    ClientOptions options;
    options.tls = tls;
    HttpClient client(loop.executor(), options);
    return on_loop<Result<ClientResponse>>([&]() -> Task<Result<ClientResponse>> {
      Endpoint endpoint;
      endpoint.kind = Endpoint::Kind::Tls;
      endpoint.host = host;
      endpoint.port = peer_.port();
      ClientRequest request;
      request.target = "/";
      auto again = request;
      auto same = endpoint;
      auto first = co_await client.send(std::move(endpoint), std::move(request), std::chrono::milliseconds(5'000));
      if (!first) co_return first;
      auto second = co_await client.send(std::move(same), std::move(again), std::chrono::milliseconds(5'000));
      co_return second;
    });
  }

  std::string file(const char* name) const { return directory_ / name; }

  Identity server_ = make_identity("DNS:localhost,IP:127.0.0.1");
  Identity client_ = make_identity("DNS:client");
  bool ask_for_certificate_ = false;
  int connections_ = 0;
  std::filesystem::path directory_;
  ScriptedPeer peer_{[this](RawSocket& socket, int) { serve(socket); }};
};

TEST_F(TlsTest, TrustsTheGivenAuthority) {
  const auto response = get("localhost", {.ca_file = file("server.pem")});
  ASSERT_TRUE(response) << response.error().message << response.error().internal;
  EXPECT_EQ(response->body, "localhost");
}

TEST_F(TlsTest, AnAddressIsVerifiedButNotSentAsAName) {
  const auto response = get("127.0.0.1", {.ca_file = file("server.pem")});
  ASSERT_TRUE(response) << response.error().message << response.error().internal;
  EXPECT_EQ(response->body, "(no name)");
}

TEST_F(TlsTest, RefusesAnUnknownAuthority) {
  const auto response = get("localhost", {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(response.error().message, HasSubstr("TLS handshake"));
}

TEST_F(TlsTest, RefusesAnotherName) {
  server_ = make_identity("DNS:elsewhere");
  write_pem(server_, file("server.pem"), file("server.key"));
  ASSERT_FALSE(get("localhost", {.ca_file = file("server.pem")}));
  EXPECT_TRUE(get("localhost", {.ca_file = file("server.pem"), .verify_peer = false}));
}

TEST_F(TlsTest, ShowsItsCertificate) {
  ask_for_certificate_ = true;
  EXPECT_FALSE(get("localhost", {.ca_file = file("server.pem")}));
  const auto response =
      get("localhost",
          {.ca_file = file("server.pem"), .certificate_file = file("client.pem"), .key_file = file("client.key")});
  ASSERT_TRUE(response) << response.error().message << response.error().internal;
}

TEST_F(TlsTest, FilesThatCannotBeLoadedAreNamed) {
  const auto response = get("localhost", {.ca_file = "/nonexistent/ca.pem"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(response.error().message, HasSubstr("/nonexistent/ca.pem"));
}

TEST_F(TlsTest, APeerThatDoesNotSpeakTls) {
  ScriptedPeer plain([](RawSocket& socket, int) { socket.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  HttpClient client(loop.executor());
  const auto code = on_loop<ErrorCode>([&]() -> Task<ErrorCode> {
    Endpoint endpoint;
    endpoint.kind = Endpoint::Kind::Tls;
    endpoint.host = "localhost";
    endpoint.port = plain.port();
    ClientRequest request;
    request.target = "/";
    auto response = co_await client.send(std::move(endpoint), std::move(request), std::chrono::milliseconds(5'000));
    co_return response ? ErrorCode::Internal : response.error().code;
  });
  EXPECT_EQ(code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace draas::net::testing
