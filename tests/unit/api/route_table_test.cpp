#include "api/route_table.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace draas::api {
namespace {

RouteSpec route(std::string path, std::vector<std::string> aliases = {}) {
  return {.method = net::Method::Get,
          .path = std::move(path),
          .aliases = std::move(aliases),
          .permission = Permission::Read,
          .operation_id = "op",
          .summary = "s",
          .tag = "t",
          .responses = {{.status = 200, .description = "d", .schema = "S"}},
          .quick = [](const net::Request&, const net::PathParameters&) -> std::optional<net::Response> {
            return net::Response::empty(204);
          }};
}

std::vector<std::string> paths_of(const RouteTable& table) {
  std::vector<std::string> out;
  for (const auto& entry : table.entries()) out.push_back(entry.path);
  return out;
}

TEST(RouteTable, ServesEveryServerPathUnderServersToo) {
  RouteTable table;
  table.add(route("/api/server/a/{id}", {"/api/server/b/{id}", "/other"}));
  EXPECT_EQ(paths_of(table), (std::vector<std::string>{"/api/server/a/{id}", "/api/server/b/{id}", "/other",
                                                       "/api/servers/a/{id}", "/api/servers/b/{id}"}));
  net::PathParameters path;
  const auto match = table.match(net::Method::Get, "/api/servers/b/7", path);
  ASSERT_NE(match.entry, nullptr);
  EXPECT_TRUE(match.entry->alias);
  EXPECT_EQ(path["id"], "7");
}

TEST(RouteTable, GivesAliasesOperationIdsOfTheirOwn) {
  RouteTable table;
  table.add(route("/api/server/a"));
  ASSERT_EQ(table.entries().size(), 2U);
  EXPECT_EQ(table.entries()[0].operation_id, "op");
  EXPECT_EQ(table.entries()[1].operation_id, "opAlias1");
}

TEST(RouteTable, RefusesTheSameRouteTwice) {
  RouteTable table;
  table.add(route("/a"));
  EXPECT_THROW(table.add(route("/a")), std::logic_error);
}

TEST(RouteTable, RefusesARouteWithoutDescriptionOrHandler) {
  RouteTable table;
  auto nameless = route("/a");
  nameless.operation_id.clear();
  EXPECT_THROW(table.add(std::move(nameless)), std::logic_error);
  auto deaf = route("/b");
  deaf.quick = nullptr;
  EXPECT_THROW(table.add(std::move(deaf)), std::logic_error);
}

}  // namespace
}  // namespace draas::api
