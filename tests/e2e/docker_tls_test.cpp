// A Docker engine that is reached over TLS and asks for certificates, as one on another machine does.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "docker_fixture.hpp"
#include "net/tls.hpp"
#include "support/certificates.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using net::Method;
using ::testing::HasSubstr;

class DockerOverTls : public DockerFixture {
 protected:
  DockerOverTls() {
    write_docker_certificates(directory_ / "engine", authority_, signed_by(authority_, "DNS:localhost,IP:127.0.0.1"));
    write_docker_certificates(client(), authority_, signed_by(authority_, "DNS:client"));
  }
  ~DockerOverTls() override { fs::remove_all(directory_); }

  DockerEngineOptions engine_options() const override { return {.certificates = directory_ / "engine"}; }
  std::vector<std::string> engine_flags() const override {
    return {"--Docker:Host=" + engine_->tls_host(), "--Docker:CertificatesDirectory=" + client().string()};
  }

  fs::path client() const { return directory_ / "client"; }
  // Waits until the platform is unavailable; why.
  std::string reason() {
    Json told;
    const bool is_so = eventually(
        [&] {
          told = platform();
          return !told.value("available", true);
        },
        kPatience);
    EXPECT_TRUE(is_so) << told.dump();
    return told.value("reason", "");
  }
  // Starts the control plane anew, because what it has open stays open.
  std::string reason_after_start() {
    server_->kill();
    EXPECT_TRUE(start_server()) << server_->log();
    return reason();
  }
  // Mended while the control plane runs.
  void expect_available() {
    EXPECT_TRUE(eventually([&] { return platform().value("available", false); }, kPatience)) << platform().dump();
  }
  void expect_life() {
    start("one");
    const std::string container = container_of("one");
    EXPECT_EQ(engine_->inspect("draas-one").id, container);
    EXPECT_EQ(server_->get("/api/server/instances/one/proxy/health").status, 200);
    EXPECT_TRUE(eventually([&] {
      return server_->get("/api/server/instances/one/logs?tail=100").body.find("started successfully") !=
             std::string::npos;
    }));
    by_hand([](docker::EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
    EXPECT_TRUE(runs_anew("one", container)) << server_->log();
    EXPECT_EQ(server_->post("/api/server/instances/one/stop").status, 200);
    EXPECT_EQ(server_->call(Method::Delete, "/api/server/instances/one").status, 204);
    EXPECT_TRUE(engine_->containers().empty());
    EXPECT_TRUE(engine_->volumes().empty());
  }

  const fs::path directory_ = fs::temp_directory_path() / ("draas-docker-tls-" + std::to_string(::getpid()));
  const Identity authority_ = self_signed("DNS:authority");
};

TEST_F(DockerOverTls, AnInstanceLivesThereBySettings) {
  EXPECT_THAT(platform().value("reason", ""), HasSubstr("https://127.0.0.1:"));
  expect_life();
}

class DockerOverTlsByEnvironment : public DockerOverTls {
 protected:
  std::vector<std::string> engine_flags() const override { return {}; }
  std::map<std::string, std::string> environment() const override {
    return {{"DOCKER_HOST", engine_->tls_host()}, {"DOCKER_TLS_VERIFY", "1"}, {"DOCKER_CERT_PATH", client().string()}};
  }
};

TEST_F(DockerOverTlsByEnvironment, AnInstanceLivesThere) { expect_life(); }

TEST_F(DockerOverTls, AnotherAuthorityIsNotTrusted) {
  const Identity other = self_signed("DNS:other");
  write_certificate(other, client() / "ca.pem");
  const std::string why = reason_after_start();
  EXPECT_THAT(why, HasSubstr(net::kTlsUntrusted));
  EXPECT_THAT(why, HasSubstr("'" + (client() / "ca.pem").string() + "'"));
  const Answer refused = server_->create("one", true);
  EXPECT_THAT(refused.body, HasSubstr("is unavailable"));
  write_certificate(authority_, client() / "ca.pem");
  expect_available();
}

TEST_F(DockerOverTls, WithoutACertificateItLetsNobodyIn) {
  fs::remove(client() / "cert.pem");
  fs::remove(client() / "key.pem");
  const std::string why = reason_after_start();
  EXPECT_THAT(why, HasSubstr(net::kTlsAsksForCertificate));
  EXPECT_THAT(why, HasSubstr("DOCKER_CERT_PATH"));
  write_docker_certificates(client(), authority_, signed_by(authority_, "DNS:client"));
  expect_available();
}

TEST_F(DockerOverTls, ACertificateOfAnotherAuthorityIsRefused) {
  const Identity other = self_signed("DNS:other");
  write_docker_certificates(client(), authority_, signed_by(other, "DNS:client"));
  const std::string why = reason_after_start();
  EXPECT_THAT(why, HasSubstr(net::kTlsRefusesCertificate));
  EXPECT_THAT(why, HasSubstr("'" + (client() / "cert.pem").string() + "'"));
}

TEST_F(DockerOverTls, AnExpiredCertificateIsToldAsSuch) {
  write_docker_certificates(client(), authority_, signed_by(authority_, "DNS:client", Validity::Over));
  const std::string why = reason_after_start();
  EXPECT_THAT(why, HasSubstr(net::kTlsOwnExpired));
  EXPECT_THAT(why, HasSubstr("renew '" + (client() / "cert.pem").string() + "'"));
  write_docker_certificates(client(), authority_, signed_by(authority_, "DNS:client"));
  expect_available();
  expect_life();
}

TEST_F(DockerOverTls, AnEngineWhoseCertificateHasExpired) {
  engine_->stop();
  write_docker_certificates(directory_ / "engine", authority_,
                            signed_by(authority_, "DNS:localhost,IP:127.0.0.1", Validity::Over));
  ASSERT_EQ(engine_->start(), "");
  const std::string why = reason();
  EXPECT_THAT(why, HasSubstr(net::kTlsExpired));
  EXPECT_THAT(why, HasSubstr("renew the engine's certificate"));
}

TEST_F(DockerOverTls, WithoutTlsTheWayToItIsTold) {
  server_.reset();
  server_ = std::make_unique<ServerProcess>(std::vector<std::string>{"--Docker:Host=" + engine_->tls_host()});
  ASSERT_TRUE(server_->start()) << server_->log();
  EXPECT_THAT(reason(), HasSubstr("set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"));
}

}  // namespace
}  // namespace draas::tests
