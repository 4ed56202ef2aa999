// The Docker platform over an engine that breaks off, lies and is slow: nothing is lost, and nothing told twice.

#include <gmock/gmock.h>

#include "platforms/docker/docker_platform.hpp"
#include "support/eventually.hpp"
#include "unit/docker/scripted_engine.hpp"

namespace draas::platforms::docker {
namespace {

using namespace std::chrono_literals;
using draas::docker::testing::answer;
using draas::docker::testing::ScriptedEngine;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::eventually;

class EngineFaults : public net::testing::LoopTest {
 protected:
  void SetUp() override { make_platform(); }
  void TearDown() override { drop_platform(); }

  void make_platform() {
    options_.endpoint.host = engine_.host();
    options_.sweep_interval = 60s;  // what is found is found by events and by looks after a break
    options_.kill_timeout = 1s;
    platform_ = make_docker_platform(options_, loop.executor(), workers_);
    platform_->set_exit_handler([this](const core::WorkloadHandle& handle, const core::WorkloadExit& exit) {
      note(handle.instance_id + ": " + exit.reason);
    });
    platform_->set_condition_handler([this](const core::WorkloadHandle&, const core::WorkloadCondition& condition) {
      note(condition.good ? "good" : condition.reason);
    });
    platform_->set_progress_handler([this](const std::string&, const std::string& progress) { note(progress); });
  }
  void drop_platform() {
    if (!platform_) return;
    engine_.release();
    std::function<net::Task<bool>()> close = [this]() -> net::Task<bool> {
      co_await platform_->close();
      platform_.reset();
      co_return true;
    };
    on_loop(std::move(close));
  }

  template <class T>
  std::future<T> begin(std::function<net::Task<T>()> call) {
    return net::asio::co_spawn(loop.executor(), std::move(call), net::asio::use_future);
  }
  template <class T>
  T run(std::function<net::Task<T>()> call) {
    auto future = begin(std::move(call));
    if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("the call does not end");
    return future.get();
  }

  static core::WorkloadSpec spec() {
    core::WorkloadSpec spec;
    spec.instance_id = "one";
    spec.control_plane_id = "cp";
    spec.generation = 1;
    spec.spec_hash = "hash";
    spec.host = "127.0.0.1";
    spec.port = 9001;
    return spec;
  }
  std::function<net::Task<Result<core::WorkloadHandle>>()> starting() {
    return [this] { return platform_->start(spec()); };
  }
  // Started, and its events are followed.
  core::WorkloadHandle start() {
    auto started = run(starting());
    if (!started) throw std::runtime_error(started.error().message);
    EXPECT_TRUE(eventually([this] { return engine_.followers() == 1; }));
    EXPECT_TRUE(eventually([this] { return looks() >= 1; }));
    // What the start has begun was asked before this.
    auto listing = [this]() { return platform_->list("cp"); };
    EXPECT_TRUE(run<Result<std::vector<core::FoundWorkload>>>(listing));
    container_ = engine_.only_container();
    return *started;
  }
  std::size_t looks() { return engine_.count("/containers/json?all=false"); }
  std::function<net::Task<Result<core::WorkloadExit>>()> stopping(core::WorkloadHandle handle,
                                                                  std::chrono::milliseconds timeout) {
    return [this, handle, timeout] { return platform_->stop(handle, timeout); };
  }
  core::Availability availability() {
    return run<core::Availability>([this] { return platform_->availability(); });
  }
  bool follows_again(std::size_t opened_before) {
    return eventually([&] { return engine_.count("/events?") > opened_before && engine_.followers() == 1; });
  }

  void note(std::string text) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(text));
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  bool tells(std::size_t count) {
    return eventually([&] { return told().size() >= count; });
  }
  // Whatever the platform has begun by now is over: it has answered a call that came after it.
  void settle() {
    EXPECT_TRUE(eventually([this] { return engine_.followers() == 1; }));
    (void)availability();
  }

  ScriptedEngine engine_;
  net::WorkerPool workers_{"test", 1};
  DockerPlatformOptions options_;
  std::unique_ptr<core::Platform> platform_;
  std::string container_;

