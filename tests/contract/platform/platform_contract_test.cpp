// What every platform promises (core/platform/platform.hpp), run over each of them.

#include <algorithm>
#include <fstream>
#include <set>

#include <signal.h>

#include "contract/platform/platform_fixture.hpp"

namespace draas::platforms {
namespace {

class PlatformContract : public PlatformFixture, public testing::WithParamInterface<PlatformFactory> {
 protected:
  PlatformFactory factory() override { return GetParam(); }
};

// Of platforms that keep the logs themselves.
class PlatformLogFiles : public PlatformContract {};

std::vector<PlatformFactory> factories_with_log_files() {
  auto factories = platform_factories();
  std::erase_if(factories, [](const PlatformFactory& each) { return !each.has_log_files; });
  return factories;
}

TEST_P(PlatformContract, StartsAndStopsOnInterrupt) {
  const auto handle = start("one", "print ready\n");
  EXPECT_EQ(handle.platform, platform().name());
  EXPECT_EQ(handle.instance_id, "one");
  EXPECT_EQ(handle.generation, 1U);
  EXPECT_EQ(handle.spec_hash, "hash-of-one");
  wait_for_log("one", "ready\n");
  const auto exit = stop(handle);
  EXPECT_EQ(exit.exit_code, 0);
  EXPECT_FALSE(exit.signal);
  EXPECT_EQ(exit.reason, "exited with code 0");
  EXPECT_EQ(log_of("one"), "ready\nshutting down\n");
  EXPECT_EQ(exits_of("one"), 0U) << "an exit that was asked for is not told";
}

TEST_P(PlatformContract, StoppingTwiceIsTheSameAsOnce) {
  const auto handle = start("one", "print ready\n");
  wait_for_log("one", "ready\n");
  EXPECT_EQ(stop(handle).exit_code, 0);
  EXPECT_EQ(stop(handle).exit_code, 0);
}

TEST_P(PlatformContract, TellsExitCodes) {
  start("zero", "exit 0\n");
  start("seven", "exit 7\n");
  EXPECT_EQ(wait_for_exit("zero").exit_code, 0);
  const auto seven = wait_for_exit("seven");
  EXPECT_EQ(seven.exit_code, 7);
  EXPECT_FALSE(seven.signal);
  EXPECT_EQ(seven.reason, "exited with code 7");
}

TEST_P(PlatformContract, TellsSignals) {
  start("killed", "signal 9\n");
  start("crashed", "signal 6\n");
  const auto killed = wait_for_exit("killed");
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_FALSE(killed.exit_code);
  EXPECT_EQ(killed.reason, "killed by SIGKILL");
  EXPECT_EQ(wait_for_exit("crashed").signal, SIGABRT);
}

TEST_P(PlatformContract, TellsEachExitOnce) {
  for (int i = 0; i < 20; ++i) start("i" + std::to_string(i), "exit 1\n");
  for (int i = 0; i < 20; ++i) wait_for_exit("i" + std::to_string(i));
  EXPECT_TRUE(list().empty());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(exits_of("i" + std::to_string(i)), 1U);
}

TEST_P(PlatformContract, StopAfterTheEndTellsHowItEnded) {
  const auto handle = start("one", "exit 3\n");
  wait_for_exit("one");
  EXPECT_EQ(stop(handle).exit_code, 3);
}

TEST_P(PlatformContract, KillsWhatDoesNotObey) {
  const auto handle = start("deaf", "ignore_sigint\nprint ready\n");
  wait_for_log("deaf", "ready\n");
  const auto begin = std::chrono::steady_clock::now();
  const auto exit = stop(handle, 200ms);
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(exits_of("deaf"), 0U);
}

TEST_P(PlatformContract, KillsAllDescendants) {
  const auto handle = start("family", "child\nchild\ndaemon\nprint ready\n");
  wait_for_log("family", "ready\n");
  EXPECT_EQ(ids_listed(), std::vector<std::string>{"family"});
  EXPECT_EQ(stop(handle).exit_code, 0);
  EXPECT_TRUE(list().empty()) << "the descendants ignore SIGINT, so they were killed";
}

TEST_P(PlatformContract, RefusesASecondWorkloadOfAnInstance) {
  const auto handle = start("one", "");
  const auto second = run(platform().start(spec("one", "", 2)));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_EQ(ids_listed().size(), 1U);
  stop(handle, 0ms);
}

TEST_P(PlatformContract, RestartsUnderANewGeneration) {
  const auto first = start("one", "print first\n");
  wait_for_log("one", "first\n");
  stop(first);
  auto second = run(platform().start(spec("one", "print second\n", 2)));
  ASSERT_TRUE(second);
  wait_for_log("one", "second\n");
  EXPECT_EQ(log_of("one"), "first\nshutting down\nsecond\n");
  // The end of the first generation leaves the second alone.
  stop(first);
  const auto found = list();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].handle.generation, 2U);
  EXPECT_EQ(stop(*second).exit_code, 0);
}

