#include "core/placement/port_pool.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace draas::core {
namespace {

const auto kAllFree = [](std::uint16_t) { return true; };

TEST(PortPool, GivesEveryPortOnce) {
  PortPool pool({8080, 8084});
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 5; ++i) ports.insert(*pool.allocate("i" + std::to_string(i), kAllFree));
  EXPECT_EQ(ports, (std::set<std::uint16_t>{8080, 8081, 8082, 8083, 8084}));
}

TEST(PortPool, FullPoolSaysWhyAndWhatToDo) {
  PortPool pool({8080, 8081});
  ASSERT_TRUE(pool.allocate("a", kAllFree));
  const auto refused = pool.allocate("b", [](std::uint16_t) { return false; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::ResourceExhausted);
  EXPECT_NE(refused.error().message.find("8080-8081"), std::string::npos);
  EXPECT_NE(refused.error().message.find("1 are leased to instances and 1 are in use by other programs"),
            std::string::npos);
  EXPECT_NE(refused.error().message.find("Ports:Last"), std::string::npos);
}

TEST(PortPool, SkipsOccupiedPorts) {
  PortPool pool({8080, 8090});
  EXPECT_EQ(*pool.allocate("a", [](std::uint16_t port) { return port > 8082; }), 8083);
}

TEST(PortPool, AnOccupiedPortIsAskedAboutAgainOnlyWhenThereIsNoOther) {
  PortPool pool({8080, 8082});
  std::set<std::uint16_t> occupied{8080, 8081};
  std::vector<std::uint16_t> asked;
  const auto is_free = [&](std::uint16_t port) {
    asked.push_back(port);
    return !occupied.contains(port);
  };
  EXPECT_EQ(*pool.allocate("a", is_free), 8082);
  pool.release_all("a");
  EXPECT_EQ(*pool.allocate("b", is_free), 8082);
  EXPECT_EQ(asked, (std::vector<std::uint16_t>{8080, 8081, 8082, 8082}));
  occupied.clear();
  EXPECT_EQ(*pool.allocate("c", is_free), 8080) << "it was given up meanwhile";
}

TEST(PortPool, ReleasedPortsComeBack) {
  PortPool pool({8080, 8080});
  ASSERT_TRUE(pool.allocate("a", kAllFree));
  pool.release_all("a");
  EXPECT_EQ(*pool.allocate("b", kAllFree), 8080);
}

TEST(PortPool, LeasingNamesTheHolder) {
  PortPool pool({8080, 8090});
  ASSERT_TRUE(pool.lease(9999, "a"));
  EXPECT_TRUE(pool.lease(9999, "a"));
  const Status refused = pool.lease(9999, "b");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_NE(refused.error().message.find("'a'"), std::string::npos);
}

TEST(PortPool, OnlyTheHolderReleases) {
  PortPool pool({8080, 8090});
  ASSERT_TRUE(pool.lease(8080, "a"));
  pool.release(8080, "b");
  EXPECT_EQ(pool.holder(8080), "a");
  pool.release(8080, "a");
  EXPECT_EQ(pool.holder(8080), std::nullopt);
}

TEST(PortPool, AddressesHaveTheirOwnPorts) {
  PortPool pool({8080, 8081});
  EXPECT_EQ(*pool.allocate("a", kAllFree, "127.0.0.1"), 8080);
  EXPECT_EQ(*pool.allocate("b", kAllFree, "127.0.0.2"), 8080);
  // On all addresses means on neither's.
  EXPECT_EQ(*pool.allocate("c", kAllFree), 8081);
  EXPECT_FALSE(pool.allocate("d", kAllFree, "127.0.0.1"));
  EXPECT_FALSE(pool.lease(8081, "d", "127.0.0.3"));
  EXPECT_FALSE(pool.lease(8080, "d"));
  EXPECT_TRUE(pool.lease(8080, "d", "127.0.0.3"));
  EXPECT_EQ(pool.holder(8080, "127.0.0.2"), "b");
  EXPECT_EQ(pool.holder(8080, "127.0.0.4"), std::nullopt);
  pool.release_all("c");
  EXPECT_EQ(*pool.allocate("e", kAllFree, "127.0.0.1"), 8081);
}

TEST(PortPool, AnotherAddressOfOnesOwnIsAllAddresses) {
  PortPool pool({8080, 8090});
  ASSERT_TRUE(pool.lease(8080, "a", "127.0.0.1"));
  ASSERT_TRUE(pool.lease(8080, "b", "127.0.0.2"));
  const Status refused = pool.lease(8080, "a", "127.0.0.3");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("'b'"), std::string::npos);
  EXPECT_EQ(pool.address_of("a", 8080), "127.0.0.1");
  pool.release(8080, "b");
  ASSERT_TRUE(pool.lease(8080, "a", "127.0.0.3"));
  EXPECT_EQ(pool.address_of("a", 8080), PortPool::kAllAddresses);
  EXPECT_FALSE(pool.lease(8080, "b", "127.0.0.2"));
}

TEST(PortPool, HighestPortDoesNotWrapAround) {
  PortPool pool({65535, 65535});
  EXPECT_EQ(*pool.allocate("a", kAllFree), 65535);
  EXPECT_FALSE(pool.allocate("b", kAllFree));
}

// Against the definition: a port may be had on an address when nobody has it there or everywhere.
TEST(PortPool, AnyOrderOfLeasesGivesTheLowestPortThatMayBeHad) {
  constexpr std::uint16_t kFirst = 1000;
  constexpr std::uint16_t kLast = 1140;
  const std::vector<std::string> addresses{"", "10.0.0.1", "10.0.0.2"};
  PortPool pool({kFirst, kLast});
  struct Lease {
    std::uint16_t port;
    std::string instance;
    std::string address;
  };
  std::vector<Lease> leases;
  const auto may_be_had = [&](std::uint16_t port, const std::string& address) {
    return std::ranges::none_of(leases, [&](const Lease& lease) {
      return lease.port == port && (lease.address.empty() || address.empty() || lease.address == address);
    });
  };
  const auto is_free = [](std::uint16_t port) { return port % 7 != 0; };
  std::mt19937 random(20);
  for (int step = 0; step < 5000; ++step) {
    if (random() % 100 < 40 && !leases.empty()) {
      const auto gone = leases.begin() + static_cast<std::ptrdiff_t>(random() % leases.size());
      pool.release(gone->port, gone->instance);
      leases.erase(gone);
      continue;
    }
    const std::string& address = addresses[random() % addresses.size()];
    std::optional<std::uint16_t> expected;
    for (std::uint16_t port = kFirst; port <= kLast && !expected; ++port) {
      if (is_free(port) && may_be_had(port, address)) expected = port;
    }
    const std::string instance = "i" + std::to_string(step);
    const Result<std::uint16_t> port = pool.allocate(instance, is_free, address);
    ASSERT_EQ(port.has_value(), expected.has_value()) << "step " << step;
    if (!port) continue;
    ASSERT_EQ(*port, *expected) << "step " << step;
    leases.push_back({*port, instance, address});
  }
}

}  // namespace
}  // namespace draas::core
