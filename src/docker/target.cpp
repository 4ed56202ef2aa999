#include "docker/target.hpp"

#include "net/http_message.hpp"

namespace draas::docker {

std::string in_path(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto mark = name.find_first_of("/:@");
    out += net::percent_encode(name.substr(0, mark));
    if (mark == std::string_view::npos) break;
    out += name[mark];
    name.remove_prefix(mark + 1);
  }
  return out;
}

std::string label_filter(const std::vector<std::string>& labels, Json filters) {
  if (!labels.empty()) filters["label"] = labels;
  return net::percent_encode(to_text(filters));
}

}  // namespace draas::docker