TEST_P(PlatformContract, ListsWhatCarriesOurMarks) {
  const auto handle = start("one", "");
  start("two", "");
  const auto found = list();
  ASSERT_EQ(found.size(), 2U);
  const auto one = std::ranges::find_if(found, [](const auto& each) { return each.handle.instance_id == "one"; });
  ASSERT_NE(one, found.end());
  EXPECT_TRUE(one->running);
  EXPECT_EQ(one->control_plane_id, control_plane_);
  EXPECT_EQ(one->handle.generation, 1U);
  EXPECT_EQ(one->handle.spec_hash, "hash-of-one");
  EXPECT_EQ(one->handle.platform, handle.platform);
  EXPECT_EQ(platform().describe(one->handle), platform().describe(handle));

  const auto others = run(platform().list("another-control-plane"));
  ASSERT_TRUE(others);
  EXPECT_TRUE(others->empty());
}

TEST_P(PlatformContract, RecoversWhatRuns) {
  const auto handle = start("one", "print ready\n");
  wait_for_log("one", "ready\n");
  restart_platform();
  auto recovered = run(platform().recover(handle));
  ASSERT_TRUE(recovered);
  EXPECT_TRUE(recovered->running);
  auto again = run(platform().recover(handle));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->running);
  EXPECT_TRUE(run(platform().usage(handle)));
  EXPECT_EQ(stop(handle).exit_code, 0);
  EXPECT_EQ(exits_of("one"), 0U);
}

TEST_P(PlatformContract, TellsTheExitOfWhatItRecovered) {
  const auto handle = start("one", "await go\nexit 5\n");
  restart_platform();
  auto recovered = run(platform().recover(handle));
  ASSERT_TRUE(recovered);
  ASSERT_TRUE(recovered->running);
  release("one");
  EXPECT_EQ(wait_for_exit("one").exit_code, 5);
  EXPECT_EQ(exits_of("one"), 1U);
}

TEST_P(PlatformContract, RecoversWhatTheListFound) {
  start("one", "await go\nexit 5\n");
  restart_platform();
  const auto found = list();
  ASSERT_EQ(found.size(), 1U);
  auto recovered = run(platform().recover(found[0].handle));
  ASSERT_TRUE(recovered);
  EXPECT_TRUE(recovered->running);
  release("one");
  EXPECT_EQ(wait_for_exit("one").exit_code, 5);
}

TEST_P(PlatformContract, StopsWhatItNeverRecovered) {
  start("orphan", "print ready\n");
  wait_for_log("orphan", "ready\n");
  restart_platform();
  const auto found = list();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(stop(found[0].handle).exit_code, 0);
  EXPECT_TRUE(list().empty());
}

TEST_P(PlatformContract, RecoverTellsWhatEndedMeanwhile) {
  const auto handle = start("one", "await go\nexit 4\n");
  const std::filesystem::path directory = working_directory("one");
  close_platform();
  std::ofstream(directory / "go") << "now";
  ASSERT_TRUE(GetParam().has_ended(handle));
  auto recovered = run(platform().recover(handle));
  ASSERT_TRUE(recovered);
  EXPECT_FALSE(recovered->running);
  EXPECT_EQ(recovered->exit.exit_code, 4) << recovered->exit.reason;
  EXPECT_EQ(exits_of("one"), 0U);
}

