#include "reconciliation/git.hpp"

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "base/id.hpp"
#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;
namespace fs = std::filesystem;

// A repository in a directory of its own, and the place of a checkout beside it.
class GitTest : public ::testing::Test {
 protected:
  // One commit, made once and copied for each test.
  GitTest() {
    fs::create_directories(root_);
    if (!fs::exists(first())) {
      fs::create_directories(repository());
      git("init --quiet --initial-branch=main");
      commit("orders.yaml", "id: orders\n");
      fs::copy(repository(), first(), fs::copy_options::recursive);
    } else {
      fs::copy(first(), repository(), fs::copy_options::recursive);
    }
  }
  static void TearDownTestSuite() {
    std::error_code ignored;
    fs::remove_all(first(), ignored);
  }
  ~GitTest() override {
    std::error_code ignored;  // a directory that cannot be removed is no fault of the test
    fs::remove_all(root_, ignored);
  }

  static fs::path first() {
    static const fs::path place = fs::temp_directory_path() / ("draas-git-test-" + random_hex(6));
    return place;
  }
  fs::path repository() const { return root_ / "repository"; }
  fs::path checkout() const { return root_ / "state" / "checkout"; }

  // The user's own settings are left out.
  void git(const std::string& arguments) const {
    const std::string command = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -C '" + repository().string() +
                                "' -c user.name=t -c user.email=t@example.com " + arguments + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  void commit(const std::string& file, const std::string& text) const {
    ASSERT_TRUE(write_file(repository() / file, text, 0644, Durability::Atomic).has_value());
    git("add -A");
    git("commit --quiet -m change");
  }
  std::string checked_out(const std::string& file) const {
    return read_file(checkout() / file).value_or("(not there)");
  }
  std::string update(const std::string& branch = "") const {
    const auto updated = update_checkout(repository().string(), branch, checkout());
    EXPECT_TRUE(updated.has_value()) << (updated ? "" : updated.error().message);
    return updated.value_or("");
  }

 private:
  fs::path root_ = fs::temp_directory_path() / ("draas-git-test-" + random_hex(6));
};

TEST_F(GitTest, ClonesAndFollows) {
  const std::string first = update();
  EXPECT_EQ(first.size(), 40U);
  EXPECT_EQ(checked_out("orders.yaml"), "id: orders\n");
  commit("orders.yaml", "id: changed\n");
  commit("stock.yaml", "id: stock\n");
  const std::string second = update();
  EXPECT_NE(second, first);
  EXPECT_EQ(update(), second);
  EXPECT_EQ(checked_out("orders.yaml"), "id: changed\n");
  EXPECT_EQ(checked_out("stock.yaml"), "id: stock\n");
}

TEST_F(GitTest, FollowsABranch) {
  git("checkout --quiet -b next");
  commit("orders.yaml", "id: next\n");
  git("checkout --quiet main");
  update("next");
  EXPECT_EQ(checked_out("orders.yaml"), "id: next\n");
  update("main");
  EXPECT_EQ(checked_out("orders.yaml"), "id: orders\n");
}

TEST_F(GitTest, FollowsAHistoryThatWasRewritten) {
  update();
  git("mv orders.yaml another.yaml");
  git("commit --quiet --amend -m other");
  update();
  EXPECT_EQ(checked_out("another.yaml"), "id: orders\n");
  EXPECT_EQ(checked_out("orders.yaml"), "(not there)");
}

TEST_F(GitTest, DiscardsWhatWasChangedInTheCheckout) {
  update();
  ASSERT_TRUE(write_file(checkout() / "orders.yaml", "mine", 0644, Durability::Atomic).has_value());
  ASSERT_TRUE(write_file(checkout() / "more.yaml", "mine", 0644, Durability::Atomic).has_value());
  update();
  EXPECT_EQ(checked_out("orders.yaml"), "id: orders\n");
  EXPECT_EQ(checked_out("more.yaml"), "(not there)");
}

TEST_F(GitTest, BeginsAnewWhereACloneWasCutOff) {
  ASSERT_TRUE(write_file(checkout() / "half", "x", 0644, Durability::Atomic).has_value());
  update();
  EXPECT_EQ(checked_out("orders.yaml"), "id: orders\n");
  EXPECT_EQ(checked_out("half"), "(not there)");
}

TEST_F(GitTest, SaysWhatDidNotWorkOut) {
  const auto nowhere = update_checkout((repository() / "nowhere").string(), "", checkout());
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(nowhere.error().retryable);
  EXPECT_THAT(nowhere.error().message, HasSubstr("Cloning " + (repository() / "nowhere").string()));
  const auto branch = update_checkout(repository().string(), "no-such", checkout());
  ASSERT_FALSE(branch.has_value());
  EXPECT_THAT(branch.error().message, HasSubstr("refs/heads/no-such"));
  // A name that looks like an option is none.
  const auto option = update_checkout("--upload-pack=touch " + (repository() / "x").string(), "", checkout() / "b");
  EXPECT_FALSE(option.has_value());
  EXPECT_FALSE(fs::exists(repository() / "x"));
}

TEST_F(GitTest, ErrorsHaveNoCredentials) {
  // Nothing listens on port 1, so that nothing leaves the machine.
  for (const char* user : {"me:geheim", "me:ge@heim", "me:'geheim'"}) {
    const std::string url = "http://" + std::string(user) + "@127.0.0.1:1/fleet.git";
    const auto cloned = update_checkout(url, "", checkout());
    ASSERT_FALSE(cloned.has_value()) << url;
    EXPECT_THAT(cloned.error().message, Not(HasSubstr("heim"))) << url;
    EXPECT_THAT(cloned.error().message, HasSubstr("127.0.0.1:1/fleet.git"));
    EXPECT_THAT(cloned.error().internal, Not(HasSubstr("heim")));
  }
}

}  // namespace
}  // namespace draas::reconciliation