 private:
  std::mutex mutex_;
  std::vector<std::string> told_;
};

TEST_F(EngineFaults, AStreamThatBreaksAtOnceIsNotReopenedHot) {
  engine_.break_at_once(true);
  ASSERT_TRUE(run(starting()));
  ASSERT_TRUE(eventually([this] { return engine_.count("/events?") >= 3; }));
  const auto begun = std::chrono::steady_clock::now();
  const auto before = engine_.count("/events?");
  ASSERT_TRUE(eventually([&] { return engine_.count("/events?") >= before + 3; }, 20s));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 800ms) << "each time later";
  engine_.break_at_once(false);
  ASSERT_TRUE(eventually([this] { return engine_.followers() == 1; }, 10s));
  engine_.finish(engine_.only_container(), 3);
  ASSERT_TRUE(tells(1));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("code 3")));
}

TEST_F(EngineFaults, BadEventsAreSkippedAndTheStreamGoesOn) {
  start();
  engine_.tell_raw("<html>no event</html>\n");
  engine_.tell_raw(R"({"Type":"container","Action":"x","Actor":{"Attributes":{"a":")" + std::string(2U << 20U, 'x') +
                   "\"}}}\n");
  engine_.tell_raw("{\"Type\":\"container\",\"Action\":\"cut o\n");
  engine_.finish(container_, 4);
  ASSERT_TRUE(tells(1));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("code 4")));
  EXPECT_EQ(engine_.count("/events?filters"), 1U) << "the same stream";
}

TEST_F(EngineFaults, AnEndOfWhichTheEventWasUnreadableIsFoundAllTheSame) {
  start();
  engine_.finish(container_, 5, false);
  engine_.tell_raw("{\"Type\":\"container\",\"Action\":\"di\n");
  ASSERT_TRUE(tells(1));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("code 5")));
}

TEST_F(EngineFaults, AnExitDuringABreakKeepsItsCode) {
  start();
  engine_.hold("/events");
  engine_.break_streams();
  engine_.finish(container_, 7);
  engine_.release();
  ASSERT_TRUE(tells(1));
  settle();
  EXPECT_THAT(told(), ElementsAre(AllOf(HasSubstr("code 7"), Not(HasSubstr("engine"))))) << "told once, and as it was";
}

TEST_F(EngineFaults, ACleanEndTogetherWithTheEngineIsNoCleanEnd) {
  start();
  // The lists after its return fail at first, and so does the look at the container.
  const auto before = looks();
  engine_.hold("/events");
  engine_.break_streams();
  engine_.finish(container_, 0, false);
  engine_.forget_events();
  engine_.answer_next("/containers/json", answer(500, R"({"message":"not yet"})"), 2);
  engine_.answer_next("/containers/" + container_ + "/json", answer(500, R"({"message":"not yet"})"), 1);
  engine_.release();
  ASSERT_TRUE(eventually([&] { return looks() >= before + 3; }));
  engine_.break_streams();  // the next look finds what that one could not
  ASSERT_TRUE(tells(1));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("together with the Docker engine")));
}

TEST_F(EngineFaults, EventsOutOfOrderAndTwiceAreToldOnce) {
  start();
  const auto before = looks();
  engine_.hold("/containers/json?all=false");
  const auto opened = engine_.count("/events?");
  engine_.break_streams();
  ASSERT_TRUE(eventually([&] { return looks() > before; }));
  // The list is under way, and the end comes before it.
  engine_.finish(container_, 9);
  engine_.release();
  ASSERT_TRUE(tells(1));
  ASSERT_TRUE(follows_again(opened));
  engine_.break_streams();  // everything comes once more
  ASSERT_TRUE(follows_again(opened + 1));
  settle();
  EXPECT_THAT(told(), ElementsAre(HasSubstr("code 9")));
}

