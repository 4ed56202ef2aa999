#include "drasi/defaults.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

#include "drasi/config_value.hpp"

namespace draas::drasi {
namespace {

using Defaults = std::initializer_list<std::pair<std::string_view, Json>>;

void fill(Json& object, const Defaults& defaults) {
  for (const auto& [key, value] : defaults) {
    if (!object.contains(key)) append_member(object, std::string(key), value);
  }
}

template <class Each>
void for_each_object(Json& block, std::string_view list, Each each) {
  const auto entries = block.find(list);
  if (entries == block.end() || !entries->is_array()) return;
  for (Json& entry : *entries) {
    if (entry.is_object()) each(entry);
  }
}

void fill_library(Json& library) {
  fill(library, {{"persistIndex", false},
                 {"enableArchive", false},
                 {"sources", Json::array()},
                 {"queries", Json::array()},
                 {"reactions", Json::array()},
                 {"identityProviders", Json::array()},
                 {"bootstrapProviders", Json::array()}});
  for_each_object(library, "sources", [](Json& source) { fill(source, {{"autoStart", true}}); });
  for_each_object(library, "reactions", [](Json& reaction) { fill(reaction, {{"autoStart", true}}); });
  for_each_object(library, "queries", [](Json& query) { query = with_query_defaults(query); });
}

}  // namespace

Json with_query_defaults(const Json& query) {
  if (!query.is_object()) return query;
  Json result = query;
  fill(result, {{"autoStart", false},
                {"queryLanguage", "GQL"},
                {"middleware", Json::array()},
                {"sources", Json::array()},
                {"enableBootstrap", true},
                {"bootstrapBufferSize", 10000},
                {"outboxCapacity", 1000},
                {"bootstrapTimeoutSecs", 300}});
  for_each_object(result, "sources", [](Json& source) {
    fill(source, {{"nodes", Json::array()}, {"relations", Json::array()}, {"pipeline", Json::array()}});
  });
  for_each_object(result, "middleware", [](Json& entry) { fill(entry, {{"config", Json::object()}}); });
  return result;
}

Json with_defaults(const Json& rendered) {
  if (!rendered.is_object()) return rendered;
  Json result = rendered;
  fill(result, {{"host", "0.0.0.0"},
                {"port", 8080},
                {"logLevel", "info"},
                {"persistConfig", true},
                {"enableUi", true},
                {"pluginRegistry", "ghcr.io/drasi-project"},
                {"autoInstallPlugins", false},
                {"plugins", Json::array()},
                {"verifyPlugins", true},
                {"trustedIdentities", Json::array()},
                {"hotReloadPlugins", false},
                {"hotReloadDebounceMs", 2000},
                {"corsAllowedOrigins", Json::array()},
                {"instances", Json::array()}});
  fill_library(result);
  for_each_object(result, "instances", fill_library);
  return result;
}

}  // namespace draas::drasi
