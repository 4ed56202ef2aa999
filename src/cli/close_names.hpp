#pragma once
// What somebody may have meant who gave a name that is nobody's. Pure.

#include <string>
#include <vector>

namespace draas::cli {

// Those of `names` that differ from `word` by a slip, the nearest first, then those that begin with it; `most` at most.
std::vector<std::string> close_names(const std::string& word, std::vector<std::string> names, std::size_t most);

// "; did you mean 'orders', 'orders-2' or 'order'?"; "" when no name is close.
std::string suggestion(const std::string& word, std::vector<std::string> names);

}  // namespace draas::cli
