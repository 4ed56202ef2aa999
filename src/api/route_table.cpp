#include "api/route_table.hpp"

#include <algorithm>
#include <stdexcept>

namespace draas::api {
namespace {

constexpr std::string_view kServer = "/api/server/";
constexpr std::string_view kServers = "/api/servers/";

}  // namespace

bool RouteTable::Entry::takes_query(std::string_view name) const {
  return std::any_of(spec->query.begin(), spec->query.end(),
                     [&](const ParameterSpec& parameter) { return parameter.name == name; });
}

void RouteTable::add(RouteSpec spec) {
  if (spec.operation_id.empty() || spec.summary.empty() || spec.tag.empty() || spec.responses.empty() ||
      (!spec.quick && !spec.handler)) {
    throw std::logic_error("route '" + spec.path + "' is declared incompletely");
  }
  auto shared = std::make_shared<const RouteSpec>(std::move(spec));
  std::vector<std::string> paths{shared->path};
  paths.insert(paths.end(), shared->aliases.begin(), shared->aliases.end());
  const auto named = paths.size();
  for (std::size_t i = 0; i < named; ++i) {
    if (paths[i].starts_with(kServer)) paths.push_back(std::string(kServers) + paths[i].substr(kServer.size()));
  }
  for (std::size_t i = 0; i < paths.size(); ++i) serve(shared, paths[i], i);
}

void RouteTable::serve(const std::shared_ptr<const RouteSpec>& spec, std::string path, std::size_t alias_number) {
  Entry entry;
  entry.spec = spec;
  entry.path = std::move(path);
  entry.alias = alias_number > 0;
  entry.operation_id = spec->operation_id + (entry.alias ? "Alias" + std::to_string(alias_number) : std::string());
  for (const auto& response : spec->responses) {
    if (response.status >= 300) continue;
    for (const auto type : response.media_types) {
      if (std::find(entry.produces.begin(), entry.produces.end(), type) == entry.produces.end()) {
        entry.produces.push_back(type);
      }
    }
  }
  net::Route route;
  route.method = spec->method;
  route.pattern = entry.path;
  route.tag = entries_.size();
  router_.add(std::move(route));
  entries_.push_back(std::move(entry));
}

RouteTable::Match RouteTable::match(net::Method method, std::string_view path, net::PathParameters& parameters) const {
  auto found = router_.match(method, path, parameters);
  Match match;
  match.allowed = std::move(found.allowed);
  if (found.route != nullptr) match.entry = &entries_[found.route->tag];
  return match;
}

}  // namespace draas::api
