#include "cli/masking.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/id.hpp"
#include "cli/context_file.hpp"

namespace draas::cli {
namespace {

using namespace testing;

TEST(Masker, FindsSecretsElsewhere) {
  Masker masker;
  masker.learn(Json::parse(R"({"sources":[{"kind":"postgres","id":"p","password":"hunter2x"},
    {"kind":"http","id":"h","token":"${TOKEN:-fall\"back}"}]})"));
  masker.learn_text("key-of-mine");
  masker.learn_text("abc");
  EXPECT_EQ(masker.mask_text("login with hunter2x failed; key-of-mine abc"), "login with *** failed; *** abc");
  const std::string masked =
      to_text(masker.mask(Json{{"note", "hunter2x"}, {"other", "fall\"back"}, {"password", "new"}}));
  EXPECT_EQ(masked, R"({"note":"***","other":"***","password":"***"})");
}

TEST(Masker, TakesTheWholeSecretBeforeItsParts) {
  Masker masker;
  masker.learn_text("hunter");
  masker.learn_text("a-hunter-and-more");
  EXPECT_EQ(masker.mask_text("it is a-hunter-and-more"), "it is ***");
}

TEST(Masker, HidesEnvironments) {
  const Json masked =
      Masker().mask(Json::parse(R"({"platformOptions":{"environment":{"A":"x","B":"y"},"image":"i"}})"));
  EXPECT_EQ(to_text(masked), R"({"platformOptions":{"environment":{"A":"***","B":"***"},"image":"i"}})");
}

class ContextFiles : public Test {
 protected:
  ~ContextFiles() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("draas-test-" + random_hex(6));
  std::filesystem::path path_ = folder_ / "draas" / "config.yaml";
};

TEST_F(ContextFiles, AreReadAsTheyWereWrittenAndPrivate) {
  EXPECT_TRUE(read_context_file(path_)->contexts.empty()) << "none is fine";
  ContextFile file;
  file.set("prod", {.server = "https://draas.example.org", .api_key = "k: 1", .ca_file = "/ca.pem"});
  file.set("test", {.server = "http://127.0.0.1:5000"});
  file.current = "prod";
  ASSERT_TRUE(write_context_file(path_, file).has_value());
  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  auto again = read_context_file(path_);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->current, "prod");
  ASSERT_NE(again->find("prod"), nullptr);
  EXPECT_EQ(again->find("prod")->api_key, "k: 1");
  EXPECT_EQ(again->find("test")->server, "http://127.0.0.1:5000");
  EXPECT_TRUE(again->remove("prod"));
  EXPECT_EQ(again->current, "");
  EXPECT_FALSE(again->remove("prod"));
}

TEST_F(ContextFiles, RefuseWithFileAndField) {
  std::filesystem::create_directories(path_.parent_path());
  for (const auto& [text, message] :
       std::vector<std::pair<std::string, std::string>>{{"contexts: {a: {}}", "/contexts/a/server"},
                                                        {"contexts: {a: {server: x, key: y}}", "/contexts/a/key"},
                                                        {"current: a", "/current"},
                                                        {"contexts: [", "malformed"}}) {
    std::ofstream(path_) << text;
    const auto file = read_context_file(path_);
    ASSERT_FALSE(file.has_value()) << text;
    EXPECT_THAT(file.error().message, AllOf(HasSubstr(path_.string()), HasSubstr(message)));
  }
}

}  // namespace
}  // namespace draas::cli
