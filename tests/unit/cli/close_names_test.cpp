#include "cli/close_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace draas::cli {
namespace {

using namespace testing;

TEST(CloseNames, AreThoseThatDifferByASlip) {
  const std::vector<std::string> names{"orders", "stock", "orders-2", "All orders", "border"};
  EXPECT_THAT(close_names("ordres", names, 3), ElementsAre("orders"));
  EXPECT_THAT(close_names("order", names, 3), ElementsAre("orders", "border", "orders-2"))
      << "slips first, then what begins so";
  EXPECT_THAT(close_names("order", names, 1), ElementsAre("orders"));
  EXPECT_THAT(close_names("payments", names, 3), IsEmpty());
  EXPECT_THAT(close_names("", names, 3), IsEmpty());
}

TEST(CloseNames, AreToldOnce) {
  EXPECT_EQ(suggestion("ordres", {"orders", "orders", "stock"}), "; did you mean 'orders'?");
  EXPECT_EQ(suggestion("item-0", {"item-1", "item-2", "item-3", "item-4"}),
            "; did you mean 'item-1', 'item-2' or 'item-3'?");
  EXPECT_EQ(suggestion("ord", {"orders", "orders"}), "; did you mean 'orders'?") << "as id and as name";
  EXPECT_EQ(suggestion("payments", {"orders"}), "");
}

}  // namespace
}  // namespace draas::cli
