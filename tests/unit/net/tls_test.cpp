// The client over TLS, against a server made of OpenSSL and certificates made for the test.

#include "net/tls.hpp"

#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "loop_fixture.hpp"
#include "net/http_client.hpp"
#include "support/certificates.hpp"

namespace draas::net::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

using tests::OpenSslDeleter;
using tests::self_signed;
using tests::write_certificate;
using tests::write_key;
using Context = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, OpenSslDeleter<SSL_free>>;

class TlsTest : public LoopTest {
 protected:
  TlsTest() {
    enable_tls();
    directory_ = std::filesystem::temp_directory_path() / ("draas-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    write_certificate(server_, directory_ / "server.pem");
    write_certificate(client_, directory_ / "client.pem");
    write_key(client_, directory_ / "client.key");
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

  tests::Identity server_ = self_signed("DNS:localhost,IP:127.0.0.1");
  tests::Identity client_ = self_signed("DNS:client");
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
  EXPECT_THAT(response.error().message, EndsWith(kTlsUntrusted));
}

TEST_F(TlsTest, RefusesWhatHasExpired) {
  const tests::Identity authority = self_signed("DNS:authority");
  write_certificate(authority, file("server.pem"));
  server_ = tests::signed_by(authority, "DNS:localhost", tests::Validity::Over);
  const auto response = get("localhost", {.ca_file = file("server.pem")});
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, EndsWith(kTlsExpired));
}

TEST_F(TlsTest, RefusesAnotherName) {
  server_ = self_signed("DNS:elsewhere");
  write_certificate(server_, file("server.pem"));
  const auto response = get("localhost", {.ca_file = file("server.pem")});
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, EndsWith(kTlsOtherName));
  EXPECT_TRUE(get("localhost", {.ca_file = file("server.pem"), .verify_peer = false}));
}

TEST_F(TlsTest, ShowsItsCertificate) {
  ask_for_certificate_ = true;
  const auto without = get("localhost", {.ca_file = file("server.pem")});
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, EndsWith(kTlsAsksForCertificate));
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