TEST_F(EngineFaults, AConflictIsNotTheEndOfARunningContainer) {
  const auto handle = start();
  engine_.answer_next("/kill", answer(409, R"({"message":"cannot kill container: it is busy"})"), 2);
  const auto stopped = run(stopping(handle, 1s));
  ASSERT_FALSE(stopped) << "it runs";
  EXPECT_EQ(engine_.state_of(container_), "running");
  // And it is still watched.
  engine_.finish(container_, 6);
  ASSERT_TRUE(tells(1));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("code 6")));
}

TEST_F(EngineFaults, AFailedWaitIsNoReasonToKill) {
  const auto handle = start();
  engine_.answer_next("/wait", "", 1);
  engine_.answer_next("/wait", answer(500, R"({"message":"busy"})"), 1);
  auto stopped = begin(stopping(handle, 20s));
  ASSERT_TRUE(eventually([this] { return engine_.count("/wait") >= 3; }));
  engine_.finish(container_, 0);
  ASSERT_EQ(stopped.wait_for(10s), std::future_status::ready);
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(engine_.count("signal=SIGKILL"), 0U);
  EXPECT_THAT(told(), IsEmpty()) << "whoever asked knows it";
}

TEST_F(EngineFaults, ASlowVersionDoesNotHoldOtherCallsUp) {
  const auto handle = start();
  engine_.hold("/version");
  auto asked = begin<core::Availability>([this] { return platform_->availability(); });
  auto stopped = begin(stopping(handle, 20s));
  ASSERT_TRUE(eventually([this] { return engine_.count("/wait") >= 1; }));
  engine_.finish(container_, 0);
  ASSERT_EQ(stopped.wait_for(4s), std::future_status::ready);
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(engine_.count("signal=SIGKILL"), 0U);
  const auto late = asked.get();
  EXPECT_FALSE(late.available);
  EXPECT_THAT(late.reason, AllOf(HasSubstr("Docker engine"), HasSubstr("did not answer in time")));
}

TEST_F(EngineFaults, ARemovalThatIsUnderWayIsWaitedFor) {
  const auto handle = start();
  engine_.finish(container_, 0);
  ASSERT_TRUE(tells(1));
  engine_.answer_next("DELETE", answer(409, R"({"message":"removal of container c1 is already in progress"})"), 2);
  EXPECT_TRUE(run<Status>([this] { return platform_->remove("one", false); }));
  EXPECT_EQ(engine_.count("DELETE"), 3U);
}

TEST_F(EngineFaults, AnotherEngineIsNotBelievedThatContainersAreGone) {
  const auto handle = start();
  engine_.become("ENGINE-2");
  engine_.drop(container_);
  const auto opened = engine_.count("/events?");
  engine_.break_streams();
  ASSERT_TRUE(follows_again(opened));
  ASSERT_TRUE(eventually([this] { return !availability().available; }));
  EXPECT_THAT(availability().reason, AllOf(HasSubstr("another one"), HasSubstr("Docker:LostEngine to ENGINE-1")));
  EXPECT_FALSE(run(stopping(handle, 1s))) << "it may run over there";
  EXPECT_THAT(told(), IsEmpty());

  // Also for a control plane that comes up; and when the operator says so, it is gone.
  drop_platform();
  make_platform();
  auto recovering = [this, handle]() { return platform_->recover(handle); };
  auto recovered = run<Result<core::Platform::Recovered>>(recovering);
  ASSERT_TRUE(recovered);
  EXPECT_TRUE(recovered->running);
  EXPECT_FALSE(availability().available);
  drop_platform();
  options_.lost_engine = "ENGINE-1";
  make_platform();
  recovered = run<Result<core::Platform::Recovered>>(recovering);
  ASSERT_TRUE(recovered);
  EXPECT_FALSE(recovered->running);
  EXPECT_TRUE(availability().available);
}

TEST_F(EngineFaults, PausesAndTheImagesHealthAreToldAtOnceAndAfterABreak) {
  start();
  engine_.tell(container_, "pause");
  engine_.tell(container_, "unpause");
  engine_.tell(container_, "health_status: unhealthy");
  engine_.tell(container_, "health_status: healthy");
  ASSERT_TRUE(tells(4));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("docker unpause draas-one"), "good", HasSubstr("health check"), "good"));
  engine_.set(container_, "paused");
  engine_.break_streams();
  ASSERT_TRUE(tells(5));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("docker unpause draas-one"), "good", HasSubstr("health check"), "good",
                                  HasSubstr("paused")));
}

