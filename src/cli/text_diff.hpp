#pragma once
// What differs between two texts, line by line, as `diff -u` shows it.

#include <string>
#include <string_view>

namespace draas::cli {

// "" when they are equal. `from` and `to` name the sides; three lines of context.
std::string unified_diff(std::string_view before, std::string_view after, const std::string& from,
                         const std::string& to);

// The same with added lines green, removed ones red, places cyan.
std::string coloured_diff(const std::string& diff, bool colour);

}  // namespace draas::cli
