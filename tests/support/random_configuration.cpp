#include "support/random_configuration.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

namespace draas::tests {
namespace {

constexpr std::array kLibraries{"north", "south", "west"};
constexpr std::array kSources{"s1", "s2", "s3"};
constexpr std::array kQueries{"q1", "q2", "q3", "q4"};
constexpr std::array kReactions{"r1", "r2", "r3", "r4"};
constexpr std::uint32_t kStays = 55;  // percent of what was there before

template <class T>
T one_of(Choices& choices, std::initializer_list<T> list) {
  return *(list.begin() + choices.below(static_cast<std::uint32_t>(list.size())));
}

const Json* find(const Json& list, const std::string& id) {
  const auto found = std::ranges::find_if(list, [&](const Json& entry) { return entry.value("id", "") == id; });
  return found == list.end() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* name) { return object.at(name).get<std::string>(); }

class Generator {
 public:
  Generator(Choices& choices, Ports ports) : choices_(choices), ports_(std::move(ports)) {}

  Json configuration(const Json& before) {
    Json document = Json::object();
    document["id"] = "server";
    settings(document, before);
    const bool several_before = before.is_object() && before.contains("instances");
    const bool several = before.is_null() || choices_.chance(5) ? choices_.chance(50) : several_before;
    const Json nothing = Json::object();
    if (!several) {
      library(document, before.is_object() && !several_before ? before : nothing);
      return document;
    }
    Json libraries = Json::array();
    for (const char* id : kLibraries) {
      const Json* known = several_before ? find(before["instances"], id) : nullptr;
      const bool present = known != nullptr ? choices_.chance(90) : choices_.chance(40);
      if (!present && (std::string(id) != kLibraries.back() || !libraries.empty())) continue;
      Json block{{"id", id}};
      library(block, known != nullptr ? *known : nothing);
      libraries.push_back(std::move(block));
    }
    document["instances"] = std::move(libraries);
    return document;
  }

 private:
  // Keeps what `before` has under the name, or has `make` choose; null means absent.
  template <class Make>
  void keep_or(Json& object, const Json& before, const char* name, std::uint32_t stays, Make make) {
    Json value;
    if (before.is_object() && choices_.chance(stays)) {
      if (before.contains(name)) value = before[name];
    } else {
      value = make();
    }
    if (!value.is_null()) object[name] = std::move(value);
  }

  template <class T>
  void maybe(Json& object, const char* name, std::uint32_t percent, std::initializer_list<T> values) {
    if (choices_.chance(percent)) object[name] = one_of(choices_, values);
  }

  void settings(Json& document, const Json& before) {
    constexpr std::uint32_t kRarely = 97;  // percent that stay: they take a restart
    keep_or(document, before, "logLevel", kRarely, [&] { return Json(one_of(choices_, {"info", "debug", "warn"})); });
    keep_or(document, before, "hotReloadDebounceMs", kRarely, [&] { return Json(one_of(choices_, {100, 200})); });
    keep_or(document, before, "corsAllowedOrigins", kRarely,
            [&] { return choices_.chance(80) ? Json() : Json::array({"http://localhost"}); });
  }

  // The components and settings of one library. What stays may refer to what has gone, and is mended at the end.
  void library(Json& block, const Json& before) {
    constexpr std::uint32_t kRarely = 97;
    if (before.empty() ? choices_.chance(8) : before.contains("persistIndex")) block["persistIndex"] = true;
    keep_or(block, before.empty() ? Json() : before, "defaultPriorityQueueCapacity", kRarely,
            [&] { return choices_.chance(90) ? Json() : Json(500); });
    keep_or(block, before.empty() ? Json() : before, "identityProviders", kRarely, [&] {
      if (choices_.chance(85)) return Json();
      return Json::array({Json{{"kind", "password"}, {"id", "login"}, {"username", "u"}, {"password", "geheim"}}});
    });
    collect(block, before, "sources", kSources, [&](const char* id) { return source(id); });
    collect(block, before, "queries", kQueries, [&](const char* id) { return query(id); });
    collect(block, before, "reactions", kReactions, [&](const char* id) { return reaction(id); });
    mend(block);
  }

