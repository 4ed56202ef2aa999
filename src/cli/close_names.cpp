#include "cli/close_names.hpp"

#include <algorithm>

#include "base/json_reader.hpp"
#include "cli/option_values.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kSuggested = 3;
// A single letter begins too many names.
constexpr std::size_t kShortestBeginning = 2;

}  // namespace

std::vector<std::string> close_names(const std::string& word, std::vector<std::string> names, std::size_t most) {
  std::vector<std::string> close;
  while (close.size() < most) {
    std::string nearest = nearest_name(word, names);
    if (nearest.empty()) break;
    std::erase(names, nearest);
    close.push_back(std::move(nearest));
  }
  if (word.size() < kShortestBeginning) return close;
  for (const std::string& name : names) {
    const bool told = std::ranges::find(close, name) != close.end();
    if (close.size() < most && name.starts_with(word) && !told) close.push_back(name);
  }
  return close;
}

std::string suggestion(const std::string& word, std::vector<std::string> names) {
  std::vector<std::string> close = close_names(word, std::move(names), kSuggested);
  if (close.empty()) return {};
  for (std::string& name : close) name = "'" + name + "'";
  return "; did you mean " + choice_text(close) + "?";
}

}  // namespace draas::cli