TEST_P(PlatformContract, ClosingEndsNothing) {
  const auto handle = start("one", "");
  close_platform();
  EXPECT_EQ(ids_listed(), std::vector<std::string>{"one"});
  EXPECT_EQ(exits_of("one"), 0U);
  stop(handle, 0ms);
}

TEST_P(PlatformContract, RunsManyWorkloadsStartedAtOnce) {
  const int count = GetParam().many;
  std::vector<std::future<Result<core::WorkloadHandle>>> starting;
  platform();
  for (int i = 0; i < count; ++i) {
    auto task = platform().start(spec("w" + std::to_string(i), ""));
    starting.push_back(net::asio::co_spawn(loop_->executor(), std::move(task), net::asio::use_future));
  }
  std::vector<core::WorkloadHandle> handles;
  for (auto& each : starting) {
    auto started = each.get();
    ASSERT_TRUE(started) << started.error().message;
    handles.push_back(*started);
  }
  EXPECT_EQ(list().size(), static_cast<std::size_t>(count));
  std::vector<std::future<Result<core::WorkloadExit>>> stopping;
  for (const auto& handle : handles) {
    stopping.push_back(net::asio::co_spawn(loop_->executor(), platform().stop(handle, 10s), net::asio::use_future));
  }
  for (auto& each : stopping) EXPECT_TRUE(each.get());
  EXPECT_TRUE(list().empty());
}

TEST_P(PlatformContract, KeepsNoDescriptors) {
  stop(start("warm", "print ready\n"));
  run(platform().remove("warm", false));
  const auto before = count_own_descriptors();
  for (int i = 0; i < 10; ++i) {
    const std::string id = "d" + std::to_string(i);
    const auto handle = start(id, "print ready\n");
    wait_for_log(id, "ready\n");
    run(platform().usage(handle));
    stop(handle);
    EXPECT_TRUE(run(platform().remove(id, false)));
  }
  // The one inotify descriptor of all followers, or resting connections to an engine.
  EXPECT_LE(count_own_descriptors(), before + GetParam().resting_descriptors);
}

TEST_P(PlatformContract, RemoveTakesEverythingAway) {
  const auto handle = start("one", "write file.txt\nprint ready\n");
  wait_for_log("one", "ready\n");
  const auto refused = run(platform().remove("one", false));
  ASSERT_FALSE(refused) << "it still runs";
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  stop(handle);
  const std::filesystem::path directory = working_directory("one");
  EXPECT_TRUE(std::filesystem::exists(directory / "file.txt"));
  EXPECT_TRUE(run(platform().remove("one", false)));
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_EQ(log_of("one"), "");
  EXPECT_TRUE(run(platform().remove("one", false))) << "removing again is harmless";
}

TEST_P(PlatformContract, RemoveCanKeepTheData) {
  const auto handle = start("one", "write file.txt\nprint ready\n");
  wait_for_log("one", "ready\n");
  stop(handle);
  EXPECT_TRUE(run(platform().remove("one", true)));
  EXPECT_TRUE(std::filesystem::exists(working_directory("one") / "file.txt"));
  EXPECT_EQ(log_of("one"), "ready\nshutting down\n");
}

TEST_P(PlatformContract, TellsUsage) {
  const auto handle = start("one", "noise 2000000\nprint ready\n");
  wait_for_log("one", "ready\n");
  const auto usage = run(platform().usage(handle));
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->memory_bytes, 100'000U);
  EXPECT_GE(usage->threads, 1U);
  EXPECT_LE(usage->threads, 2U) << "the server, and an init process";
  if (GetParam().counts_open_files) {
    EXPECT_GE(usage->open_files, 3U);
  }
  EXPECT_GE(usage->cpu_seconds, 0.0);
  stop(handle);
  const auto none = run(platform().usage(handle));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
}

