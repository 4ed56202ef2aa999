#include "platforms/process/identity.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace draas::platforms::process {
namespace {

TEST(ParseStat, ReadsFieldsBehindAnyName) {
  const std::string text =
      "42 (a) S 9 (b) Z 7 42 42 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 3 0 987654 1000 25 18446744073709551615 1 1 0 0 0 "
      "0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 256\n";
  const auto stat = parse_stat(text);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'Z');
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->group, 42);
  EXPECT_EQ(stat->session, 42);
  EXPECT_EQ(stat->user_time, 150U);
  EXPECT_EQ(stat->system_time, 50U);
  EXPECT_EQ(stat->threads, 3U);
  EXPECT_EQ(stat->start_time, 987654U);
  EXPECT_EQ(stat->resident_pages, 25U);
  EXPECT_EQ(stat->exit_code, 256);
}

TEST(ParseStat, RefusesWhatIsNoStat) {
  for (const char* text : {"", "42", "42 (a)", "42 (a) ", "42 (a) S", "42 (a) S x 1 1", "no parentheses at all"}) {
    EXPECT_FALSE(parse_stat(text)) << text;
  }
}

TEST(ParseMarks, FindsThemAmongOthers) {
  using namespace std::string_literals;
  const auto marks = parse_marks(
      "PATH=/bin\0DRAAS_CONTROL_PLANE_ID=cp\0XDRAAS_INSTANCE_ID=no\0DRAAS_INSTANCE_ID=a=b\0DRAAS_GENERATION=12\0"
      "DRAAS_SPEC_HASH=\0"s);
  EXPECT_EQ(marks.control_plane_id, "cp");
  EXPECT_EQ(marks.instance_id, "a=b");
  EXPECT_EQ(marks.generation, 12U);
  EXPECT_EQ(marks.spec_hash, "");
  EXPECT_EQ(parse_marks("DRAAS_GENERATION=many"s).generation, 0U);
  EXPECT_EQ(parse_marks("").instance_id, "");
}

TEST(ProcessIdentity, SurvivesJson) {
  const ProcessIdentity identity{4711, 18'000'000'000'000'000'000ULL, boot_id()};
  const auto read = identity_from_json(Json::parse(to_json(identity).dump()));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, identity);
  EXPECT_EQ(*identity_from_json(to_json(identity)), identity);
}

TEST(Locate, KnowsTheStatesOfAProcess) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (;;) ::pause();
  }
  const ProcessIdentity identity{pid, read_stat(pid)->start_time, boot_id()};
  auto located = std::move(locate(identity, "").value());
  EXPECT_EQ(located.presence, Presence::Running);
  EXPECT_FALSE(has_ended(located.pidfd.get()));
  EXPECT_EQ(locate(identity, "marked")->presence, Presence::Absent) << "it does not carry the marks";
  ProcessIdentity earlier = identity;
  --earlier.start_time;
  EXPECT_EQ(locate(earlier, "")->presence, Presence::Absent) << "the PID was reused";
  ::kill(pid, SIGKILL);
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  EXPECT_EQ(locate(identity, "")->presence, Presence::Ended);
  EXPECT_TRUE(has_ended(located.pidfd.get()));
  EXPECT_FALSE(is_reaped(located.pidfd.get()));
  ::waitpid(pid, nullptr, 0);
  EXPECT_TRUE(is_reaped(located.pidfd.get()));
  EXPECT_EQ(locate(identity, "")->presence, Presence::Absent);
}

TEST(Locate, WithoutDescriptorsItSaysSoInsteadOfAnEnd) {
  const ProcessIdentity self{::getpid(), read_stat(::getpid())->start_time, boot_id()};
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{0, usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto located = locate(self, "");
  const auto marked = find_marked("cp");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  ASSERT_FALSE(located);
  EXPECT_EQ(located.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(located.error().retryable);
  ASSERT_FALSE(marked);
  EXPECT_EQ(marked.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(locate(self, "")->presence, Presence::Running);
}

}  // namespace
}  // namespace draas::platforms::process
