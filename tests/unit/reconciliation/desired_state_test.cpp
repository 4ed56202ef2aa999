#include "reconciliation/desired_state.hpp"

#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;

Result<DesiredStateSource> source(const std::string& text) {
  return parse_desired_state_source("fleet", json(text), "/var/lib/checkouts");
}

TEST(DesiredStateSources, AreRead) {
  const auto directory = source(R"({"Directory":"/etc/fleet","Prune":true,"Interval":"30s"})");
  ASSERT_TRUE(directory.has_value()) << directory.error().message;
  EXPECT_EQ(directory->name, "fleet");
  EXPECT_EQ(directory->directory, "/etc/fleet");
  EXPECT_TRUE(directory->prune);
  EXPECT_EQ(directory->interval, Duration(30'000));
  EXPECT_TRUE(directory->checkout.empty());

  const auto git = source(R"({"Git":"https://host/fleet.git","Branch":"main","Directory":"clusters/one"})");
  ASSERT_TRUE(git.has_value());
  EXPECT_FALSE(git->prune);
  EXPECT_EQ(git->interval, Duration(5'000));
  EXPECT_EQ(git->checkout.parent_path(), "/var/lib/checkouts");
  EXPECT_NE(git->checkout, source(R"({"Git":"https://host/fleet.git","Branch":"next"})")->checkout);
}

TEST(DesiredStateSources, MayComeFromTheEnvironmentWhereAllIsText) {
  EXPECT_TRUE(source(R"({"Directory":"d","Prune":"true"})")->prune);
  EXPECT_FALSE(source(R"({"Directory":"d","Prune":"False"})")->prune);
}

TEST(DesiredStateSources, FaultsNameTheMember) {
  const std::pair<const char*, const char*> kFaults[] = {
      {"5", "it must be an object with Directory or Git"},
      {"{}", "Directory or Git is needed"},
      {R"({"Prune":true})", "Directory or Git is needed"},
      {R"({"Directory":5})", "Directory must be text"},
      {R"({"Directory":"d","Prune":"often"})", "Prune must be true or false"},
      {R"({"Directory":"d","Prune":1})", "Prune must be true or false"},
      {R"({"Directory":"d","Interval":"often"})", "Interval must be a duration"},
      {R"({"Directory":"d","Interval":"0s"})", "Interval must be a duration"},
      {R"({"Directory":"d","Url":"x"})", "Url is not known; there are Directory, Git, Branch, Prune and Interval"},
      {R"({"Git":"--upload-pack=x"})", "Git must not begin with '-'"},
      {R"({"Git":"x","Branch":"-b"})", "Branch must not begin with '-'"}};
  for (const auto& [text, message] : kFaults) {
    const auto parsed = source(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr("Reconciliation.Sources.fleet: " + std::string(message)));
  }
}

}  // namespace
}  // namespace draas::reconciliation
