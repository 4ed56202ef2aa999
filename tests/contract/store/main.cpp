#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "contract/store/child.hpp"

int main(int count, char** arguments) {
  if (count > 2 && std::string(arguments[1]) == "--store-child") {
    return draas::tests::run_child(std::vector<std::string>(arguments + 2, arguments + count));
  }
  testing::InitGoogleTest(&count, arguments);
  return RUN_ALL_TESTS();
}
