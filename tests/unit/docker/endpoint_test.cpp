#include "docker/endpoint.hpp"

#include <gmock/gmock.h>

#include "docker_directory.hpp"

namespace draas::docker {
namespace {

using ::testing::HasSubstr;
using Kind = net::Endpoint::Kind;

class EndpointTest : public ::testing::Test {
 protected:
  EndpointTest() { sources.configuration_directory = directory.path(); }

  EngineEndpoint found() {
    auto endpoint = resolve_endpoint(sources);
    if (!endpoint) throw std::runtime_error(endpoint.error().message);
    return *endpoint;
  }
  std::string fault() {
    const auto endpoint = resolve_endpoint(sources);
    return endpoint ? "none" : endpoint.error().message;
  }

  testing::DockerDirectory directory;
  EndpointSources sources;
};

TEST_F(EndpointTest, TheDefaultSocketIsLast) {
  EXPECT_EQ(found().address.to_string(), "unix:///var/run/docker.sock");
  EXPECT_EQ(found().origin, "the default");
  directory.write("config.json", R"({"auths":{}})");
  EXPECT_EQ(found().address.to_string(), "unix:///var/run/docker.sock");
  directory.write("config.json", R"({"currentContext":"default"})");
  EXPECT_EQ(found().origin, "the default");
}

TEST_F(EndpointTest, TheSettingGoesBeforeDockerHostAndThatBeforeTheContext) {
  directory.add_context("work", "unix:///run/work.sock");
  directory.write("config.json", R"({"currentContext":"work"})");
  EXPECT_EQ(found().address.to_string(), "unix:///run/work.sock");
  EXPECT_EQ(found().origin, "Docker context 'work'");
  directory.add_context("other", "unix:///run/other.sock");
  sources.environment["DOCKER_CONTEXT"] = "other";
  EXPECT_EQ(found().address.to_string(), "unix:///run/other.sock");
  sources.environment["DOCKER_HOST"] = "tcp://engine.example:1234";
  EXPECT_EQ(found().address.to_string(), "http://engine.example:1234");
  EXPECT_EQ(found().origin, "DOCKER_HOST");
  sources.host = "unix:///run/explicit.sock";
  EXPECT_EQ(found().address.to_string(), "unix:///run/explicit.sock");
  EXPECT_EQ(found().origin, "Docker:Host");
}

TEST_F(EndpointTest, TlsByTheEnvironment) {
  sources.environment["DOCKER_HOST"] = "tcp://10.0.0.1";
  EXPECT_EQ(found().address.kind, Kind::Tcp);
  EXPECT_EQ(found().address.port, 2375);
  directory.write("certs/ca.pem", "");
  directory.write("certs/cert.pem", "");
  directory.write("certs/key.pem", "");
  sources.environment["DOCKER_CERT_PATH"] = (directory.path() / "certs").string();
  sources.environment["DOCKER_TLS_VERIFY"] = "1";
  const auto endpoint = found();
  EXPECT_EQ(endpoint.address.kind, Kind::Tls);
  EXPECT_EQ(endpoint.address.port, 2376);
  EXPECT_TRUE(endpoint.tls.verify_peer);
  EXPECT_EQ(endpoint.tls.ca_file, (directory.path() / "certs/ca.pem").string());
  EXPECT_EQ(endpoint.tls.key_file, (directory.path() / "certs/key.pem").string());
  sources.environment.erase("DOCKER_TLS_VERIFY");
  sources.environment["DOCKER_TLS"] = "1";
  EXPECT_FALSE(found().tls.verify_peer);
  std::filesystem::remove(directory.path() / "certs/key.pem");
  EXPECT_THAT(fault(), HasSubstr("key.pem is missing"));
  sources.environment["DOCKER_CERT_PATH"] = "/nowhere/at/all";
  EXPECT_THAT(fault(), HasSubstr("DOCKER_CERT_PATH"));
}

TEST_F(EndpointTest, AContextBringsItsTlsMaterial) {
  directory.add_context("remote", "tcp://engine.example:2376");
  sources.environment["DOCKER_CONTEXT"] = "remote";
  EXPECT_EQ(found().address.kind, Kind::Tcp);
  directory.write(directory.tls_directory("remote") + "ca.pem", "");
  EXPECT_EQ(found().address.kind, Kind::Tls);
  EXPECT_TRUE(found().tls.verify_peer);
  directory.add_context("remote", "tcp://engine.example:2376", true);
  EXPECT_FALSE(found().tls.verify_peer);
}

TEST_F(EndpointTest, BadValuesSayWhichAndTheWayOut) {
  sources.environment["DOCKER_HOST"] = "ssh://user@host";
  EXPECT_THAT(fault(), ::testing::AllOf(HasSubstr("DOCKER_HOST: ssh:// is not supported"), HasSubstr("ssh -N -L")));
  sources.environment["DOCKER_HOST"] = "localhost:2375";
  EXPECT_THAT(fault(), ::testing::AllOf(HasSubstr("DOCKER_HOST"), HasSubstr("tcp://host:port")));
  sources.environment["DOCKER_HOST"] = "unix://relative";
  EXPECT_THAT(fault(), HasSubstr("absolute"));
  sources.environment["DOCKER_HOST"] = "tcp://host:port";
  EXPECT_THAT(fault(), HasSubstr("the port"));
  sources.environment.clear();
  sources.environment["DOCKER_CONTEXT"] = "gone";
  EXPECT_THAT(fault(), ::testing::AllOf(HasSubstr("'gone'"), HasSubstr("docker context use")));
  directory.write("contexts/meta/" + sha256_hex("gone") + "/meta.json", R"({"Endpoints":{"kubernetes":{}}})");
  EXPECT_THAT(fault(), HasSubstr("has no endpoint of an engine"));
  sources.environment.clear();
  directory.write("config.json", "{");
  EXPECT_THAT(fault(), ::testing::AllOf(HasSubstr("config.json"), HasSubstr("Docker:Host")));
}

}  // namespace
}  // namespace draas::docker
