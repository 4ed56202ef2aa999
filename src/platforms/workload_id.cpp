#include "platforms/workload_id.hpp"

#include <algorithm>

namespace draas::platforms {
namespace {

constexpr std::size_t kMaxIdLength = 128;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_safe_id(std::string_view id) {
  if (id.empty() || id.size() > kMaxIdLength) return false;
  if (!is_letter_or_digit(id.front()) && id.front() != '_') return false;
  return std::ranges::all_of(
      id, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == '~'; });
}

Status check_id(std::string_view id) {
  if (is_safe_id(id)) return {};
  return fail(ErrorCode::InvalidArgument,
              "The instance id cannot name a directory or a container: use letters, digits, '.', '_', '-' and '~', "
              "starting with a letter, "
              "a digit or '_'");
}

}  // namespace draas::platforms
