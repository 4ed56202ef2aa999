#include "base/exception_text.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace draas {
namespace {

TEST(ExceptionText, SaysWhatAStandardExceptionSays) {
  EXPECT_EQ(exception_text(std::make_exception_ptr(std::runtime_error("the disk is full"))), "the disk is full");
}

TEST(ExceptionText, NamesAnythingElse) {
  EXPECT_EQ(exception_text(std::make_exception_ptr(42)), "an exception that is not a std::exception");
}

}  // namespace
}  // namespace draas