TEST_P(PlatformContract, GivesTheLastLinesOfTheLog) {
  const auto handle = start("one", "lines 1000\nprint done\n");
  wait_for_log("one", "done\n");
  EXPECT_EQ(log_of("one", {.tail = 3}), "line 999\nline 1000\ndone\n");
  EXPECT_EQ(log_of("one", {.tail = 0}), "");
  const std::string all = log_of("one");
  EXPECT_EQ(std::ranges::count(all, '\n'), 1001);
  EXPECT_TRUE(all.starts_with("line 1\nline 2\n"));
  EXPECT_EQ(log_of("one", {.tail = 100'000}), all);
  stop(handle);
}

TEST_P(PlatformLogFiles, GivesTheLogSinceATime) {
  const auto handle = start("one",
                            "print 2026-01-01T10:00:00.000001Z  INFO early\n"
                            "print   continued early\n"
                            "print 2026-01-01T11:00:00Z  INFO late\n"
                            "print   continued late\n"
                            "print done\n");
  wait_for_log("one", "done\n");
  const auto since = [&](const char* time) {
    return log_of("one", {.tail = SIZE_MAX, .since = *parse_rfc3339(time), .follow = false});
  };
  EXPECT_EQ(since("2026-01-01T10:30:00Z"), "2026-01-01T11:00:00Z  INFO late\ncontinued late\ndone\n");
  EXPECT_EQ(std::ranges::count(since("2026-01-01T09:00:00Z"), '\n'), 5);
  EXPECT_EQ(since("2026-01-01T12:00:00Z"), "continued late\ndone\n") << "of these nobody knows, but it was written now";
  EXPECT_EQ(since("2099-01-01T12:00:00Z"), "");
  EXPECT_EQ(log_of("one", {.tail = 1, .since = *parse_rfc3339("2026-01-01T09:00:00Z"), .follow = false}), "done\n");
  stop(handle);
}

TEST_P(PlatformContract, FollowsTheLog) {
  const auto handle = start("one", "print first\nawait half\nunfinished half\nawait whole\nprint  whole\n");
  auto reader = open_log("one", {.tail = SIZE_MAX, .since = std::nullopt, .follow = true});
  ASSERT_TRUE(reader);
  auto first = run(reader->read(20s));
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(**first, "first\n");
  release("one", "half");
  // An engine shows a line when it has ended.
  if (GetParam().has_log_files) {
    ASSERT_TRUE(tests::eventually([&] { return log_of("one") == "first\nhalf"; }));
  }
  auto nothing = run(reader->read(50ms));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing) << "lines come whole";
  release("one", "whole");
  auto second = run(reader->read(20s));
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(**second, "halfwhole\n");
  stop(handle);
  auto last = run(reader->read(20s));
  ASSERT_TRUE(last && *last);
  EXPECT_EQ(**last, "shutting down\n");
  EXPECT_TRUE(run(platform().remove("one", false)));
  auto end = run(reader->read(20s));
  ASSERT_TRUE(end && *end);
  EXPECT_EQ(**end, "") << "the instance is deleted";
  drop(std::move(reader));
}

TEST_P(PlatformLogFiles, FollowsANoisyLogAcrossRotationsWithoutLosingALine) {
  // Rotated often, and all of it kept: a follower that is held up cannot miss anything either.
  tuning.log_max_bytes = 256U << 10U;
  tuning.log_files = 40;
  constexpr int kBursts = 8;
  std::string script;
  for (int burst = 0; burst < kBursts; ++burst) script += "noise 400000\nawait burst" + std::to_string(burst) + "\n";
  const auto handle = start("noisy", script + "print done\n");
  auto reader = open_log("noisy", {.tail = SIZE_MAX, .since = std::nullopt, .follow = true});
  ASSERT_TRUE(reader);
  const auto rotated_files = [&] {
    const auto logs = working_directory("noisy") / "logs";
    return std::distance(std::filesystem::directory_iterator(logs), {}) - 1;
  };
  std::string all;
  const auto read_some = [&] {
    auto piece = run(reader->read(30s));
    ASSERT_TRUE(piece && *piece) << "after " << all.size() << " bytes";
    ASSERT_TRUE((*piece)->ends_with("\n"));
    all += **piece;
  };
  // Each burst outgrows the bound; the next one comes when the log was rotated, under the follower's eyes.
  for (int burst = 0; burst < kBursts; ++burst) {
    ASSERT_TRUE(tests::eventually([&] { return rotated_files() > burst; }, 30s)) << "burst " << burst;
    release("noisy", "burst" + std::to_string(burst));
    read_some();
    if (HasFatalFailure()) return;
  }
  while (!all.ends_with("done\n")) {
    read_some();
    if (HasFatalFailure()) return;
  }
  drop(std::move(reader));
  std::size_t expected = 0;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line) && line != "done"; ++expected) {
    ASSERT_EQ(line, "noise " + std::to_string(expected) + " " + std::string(80, 'x'));
  }
  EXPECT_GT(expected, 30'000U);
  EXPECT_EQ(log_of("noisy"), all);
  stop(handle);
}

TEST_P(PlatformLogFiles, KeepsTheNewestLinesOfANoisyLog) {
  tuning.log_max_bytes = 256U << 10U;
  tuning.log_files = 4;
  const auto handle = start("noisy", "noise 5000000\nprint done\n");
  // The bound holds once the platform has looked. What is read while it still rotates may have a gap.
  constexpr std::size_t kBound = 4U * 256U << 10U;
  std::string kept;
  tests::eventually(
      [&] {
        const std::string before = std::exchange(kept, log_of("noisy"));
        return kept == before && kept.ends_with("done\n") && kept.size() <= kBound;
      },
      20s);
  EXPECT_LE(kept.size(), kBound);
  EXPECT_GT(kept.size(), kBound / 2);
  ASSERT_TRUE(kept.ends_with("done\n"));
  // Without a gap, but for the first line, which may have lost its beginning.
  std::istringstream lines(kept);
  std::string line;
  std::getline(lines, line);
  std::optional<long> previous;
  while (std::getline(lines, line) && line != "done") {
    ASSERT_TRUE(line.starts_with("noise ")) << line;
    const long number = std::atol(line.c_str() + 6);
    if (previous) {
      ASSERT_EQ(number, *previous + 1);
    }
    previous = number;
  }
  stop(handle);
}

TEST_P(PlatformContract, KnowsTheVersionOfTheServer) {
  const auto availability = run(platform().availability());
  EXPECT_TRUE(availability.available) << availability.reason;
  EXPECT_EQ(availability.version.substr(0, GetParam().version.size()), GetParam().version);
  EXPECT_NE(availability.reason.find(GetParam().version), std::string::npos);
}

TEST_P(PlatformContract, PassesTheEnvironment) {
  auto wanted = spec("one", "print_env COLOUR\nprint_env NO_COLOR\nprint_env DRAAS_INSTANCE_ID\nprint ready\n");
  wanted.environment = {{"COLOUR", "blue = green"}};
  auto handle = run(platform().start(wanted));
  ASSERT_TRUE(handle);
  const std::string log = wait_for_log("one", "ready\n");
  EXPECT_EQ(log, "COLOUR=blue = green\nNO_COLOR=1\nDRAAS_INSTANCE_ID=one\nready\n");
  stop(*handle);
}

TEST_P(PlatformContract, RefusesIdsThatLeaveTheDirectory) {
  for (const std::string& id :
       {std::string(".."), std::string("."), std::string(), std::string("a/b"), std::string("../up"),
        std::string(".hidden"), std::string("-flag"), std::string("nul\0l", 5)}) {
    const auto started = run(platform().start(spec(id, "")));
    ASSERT_FALSE(started) << id;
    EXPECT_EQ(started.error().code, ErrorCode::InvalidArgument);
    EXPECT_FALSE(run(platform().remove(id, false))) << id;
    EXPECT_FALSE(run(platform().logs(id, {}))) << id;
  }
}

INSTANTIATE_TEST_SUITE_P(Platforms, PlatformContract, testing::ValuesIn(platform_factories()),
                         [](const auto& each) { return each.param.name; });

INSTANTIATE_TEST_SUITE_P(Platforms, PlatformLogFiles, testing::ValuesIn(factories_with_log_files()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace draas::platforms
