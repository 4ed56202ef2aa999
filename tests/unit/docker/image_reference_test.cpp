#include "docker/image_reference.hpp"

#include <gmock/gmock.h>

namespace draas::docker {
namespace {

TEST(ImageReference, TakesNamesApart) {
  auto image = parse_image_reference("ghcr.io/drasi-project/drasi-server:0.2.2");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->registry, "ghcr.io");
  EXPECT_EQ(image->name(), "ghcr.io/drasi-project/drasi-server");
  EXPECT_EQ(image->version(), "0.2.2");

  image = parse_image_reference("debian");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->registry, "docker.io");
  EXPECT_EQ(image->name(), "library/debian");
  EXPECT_EQ(image->version(), "latest");

  image = parse_image_reference("localhost:5000/a/b");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->registry, "localhost:5000");
  EXPECT_EQ(image->path, "a/b");

  const std::string digest = "sha256:" + std::string(64, 'a');
  image = parse_image_reference("team/app:1@" + digest);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->name(), "team/app");
  EXPECT_EQ(image->version(), digest);
}

TEST(ImageReference, RefusesWhatIsNoName) {
  for (const char* bad : {"", "Upper/case", "a b", "a:", "a:-x", "a@sha256:xyz", "/a", "a//b", "a/../b", "a/", "-a",
                          "host.name/", "a?b=c"}) {
    const auto image = parse_image_reference(bad);
    ASSERT_FALSE(image) << bad;
    EXPECT_THAT(image.error().message, ::testing::HasSubstr("write it like ghcr.io/"));
  }
}

}  // namespace
}  // namespace draas::docker
