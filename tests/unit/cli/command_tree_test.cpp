#include "cli/command_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "cli/commands.hpp"

namespace draas::cli {
namespace {

using namespace testing;

class CommandTree : public Test {
 protected:
  CommandTree() {
    application_.fallthrough();
    add_commands(application_, session_);
  }

  Session session_{"1.2.3"};
  CLI::App application_{"a control plane", "draas"};
};

void collect(const CLI::App& command, std::vector<const CLI::App*>& out) {
  for (const CLI::App* child : shown_commands(command)) {
    out.push_back(child);
    collect(*child, out);
  }
}

TEST_F(CommandTree, EveryCommandAndOptionIsExplained) {
  std::vector<const CLI::App*> commands;
  collect(application_, commands);
  EXPECT_GT(commands.size(), 40U);
  for (const CLI::App* command : commands) {
    EXPECT_FALSE(command->get_description().empty()) << full_name(*command);
    for (const OptionText& option : option_texts(*command)) {
      EXPECT_FALSE(option.description.empty()) << full_name(*command) << " " << option.names;
    }
  }
}

TEST_F(CommandTree, ShowsHowCommandsAreCalled) {
  const CLI::App& describe = *application_.get_subcommand("describe");
  EXPECT_EQ(usage_of(describe), "draas describe [OPTIONS] [INSTANCE...]");
  EXPECT_EQ(usage_of(*application_.get_subcommand("validate")), "draas validate --file FILE [OPTIONS]");
  EXPECT_EQ(usage_of(*application_.get_subcommand("rollout")->get_subcommand("status")),
            "draas rollout status [OPTIONS] ROLLOUT");
  EXPECT_THAT(examples_of(describe), StartsWith("  draas describe orders\n"));
}

TEST_F(CommandTree, BecomesDocuments) {
  const std::string markdown = markdown_reference(application_);
  EXPECT_THAT(markdown, AllOf(HasSubstr("#### draas rollout create\n"), HasSubstr("| `-y, --yes` |"),
                              HasSubstr("| 130 | interrupted by Ctrl-C |"), Not(HasSubstr("__complete"))));
  const std::string manual = manual_page(application_, "1.2.3");
  EXPECT_THAT(manual, AllOf(StartsWith(".TH DRAAS 1"), HasSubstr(".SS \"draas context set"),
                            HasSubstr("\\-\\-selector"), Not(HasSubstr("\n..."))));
}

TEST_F(CommandTree, KnowsWhatMayComeNext) {
  EXPECT_THAT(complete(application_, {""}).words, AllOf(Contains("apply"), Contains("rollout"), Not(Contains("docs"))));
  EXPECT_EQ(complete(application_, {"describe", ""}).kind, "INSTANCE");
  EXPECT_EQ(complete(application_, {"describe", "one", ""}).kind, "INSTANCE") << "it takes several";
  EXPECT_EQ(complete(application_, {"proxy", "one", ""}).kind, "") << "it takes one";
  EXPECT_EQ(complete(application_, {"clone", "one", ""}).kind, "ID") << "a new one is nobody's";
  EXPECT_EQ(complete(application_, {"rollout", "pause", ""}).kind, "ROLLOUT");
  EXPECT_EQ(complete(application_, {"--context", ""}).kind, "CONTEXT");
  EXPECT_EQ(complete(application_, {"get", "--context", ""}).kind, "CONTEXT");
  EXPECT_EQ(complete(application_, {"apply", "-f", ""}).kind, "FILE");
  EXPECT_THAT(complete(application_, {"get", "--sort", ""}).words, Contains("restarts"));
  EXPECT_THAT(complete(application_, {"get", "--s"}).words, AllOf(Contains("--selector"), Contains("--server")));
  EXPECT_EQ(complete(application_, {"create", "a", "--platform", ""}).kind, "PLATFORM");
  EXPECT_EQ(complete(application_, {"get", "--platform-type", ""}).kind, "PLATFORM");
  EXPECT_EQ(complete(application_, {"reconcile", "a", "--strategy", ""}).kind, "STRATEGY");
  EXPECT_THAT(complete(application_, {"get", "--status", ""}).words, AllOf(Contains("Running"), Contains("Error")));
  EXPECT_THAT(complete(application_, {}).words, IsEmpty());
}

// --- which instances -------------------------------------------------------------------------------------------------

TEST(Targets, BecomeAQuery) {
  TargetOptions options;
  EXPECT_EQ(list_query(options), "");
  options.selector = "env=prod,tier in (a,b)";
  options.statuses = {"Running", "Error"};
  EXPECT_EQ(list_query(options), "?selector=env%3Dprod%2Ctier%20in%20%28a%2Cb%29&status=Running%2CError");
}

TEST(Targets, MustBeChosenAndNotTwice) {
  TargetOptions options;
  EXPECT_FALSE(require_targets(options).has_value());
  options.all = true;
  EXPECT_TRUE(require_targets(options).has_value());
  options.selector = "a=b";
  EXPECT_FALSE(require_targets(options).has_value());
  options.all = false;
  EXPECT_TRUE(require_targets(options).has_value());
  options.names = {"a"};
  EXPECT_FALSE(require_targets(options).has_value());
  EXPECT_FALSE(refuse_names_with_filter(options).has_value()) << "also where neither means all";
  options.selector.clear();
  EXPECT_TRUE(refuse_names_with_filter(options).has_value());
}

TEST(Names, AreShortened) {
  EXPECT_EQ(some_names({"a", "b"}, 2), "a, b");
  EXPECT_EQ(some_names({"a", "b", "c", "d"}, 2), "a, b and 2 more");
}

}  // namespace
}  // namespace draas::cli
