#include "cli/label_changes.hpp"

namespace draas::cli {

Result<LabelWords> read_label_words(const std::vector<std::string>& words) {
  LabelWords out;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const bool removes = equals == std::string::npos && word.size() > 1 && word.ends_with('-');
    if (equals == std::string::npos && !removes) {
      out.instances.push_back(word);
      continue;
    }
    const std::string name = removes ? word.substr(0, word.size() - 1) : word.substr(0, equals);
    if (name.empty()) return fail(ErrorCode::InvalidArgument, "'" + word + "': a label has a name: NAME=VALUE");
    if (out.metadata.contains(name)) {
      return fail(ErrorCode::InvalidArgument, "The label '" + name + "' is named twice");
    }
    out.metadata[name] = removes ? Json() : Json(word.substr(equals + 1));
  }
  if (out.metadata.empty()) {
    return fail(ErrorCode::InvalidArgument, "Which label? NAME=VALUE sets one, NAME- removes one");
  }
  return out;
}

}  // namespace draas::cli
