#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace draas {
namespace {

// RFC 4648, 10.
TEST(Base64, EncodesAndDecodes) {
  const std::pair<std::string, std::string> pairs[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
  };
  for (const auto& [plain, encoded] : pairs) {
    EXPECT_EQ(base64_encode(plain), encoded);
    EXPECT_EQ(base64_decode(encoded), plain);
  }
  EXPECT_EQ(base64_decode("Zm9vYg"), "foob") << "padding may be left out";
}

TEST(Base64, UrlAlphabet) { EXPECT_EQ(base64_url_encode("\xfb\xff\xbf"), "-_-_"); }

TEST(Base64, RefusesWhatIsMalformed) {
  EXPECT_FALSE(base64_decode("Zg=x"));
  EXPECT_FALSE(base64_decode("Zm9vY"));
  EXPECT_FALSE(base64_decode("Zm 9v"));
}

}  // namespace
}  // namespace draas