TEST_F(EngineFaults, WhatTheEngineLeavesOutIsTold) {
  engine_.warn_at_create("Your kernel does not support memory limit capabilities. Limitation discarded.");
  const auto handle = start();
  EXPECT_THAT(told(), ElementsAre(HasSubstr("Limitation discarded")));
  const std::function<net::Task<bool>()> described = [this, handle]() -> net::Task<bool> {
    co_return platform_->describe(handle).contains("warnings");
  };
  EXPECT_TRUE(run(described));
}

TEST_F(EngineFaults, AFullDiskFailsTheStartLeavesNothingAndIsForgottenOnceThereIsRoom) {
  engine_.answer_next("/archive", answer(500, R"({"message":"write /x: no space left on device"})"));
  const auto failed = run(starting());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::ResourceExhausted);
  EXPECT_THAT(failed.error().message, HasSubstr("docker system prune"));
  EXPECT_EQ(engine_.only_container(), "");
  start();
  EXPECT_EQ(engine_.state_of(container_), "running");
}

TEST_F(EngineFaults, AnEngineThatIsTooOldIsUnavailableUntilItIsUpdated) {
  engine_.answer_next("/version", answer(200, R"({"Version":"19.03.1","ApiVersion":"1.40"})"));
  const auto old = availability();
  EXPECT_FALSE(old.available);
  EXPECT_THAT(old.reason, AllOf(HasSubstr("19.03.1 is too old"), HasSubstr("update it")));
  EXPECT_TRUE(availability().available);
}

TEST_F(EngineFaults, ATruncatedAnswerIsNoAnswer) {
  const auto handle = start();
  engine_.answer_next("/" + container_ + "/json", "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"Id\":", 1);
  const auto stopped = run(stopping(handle, 1s));
  EXPECT_FALSE(stopped) << "whether it runs is not known";
  EXPECT_EQ(engine_.state_of(container_), "running");
  EXPECT_EQ(engine_.count("/kill"), 0U);
}

TEST_F(EngineFaults, APullIsGivenUpWithItsStartAndWithTheControlPlane) {
  const auto without_image = [this] {
    engine_.answer_next("/images/ghcr", answer(404, R"({"message":"No such image"})"));
    engine_.hold("/images/create");
  };
  without_image();
  auto started = begin(starting());
  ASSERT_TRUE(eventually([this] { return engine_.count("/images/create") == 1; }));
  run<bool>([this]() -> net::Task<bool> {
    platform_->give_up_start("one");
    co_return true;
  });
  ASSERT_EQ(started.wait_for(5s), std::future_status::ready);
  EXPECT_EQ(started.get().error().code, ErrorCode::Cancelled);

  without_image();
  started = begin(starting());
  ASSERT_TRUE(eventually([this] { return engine_.count("/images/create") == 2; }));
  const auto begun = std::chrono::steady_clock::now();
  std::function<net::Task<bool>()> close = [this]() -> net::Task<bool> {
    co_await platform_->close();
    platform_.reset();
    co_return true;
  };
  on_loop(std::move(close));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(started.get().error().code, ErrorCode::Cancelled);
}

TEST_F(EngineFaults, AHangingEngineIsAskedOnceWhenAFleetIsTakenUp) {
  const auto handle = start();
  drop_platform();
  make_platform();
  engine_.hold(" /v");
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    core::WorkloadHandle each = handle;
    each.instance_id += std::to_string(i);
    each.data["containerId"] = "c-" + std::to_string(i);
    auto recovered = run<Result<core::Platform::Recovered>>([this, each] { return platform_->recover(each); });
    ASSERT_TRUE(recovered);
    EXPECT_TRUE(recovered->running);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 12s);
}

}  // namespace
}  // namespace draas::platforms::docker
