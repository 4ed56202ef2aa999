#include "cli/session.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/id.hpp"
#include "cli/context_file.hpp"

namespace draas::cli {
namespace {

using namespace testing;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

class Sessions : public Test {
 protected:
  Sessions() {
    ContextFile file;
    file.set("prod", {.server = "http://prod.example.org", .api_key = "key-of-prod"});
    file.set("open", {.server = "http://open.example.org"});
    file.current = "prod";
    EXPECT_TRUE(write_context_file(path_, file).has_value());
    ::setenv("DRAAS_CONFIG", path_.c_str(), 1);
    ::unsetenv("DRAAS_SERVER");
    ::unsetenv("DRAAS_API_KEY");
  }
  ~Sessions() override {
    ::unsetenv("DRAAS_CONFIG");
    ::unsetenv("DRAAS_API_KEY");
    std::error_code ignored;
    std::filesystem::remove_all(path_.parent_path(), ignored);
  }

  static std::string key(const std::string& context) {
    Session session("1.2.3");
    session.options().context = context;
    const auto settings = session.connection_settings();
    return settings ? settings->api_key : settings.error().message;
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("draas-test-" + random_hex(6)) / "config.yaml";
};

TEST_F(Sessions, TakeTheKeyOfTheContextThatIsNamed) {
  EXPECT_EQ(key("prod"), "key-of-prod");
  EXPECT_EQ(key(""), "key-of-prod") << "the current one";
  ::setenv("DRAAS_API_KEY", "key-of-variable", 1);
  EXPECT_EQ(key("prod"), "key-of-prod") << "named outright";
  EXPECT_EQ(key("open"), "key-of-variable") << "it has none";
  EXPECT_EQ(key(""), "key-of-variable");
}

TEST_F(Sessions, EndWithACodeOfItsOwnWhenSomebodySaysNo) {
  Session session("1.2.3");
  session.run([&] { return session.decline(); });
  EXPECT_EQ(session.exit_code(), 9);
  Session interrupted("1.2.3");
  interrupted.run([]() -> Status { return fail(ErrorCode::Cancelled, "interrupted"); });
  EXPECT_EQ(interrupted.exit_code(), 130);
}

TEST_F(Sessions, TellOptionsInsteadOfParameters) {
  Session session("1.2.3");
  CaptureStderr();
  session.run([]() -> Status {
    return fail(ErrorCode::InvalidArgument, "?types: 'Nothing' is not an event type (and 1 more)",
                {{"?types", "'Nothing' is not an event type"}, {"?limit", "must be at least 1"}});
  });
  EXPECT_EQ(GetCapturedStderr(),
            "draas: --types: 'Nothing' is not an event type (and 1 more)\n"
            "  --types: 'Nothing' is not an event type\n"
            "  --limit: must be at least 1\n");
}

}  // namespace
}  // namespace draas::cli
