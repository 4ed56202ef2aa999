#include "docker/credentials.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "base/json.hpp"
#include "docker_directory.hpp"

namespace draas::docker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Json decoded(std::string header) {
  std::ranges::replace(header, '-', '+');
  std::ranges::replace(header, '_', '/');
  return parse_json(base64_decode(header).value_or("")).value_or(Json());
}

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() : path_before_(std::getenv("PATH")) {}
  ~CredentialsTest() override { ::setenv("PATH", path_before_.c_str(), 1); }

  void add_helper(const std::string& name, const std::string& script) {
    directory.write("bin/docker-credential-" + name, "#!/bin/sh\n" + script, 0700);
    ::setenv("PATH", ((directory.path() / "bin").string() + ":" + path_before_).c_str(), 1);
  }

  testing::DockerDirectory directory;

 private:
  std::string path_before_;
};

TEST_F(CredentialsTest, NoneIsNoError) {
  EXPECT_EQ(registry_authorization(directory.path(), "ghcr.io").value(), "");
  directory.write("config.json", R"({"auths":{"example.org":{"auth":"dTpw"}}})");
  EXPECT_EQ(registry_authorization(directory.path(), "ghcr.io").value(), "");
}

TEST_F(CredentialsTest, FromTheFile) {
  directory.write("config.json", R"({"auths":{"ghcr.io":{"auth":")" + base64_encode("user:pass:word") +
                                     R"("},"https://index.docker.io/v1/":{"identitytoken":"token"}}})");
  const Json login = decoded(registry_authorization(directory.path(), "ghcr.io").value());
  EXPECT_EQ(login.at("username"), "user");
  EXPECT_EQ(login.at("password"), "pass:word");
  EXPECT_EQ(login.at("serveraddress"), "ghcr.io");
  EXPECT_EQ(decoded(registry_authorization(directory.path(), "docker.io").value()).at("identitytoken"), "token");
}

TEST_F(CredentialsTest, FromAHelper) {
  directory.write("config.json", R"({"credsStore":"store","credHelpers":{"ghcr.io":"own"}})");
  add_helper("own", R"(read address; echo "{\"Username\":\"$address\",\"Secret\":\"s\"}")");
  add_helper("store", R"(echo '{"Username":"<token>","Secret":"t"}')");
  const Json login = decoded(registry_authorization(directory.path(), "ghcr.io").value());
  EXPECT_EQ(login.at("username"), "ghcr.io");
  EXPECT_EQ(login.at("password"), "s");
  EXPECT_EQ(decoded(registry_authorization(directory.path(), "docker.io").value()).at("identitytoken"), "t");
}

TEST_F(CredentialsTest, AHelperThatHasNoneLeavesItToTheFile) {
  directory.write("config.json", R"({"credsStore":"empty","auths":{"ghcr.io":{"auth":"dTpw"}}})");
  add_helper("empty", "echo credentials not found in native keychain; exit 1");
  EXPECT_EQ(decoded(registry_authorization(directory.path(), "ghcr.io").value()).at("username"), "u");
}

TEST_F(CredentialsTest, FaultsNameTheirPlaceAndNoSecret) {
  directory.write("config.json", R"({"credsStore":"store"})");
  const auto missing = registry_authorization(directory.path(), "ghcr.io");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("docker-credential-store"));
  add_helper("store", "echo secret; exit 2");
  const auto failed = registry_authorization(directory.path(), "ghcr.io");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, ::testing::AllOf(HasSubstr("docker login ghcr.io"), Not(HasSubstr("secret"))));
  add_helper("store", "exec sleep 600");
  const auto late = registry_authorization(directory.path(), "ghcr.io", std::chrono::milliseconds(50));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::DeadlineExceeded);
  directory.write("config.json", R"({"credsStore":"../x"})");
  EXPECT_FALSE(registry_authorization(directory.path(), "ghcr.io"));
  directory.write("config.json", R"({"auths":{"ghcr.io":{"auth":"!"}}})");
  EXPECT_THAT(registry_authorization(directory.path(), "ghcr.io").error().message, HasSubstr("docker login ghcr.io"));
  directory.write("config.json", "[");
  EXPECT_THAT(registry_authorization(directory.path(), "ghcr.io").error().message, HasSubstr("config.json"));
}

}  // namespace
}  // namespace draas::docker
