#include "core/platform/platform_options.hpp"

#include <algorithm>

namespace draas::core {
namespace {

bool knows(const Platform& platform, std::string_view name) {
  const auto names = platform.option_names();
  return names.empty() || std::ranges::find(names, name) != names.end();
}

}  // namespace

Json options_for(const Platform& platform, const Json& options) {
  if (!options.is_object()) return options;
  Json own = Json::object();
  for (const auto& [name, value] : options.items()) {
    if (knows(platform, name)) own[name] = value;
  }
  return own;
}

Status check_options(const Platform& platform, const std::vector<std::unique_ptr<Platform>>& all, const Json& options) {
  if (!options.is_object()) return platform.check_options(options);
  Json own = Json::object();
  std::vector<Json> of_others(all.size(), Json::object());
  for (const auto& [name, value] : options.items()) {
    bool is_other = false;
    for (std::size_t i = 0; i < all.size() && !knows(platform, name); ++i) {
      if (all[i]->option_names().empty() || !knows(*all[i], name)) continue;
      of_others[i][name] = value;
      is_other = true;
    }
    if (!is_other) own[name] = value;
  }
  if (Status good = platform.check_options(own); !good) return good;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (of_others[i].empty()) continue;
    if (Status good = all[i]->check_options(of_others[i]); !good) return good;
  }
  return {};
}

}  // namespace draas::core
