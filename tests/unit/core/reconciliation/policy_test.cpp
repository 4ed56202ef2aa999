#include "core/reconciliation/policy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace draas::core {
namespace {

Json json(const std::string& text) { return parse_json(text).value(); }

TEST(Policy, IsKeptInOneSpelling) {
  const auto policy = read_policy(json(R"({"strategy":"Canary","parameters":{"steps":[5,25]},"paused":false,
    "retryDelay":10,"timeout":"00:05:00","approvalExpiry":"1d","maxRetries":3,"fallback":"Fail","autoRollback":null,
    "windows":[{"days":["SATURDAY","sun"],"from":"22:00","to":"24:00","timeZone":"+02:00"},{"from":"0:00","to":"1:00"}]})"));
  ASSERT_FALSE(policy);  // 0:00 needs two digits
  EXPECT_EQ(policy.error().faults.size(), 2U);
  const auto good = read_policy(json(R"({"retryDelay":10,"timeout":"00:05:00","approvalExpiry":"1d","autoRollback":null,
    "windows":[{"days":["SATURDAY","sun"],"from":"22:00","to":"24:00","timeZone":"Z"}]})"));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(*good, json(R"({"retryDelay":"10s","timeout":"5m","approvalExpiry":"1d",
    "windows":[{"days":["Sat","Sun"],"from":"22:00","to":"24:00","timeZone":"UTC"}]})"));
}

TEST(Policy, NamesEveryFault) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {R"({"strategy":""})", "/strategy"},
      {R"({"strategy":5})", "/strategy"},
      {R"({"parameters":[]})", "/parameters"},
      {R"({"paused":"yes"})", "/paused"},
      {R"({"maxRetries":101})", "/maxRetries"},
      {R"({"timeout":"0s"})", "/timeout"},
      {R"({"timeout":"soon"})", "/timeout"},
      {R"({"retryDelay":-1})", "/retryDelay"},
      {R"({"retryDelay":"25h"})", "/retryDelay"},
      {R"({"windows":{}})", "/windows"},
      {R"({"windows":[1]})", "/windows/0"},
      {R"({"windows":[{"from":"22:00"}]})", "/windows/0/to"},
      {R"({"windows":[{"from":"24:00","to":"04:00"}]})", "/windows/0/from"},
      {R"({"windows":[{"from":"22:00","to":"25:00"}]})", "/windows/0/to"},
      {R"({"windows":[{"from":"22:00","to":"04:00","days":["Someday"]}]})", "/windows/0/days"},
      {R"({"windows":[{"from":"22:00","to":"04:00","days":[]}]})", "/windows/0/days"},
      {R"({"windows":[{"from":"22:00","to":"04:00","timeZone":"Europe/Berlin"}]})", "/windows/0/timeZone"},
      {R"({"windows":[{"from":"22:00","to":"04:00","until":1}]})", "/windows/0/until"},
      {R"({"stratgy":"x"})", "/stratgy"},
  };
  for (const auto& [text, path] : wrong) {
    const auto policy = read_policy(json(text));
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(policy.error().faults.front().path, path) << text;
  }
}

TEST(Policy, OwnGoesOverTheFleets) {
  const Json fleet = json(R"({"strategy":"Restart","parameters":{"pause":"2s"},"paused":true,"pauseReason":"freeze",
    "timeout":"5m"})");
  EXPECT_EQ(effective_policy(Json::object(), fleet), fleet);
  EXPECT_EQ(effective_policy(fleet, Json::object()), fleet);
  // Another strategy has other parameters, another pause another reason.
  const Json own = json(R"({"strategy":"Canary","paused":false})");
  EXPECT_EQ(effective_policy(own, fleet), json(R"({"strategy":"Canary","paused":false,"timeout":"5m"})"));
  const Json same = json(R"({"strategy":"Restart"})");
  EXPECT_EQ(effective_policy(same, fleet)["parameters"], fleet["parameters"]);
}

}  // namespace
}  // namespace draas::core
