#include "cli/local_hosts.hpp"

#include <gtest/gtest.h>

namespace draas::cli {
namespace {

TEST(LocalHosts, AreThisMachineWithTheOwnPort) {
  const LocalHosts hosts("127.0.0.1", 8080, {});
  for (const char* host : {"localhost:8080", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"}) {
    EXPECT_TRUE(hosts.accepts(host)) << host;
  }
  for (const char* host : {"", "localhost", "localhost:8081", "evil.example.org:8080", "evil.example.org",
                           "localhost.evil.example.org:8080", "[::1]"}) {
    EXPECT_FALSE(hosts.accepts(host)) << host;
  }
}

TEST(LocalHosts, HaveNoPortWhereItIsTheUsualOne) {
  EXPECT_TRUE(LocalHosts("127.0.0.1", 80, {}).accepts("localhost"));
  EXPECT_TRUE(LocalHosts("127.0.0.1", 80, {}).accepts("[::1]"));
}

TEST(LocalHosts, MayBeMore) {
  const LocalHosts some("192.168.1.5", 8080, {"desk.example.org", "door.example.org:443"});
  EXPECT_TRUE(some.accepts("192.168.1.5:8080")) << "the address listened on is no name";
  EXPECT_TRUE(some.accepts("desk.example.org:8080"));
  EXPECT_TRUE(some.accepts("door.example.org:443"));
  EXPECT_FALSE(some.accepts("door.example.org:8080"));
  EXPECT_FALSE(LocalHosts("0.0.0.0", 8080, {}).accepts("0.0.0.0:8080"));
  EXPECT_TRUE(LocalHosts("::1", 8080, {}).accepts("[::1]:8080"));
  EXPECT_TRUE(LocalHosts("127.0.0.1", 8080, {"*"}).accepts("any.example.org"));
}

TEST(LocalHosts, KnowWhichOriginIsTheirOwn) {
  EXPECT_TRUE(LocalHosts::is_same_place("http://localhost:8080", "localhost:8080"));
  EXPECT_FALSE(LocalHosts::is_same_place("http://localhost:8081", "localhost:8080"));
  EXPECT_FALSE(LocalHosts::is_same_place("https://localhost:8080", "localhost:8080"));
  EXPECT_FALSE(LocalHosts::is_same_place("null", "localhost:8080"));
  EXPECT_FALSE(LocalHosts::is_same_place("", ""));
}

}  // namespace
}  // namespace draas::cli
