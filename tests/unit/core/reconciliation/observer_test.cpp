#include "core/reconciliation/observer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

namespace draas::core {
namespace {

Json actual(const std::string& text) { return parse_json(text).value(); }

TEST(ObservationMark, IsTheSameInWhateverOrderTheServerTells) {
  EXPECT_EQ(observation_mark(actual(R"({"instances":[{"id":"a","sources":[{"id":"s","kind":"mock"},{"id":"t"}]}]})")),
            observation_mark(actual(R"({"instances":[{"sources":[{"id":"t"},{"kind":"mock","id":"s"}],"id":"a"}]})")));
}

TEST(ObservationMark, DiffersWithContentAndWithTheOrderOfPlainLists) {
  const Json before = actual(R"({"queries":[{"id":"q","queryText":"A","status":"Running","labels":["x","y"]}]})");
  for (const char* after :
       {R"({"queries":[{"id":"q","queryText":"B","status":"Running","labels":["x","y"]}]})",
        R"({"queries":[{"id":"q","queryText":"A","status":"Stopped","labels":["x","y"]}]})",
        R"({"queries":[{"id":"q","queryText":"A","status":"Running","labels":["y","x"]}]})", R"({"queries":[]})"}) {
    EXPECT_NE(observation_mark(before), observation_mark(actual(after))) << after;
  }
}

TEST(Observer, SkipsWhoDoesNotAnswerAndEndsWithoutWaiting) {
  net::EventLoop loop("test");
  loop.start();
  Observer observer;
  std::vector<ObservationTarget> targets(40);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets[i] = {"i" + std::to_string(i), 1, net::Endpoint::parse("http://127.0.0.1:1").value()};
  }
  auto look = [&observer, targets]() { return observer.observe(targets); };
  const auto seen = net::asio::co_spawn(loop.executor(), look(), net::asio::use_future).get();
  ASSERT_EQ(seen.size(), 40U);
  for (const Observation& observation : seen) EXPECT_TRUE(observation.mark.empty());

  net::asio::co_spawn(loop.executor(), observer.close(), net::asio::use_future).get();
  EXPECT_TRUE(net::asio::co_spawn(loop.executor(), look(), net::asio::use_future).get().empty());
  loop.stop();
}

}  // namespace
}  // namespace draas::core