  template <class Ids, class Make>
  void collect(Json& block, const Json& before, const char* list, const Ids& ids, Make make) {
    Json components = Json::array();
    for (const char* id : ids) {
      const Json* known = before.contains(list) ? find(before[list], id) : nullptr;
      const bool stays = known != nullptr && choices_.chance(kStays);
      if (stays) {
        components.push_back(*known);
      } else if (known != nullptr && choices_.chance(60)) {
        components.push_back(altered(*known, list));
      } else if (choices_.chance(50)) {
        components.push_back(make(id));
      }
    }
    if (components.size() > 1 && choices_.chance(15)) std::ranges::reverse(components);
    block[list] = std::move(components);
  }

  // One field of it changes.
  Json altered(Json component, const std::string& list) {
    if (choices_.chance(15)) {
      component["autoStart"] = !component.value("autoStart", list != "queries");
      return component;
    }
    if (list == "sources") return altered_source(std::move(component));
    if (list == "queries") return altered_query(std::move(component));
    return altered_reaction(std::move(component));
  }

  std::uint16_t port() {
    if (ports_.empty()) return 0;
    const std::uint16_t port = ports_.back();
    ports_.pop_back();
    return port;
  }

  // --- sources
  // --------------------------------------------------------------------------------------------------------

  Json source(const char* id) {
    Json result{{"kind", one_of(choices_, {"mock", "mock", "postgres", "platform", "http", "mysql", "grpc"})},
                {"id", id}};
    maybe(result, "autoStart", 20, {true, false});
    const std::string kind = text_of(result, "kind");
    if (kind == "mock") {
      maybe(result, "intervalMs", 70, {60'000, 70'000, 80'000});
      if (choices_.chance(60)) result["dataType"] = data_type();
    } else if (kind == "postgres") {
      result["database"] = "orders";
      result["user"] = "draas";
      maybe(result, "password", 70, {"geheim", "${DRAAS_TEST_PASSWORD:-secret}", "other"});
      maybe(result, "host", 50, {"db1.example", "db2.example"});
      maybe(result, "port", 30, {5432, 5433});
      if (choices_.chance(40)) result["tables"] = Json::array({one_of(choices_, {"orders", "stock"})});
      if (choices_.chance(30)) result["bootstrapProvider"] = Json{{"kind", one_of(choices_, {"postgres", "noop"})}};
    } else if (kind == "platform") {
      result["redisUrl"] = one_of(choices_, {"redis://one.example:6379", "redis://u:geheim@two.example:6379"});
      result["streamKey"] = "changes";
      maybe(result, "batchSize", 40, {10, 20});
    } else if (kind == "http") {
      const std::uint16_t listening = port();
      if (listening == 0) return Json{{"kind", "mock"}, {"id", id}};
      result["host"] = "127.0.0.1";
      result["port"] = listening;
      maybe(result, "timeoutMs", 50, {1'000, 2'000});
    } else if (kind == "grpc") {
      const std::uint16_t listening = port();
      if (listening == 0) return Json{{"kind", "mock"}, {"id", id}};
      result["port"] = listening;
    } else {
      maybe(result, "host", 60, {"db1.example", "db2.example"});
      maybe(result, "password", 60, {"geheim", "other"});
    }
    if (choices_.chance(5)) result["identityProvider"] = "login";
    return result;
  }

  Json data_type() {
    const std::string type = one_of(choices_, {"generic", "counter", "sensorReading"});
    Json result{{"type", type}};
    if (type == "sensorReading") maybe(result, "sensorCount", 50, {2, 3});
    return result;
  }

  Json altered_source(Json result) {
    const std::string kind = text_of(result, "kind");
    if (kind == "mock") {
      if (choices_.chance(50)) {
        result["intervalMs"] = one_of(choices_, {61'000, 62'000, 63'000});
      } else if (result.contains("dataType") && choices_.chance(30)) {
        result.erase("dataType");
      } else {
        result["dataType"] = data_type();
      }
    } else if (kind == "postgres") {
      if (choices_.chance(30)) {
        result.erase("password");
      } else if (choices_.chance(40)) {
        result["bootstrapProvider"] = Json{{"kind", one_of(choices_, {"postgres", "noop"})}};
      } else {
        result["tables"] = Json::array({"orders", one_of(choices_, {"returns", "stock"})});
      }
    } else if (kind == "platform") {
      result["streamKey"] = one_of(choices_, {"changes", "more-changes"});
    } else if (kind == "http") {
      result["timeoutMs"] = one_of(choices_, {3'000, 4'000});
    } else {
      result["host"] = one_of(choices_, {"db3.example", "127.0.0.1"});
    }
    return result;
  }

  // --- queries
  // --------------------------------------------------------------------------------------------------------

  Json query(const char* id) {
    Json result{{"id", id}, {"queryText", text()}};
    maybe(result, "autoStart", 80, {true, true, true, false});
    maybe(result, "queryLanguage", 60, {"Cypher", "GQL"});
    Json subscriptions = Json::array();
    for (const char* source : kSources) {
      if (choices_.chance(45)) subscriptions.push_back(Json{{"sourceId", source}});
    }
    if (subscriptions.empty()) subscriptions.push_back(Json{{"sourceId", kSources[0]}});
    result["sources"] = std::move(subscriptions);
    if (choices_.chance(25)) with_query_field(result);
    if (choices_.chance(25)) with_query_field(result);
    return result;
  }

  // Over what no source here has: results would be sent to where nobody listens.
  std::string text() {
    return one_of(choices_, {"MATCH (o:Order) RETURN o.value AS v", "MATCH (o:Order) RETURN o.total AS v",
                             "MATCH (s:Stock) RETURN s.value AS v"});
  }

  void with_query_field(Json& query) {
    switch (choices_.below(10)) {
      case 0:
        query["enableBootstrap"] = choices_.chance(50);
        break;
      case 1:
        query["bootstrapBufferSize"] = one_of(choices_, {5'000, 10'000});
        break;
      case 2:
        query["outboxCapacity"] = one_of(choices_, {500, 1'000});
        break;
      case 3:
        query["bootstrapTimeoutSecs"] = one_of(choices_, {60, 300});
        break;
      case 4:
        query["priorityQueueCapacity"] = one_of(choices_, {100, 200});
        break;
      case 5:
        query["dispatchBufferCapacity"] = one_of(choices_, {100, 200});
        break;
      case 6:
        query["dispatchMode"] = "Channel";
        break;
      case 7:
        query["joins"] =
            Json::array({Json{{"id", "OF"}, {"keys", Json::array({Json{{"label", "A"}, {"property", "x"}}})}}});
        break;
      case 8: {
        query["middleware"] = Json::array({Json{{"kind", "promote"}, {"name", "up"}, {"config", {{"depth", 1}}}}});
        query["sources"][0]["pipeline"] = Json::array({"up"});
        break;
      }
      default:
        query["sources"][0]["nodes"] = Json::array({one_of(choices_, {"Order", "Stock"})});
        break;
    }
  }

  Json altered_query(Json result) {
    if (choices_.chance(40)) {
      result["queryText"] = text();
    } else if (choices_.chance(30)) {
      result["queryLanguage"] = result.value("queryLanguage", "GQL") == "GQL" ? "Cypher" : "GQL";
    } else if (choices_.chance(30)) {
      // Back to what the server does by itself.
      for (const char* name : {"outboxCapacity", "joins", "priorityQueueCapacity", "dispatchMode"}) result.erase(name);
    } else {
      with_query_field(result);
    }
    return result;
  }

  // --- reactions
  // ------------------------------------------------------------------------------------------------------

  Json reaction(const char* id) {
    Json result{{"kind", one_of(choices_, {"log", "log", "http", "sse", "profiler", "grpc", "http-adaptive"})},
                {"id", id},
                {"queries", Json::array()}};
    for (const char* query : kQueries) {
      if (choices_.chance(40)) result["queries"].push_back(query);
    }
    maybe(result, "autoStart", 20, {true, false});
    const std::string kind = text_of(result, "kind");
    if (kind == "log") {
      if (choices_.chance(40)) result["defaultTemplate"] = log_template();
    } else if (kind == "http" || kind == "http-adaptive") {
      result["baseUrl"] = "http://127.0.0.1:1";
      maybe(result, "token", 50, {"geheim", "${DRAAS_TEST_TOKEN:-secret}"});
      maybe(result, "timeoutMs", 50, {1'000, 2'000});
      maybe(result, "recoveryPolicy", 60, {"auto_skip_gap", "strict"});
    } else if (kind == "sse") {
      const std::uint16_t listening = port();
      if (listening == 0) return Json{{"kind", "log"}, {"id", id}, {"queries", result["queries"]}};
      result["host"] = "127.0.0.1";
      result["port"] = listening;
      maybe(result, "ssePath", 50, {"/events", "/changes"});
    } else if (kind == "profiler") {
      maybe(result, "windowSize", 50, {10, 20});
    } else {
      result["endpoint"] = "grpc://127.0.0.1:1";
      maybe(result, "maxRetries", 50, {1, 2});
    }
    return result;
  }

  Json log_template() {
    return Json{{"added", {{"template", one_of(choices_, {"[+] {{after.v}}", "new {{after.v}}"})}}}};
  }

  Json altered_reaction(Json result) {
    const std::string kind = text_of(result, "kind");
    if (choices_.chance(30)) {
      result["queries"] = Json::array({kQueries[choices_.below(kQueries.size())]});
    } else if (kind == "log") {
      if (result.contains("defaultTemplate") && choices_.chance(40)) {
        result.erase("defaultTemplate");
      } else {
        result["defaultTemplate"] = log_template();
      }
    } else if (kind == "sse") {
      result["heartbeatIntervalMs"] = one_of(choices_, {10'000, 20'000});
    } else if (kind == "profiler") {
      result["reportIntervalSecs"] = one_of(choices_, {30, 40});
    } else {
      result["timeoutMs"] = one_of(choices_, {3'000, 4'000});
    }
    return result;
  }

  // --- what refers to what
  // --------------------------------------------------------------------------------------------

  void mend(Json& block) {
    const bool login = block.contains("identityProviders");
    for (Json& source : block["sources"]) {
      if (!login) source.erase("identityProvider");
      // A query with a kept index starts only over sources that can repeat.
      if (block.contains("persistIndex") && text_of(source, "kind") == "http") {
        source["durability"] = Json{{"enabled", true}};
      }
    }
    for (Json& query : block["queries"]) {
      auto& subscriptions = query["sources"];
      Json there = Json::array();
      for (const Json& entry : subscriptions) {
        const std::string id = text_of(entry, "sourceId");
        if (id.starts_with("__") || find(block["sources"], id) != nullptr) there.push_back(entry);
      }
      // A library always has this source of its own.
      if (there.empty()) there.push_back(Json{{"sourceId", "__component_graph__"}});
      subscriptions = std::move(there);
    }
    Json reactions = Json::array();
    for (Json& reaction : block["reactions"]) {
      Json there = Json::array();
      for (const Json& id : reaction["queries"]) {
        if (find(block["queries"], id.get<std::string>()) != nullptr) there.push_back(id);
      }
      if (there.empty() && !block["queries"].empty()) there.push_back(block["queries"][0]["id"]);
      if (there.empty()) continue;
      reaction["queries"] = std::move(there);
      reactions.push_back(std::move(reaction));
    }
    block["reactions"] = std::move(reactions);
  }

  Choices& choices_;
  Ports ports_;
};

// Ports that the earlier configuration has are not given anew.
void take_out(const Json& value, Ports& ports) {
  if (value.is_object() && value.contains("port") && value["port"].is_number_integer()) {
    std::erase(ports, value["port"].get<std::uint16_t>());
  }
  if (!value.is_structured()) return;
  for (const Json& inner : value) take_out(inner, ports);
}

}  // namespace

Json random_configuration(Choices& choices, const Json& before, const Ports& ports) {
  Ports free = ports;
  take_out(before, free);
  return Generator(choices, std::move(free)).configuration(before);
}

}  // namespace draas::tests
