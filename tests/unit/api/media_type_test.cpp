#include "api/media_type.hpp"

#include <array>

#include <gtest/gtest.h>

namespace draas::api {
namespace {

struct Case {
  std::string accept;
  std::optional<std::size_t> chosen;  // of JSON, YAML, text
};

class Negotiation : public ::testing::TestWithParam<Case> {};

TEST_P(Negotiation, ChoosesWhatTheClientPrefers) {
  net::Request request;
  if (!GetParam().accept.empty()) request.headers.set("Accept", GetParam().accept);
  const std::array<std::string_view, 3> offered{kJson, kYaml, kText};
  EXPECT_EQ(preferred_type(request, offered), GetParam().chosen) << GetParam().accept;
}

INSTANTIATE_TEST_SUITE_P(Accept, Negotiation,
                         ::testing::Values(Case{"", 0}, Case{"*/*", 0}, Case{"application/json", 0},
                                           Case{"APPLICATION/JSON", 0}, Case{"application/yaml", 1},
                                           Case{"text/x-yaml", 1}, Case{"text/*", 2}, Case{"text/plain, */*;q=0.1", 2},
                                           Case{"application/json;q=0.2, application/yaml;q=0.9", 1},
                                           Case{"application/json;q=0, */*", 1}, Case{"text/html", std::nullopt},
                                           Case{"text/html, */*; q=0.5", 0},
                                           Case{"application/*;q=0.4, text/plain;q=0.3", 0},
                                           Case{"application/json;q=0", std::nullopt}, Case{"nonsense", std::nullopt}));

TEST(MediaType, DropsParametersAndCase) {
  EXPECT_EQ(media_type("Application/JSON; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type(""), "");
  EXPECT_TRUE(is_yaml(media_type("text/YAML;charset=utf-8")));
}

}  // namespace
}  // namespace draas::api
