#include "platforms/process/handle_data.hpp"

#include <gtest/gtest.h>

namespace draas::platforms::process {
namespace {

const ProcessIdentity kIdentity{4711, 99, "boot"};
const Marks kMarks{"plane", "hello", 3, "abc"};

TEST(HandleData, HoldsTheIdentityAndTheMarks) {
  const auto handle = make_handle(kIdentity, kMarks);
  EXPECT_EQ(handle.platform, "Process");
  EXPECT_EQ(handle.instance_id, "hello");
  EXPECT_EQ(handle.generation, 3U);
  EXPECT_EQ(handle.spec_hash, "abc");
  EXPECT_EQ(control_plane_of(handle), "plane");
  const auto identity = identity_from_json(handle.data);
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(*identity, kIdentity);
}

TEST(HandleData, HoldsLimitsOnlyWhereThereAreSome) {
  auto handle = make_handle(kIdentity, kMarks);
  note_limits(handle, "", false);
  EXPECT_FALSE(handle.data.contains("limits"));
  EXPECT_FALSE(handle.data.contains("cgroup"));
  EXPECT_EQ(limits_of(handle), "");
  EXPECT_FALSE(has_cgroup(handle));

  note_limits(handle, "memory 64 MiB", true);
  EXPECT_EQ(limits_of(handle), "memory 64 MiB");
  EXPECT_TRUE(has_cgroup(handle));
}

TEST(HandleData, ReadsDataOfAnotherShapeAsAbsent) {
  core::WorkloadHandle handle;
  EXPECT_EQ(control_plane_of(handle), "");
  EXPECT_FALSE(has_cgroup(handle));
  handle.data = {{"controlPlaneId", 7}, {"limits", Json::array()}, {"cgroup", "yes"}};
  EXPECT_EQ(control_plane_of(handle), "");
  EXPECT_EQ(limits_of(handle), "");
  EXPECT_FALSE(has_cgroup(handle));
}

}  // namespace
}  // namespace draas::platforms::process
