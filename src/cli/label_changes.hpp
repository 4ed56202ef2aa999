#pragma once
// "team=shop tier-": what is to become of labels, and for which instances. Pure.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::cli {

struct LabelWords {
  std::vector<std::string> instances;
  Json metadata = Json::object();  // a merge patch: a value, or null to remove it
};

// Words with '=' set a label, those that end with '-' remove one, the others name instances. InvalidArgument for a
// label without a name, for one that is named twice, and when no label is named at all.
Result<LabelWords> read_label_words(const std::vector<std::string>& words);

}  // namespace draas::cli
