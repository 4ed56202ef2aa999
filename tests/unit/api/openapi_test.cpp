// The OpenAPI document against what the API really answers.

#include <set>

#include <gmock/gmock.h>

#include "api_fixture.hpp"

namespace draas::api::testing {
namespace {

const std::vector<std::string> kMethods{"GET", "POST", "PUT", "PATCH", "DELETE"};

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

void collect_references(const Json& value, std::set<std::string>& out) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      if (name == "$ref" && member.is_string()) out.insert(member.get<std::string>());
      collect_references(member, out);
    }
  } else if (value.is_array()) {
    for (const auto& member : value) collect_references(member, out);
  }
}

// A path with every parameter filled in by something that does not exist.
std::string filled(std::string path) {
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
    path.replace(at, path.find('}') - at + 1, "absent");
  }
  return path;
}

class OpenApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    const auto answer = ask("GET", "/openapi/v1.json");
    ASSERT_EQ(answer.status, 200);
    document_ = answer.json();
  }

  // Calls visit(path, method in capitals, operation).
  template <class Visit>
  void for_each_operation(Visit visit) {
    for (const auto& [path, item] : document_["paths"].items()) {
      for (const auto& method : kMethods) {
        if (item.contains(lower(method))) visit(path, method, item[lower(method)]);
      }
    }
  }

  Json document_;
};

TEST_F(OpenApi, IsVersion31AndEqualUnderBothPaths) {
  EXPECT_EQ(document_["openapi"], "3.1.0");
  EXPECT_EQ(ask("GET", "/swagger/v1/swagger.json").json(), document_);
}

TEST_F(OpenApi, EveryReferenceResolves) {
  std::set<std::string> references;
  collect_references(document_, references);
  EXPECT_GT(references.size(), 20U);
  for (const auto& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    EXPECT_TRUE(document_.contains(Json::json_pointer(reference.substr(1)))) << reference;
  }
}

TEST_F(OpenApi, EverySchemaIsUsed) {
  std::set<std::string> references;
  collect_references(document_, references);
  for (const auto& [name, schema] : document_["components"]["schemas"].items()) {
    EXPECT_TRUE(references.contains("#/components/schemas/" + name)) << name;
  }
}

TEST_F(OpenApi, OperationIdsAreUniqueAndEveryOperationIsWhole) {
  std::set<std::string> ids;
  for_each_operation([&](const std::string& path, const std::string& method, const Json& operation) {
    EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second) << operation["operationId"];
    EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << method << ' ' << path;
    EXPECT_TRUE(operation.contains("x-permission")) << method << ' ' << path;
    EXPECT_FALSE(operation["responses"].empty()) << method << ' ' << path;
    std::set<std::string> declared;
    if (operation.contains("parameters")) {
      for (const auto& parameter : operation["parameters"]) {
        if (parameter.value("in", "") == "path") declared.insert(parameter["name"].get<std::string>());
      }
    }
    std::set<std::string> in_path;
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
      in_path.insert(path.substr(at + 1, path.find('}', at) - at - 1));
    }
    EXPECT_EQ(declared, in_path) << method << ' ' << path;
  });
  EXPECT_GT(ids.size(), 80U);
}

// Asked for something absent, every route that is described answers for itself, and no other method does.
TEST_F(OpenApi, DescribesExactlyWhatIsServed) {
  for (const auto& [path, item] : document_["paths"].items()) {
    if (path == "/api/status/stream") continue;  // asked below
    for (const auto& method : kMethods) {
      const auto answer = ask(method, filled(path));
      const bool described = item.contains(lower(method));
      const bool other_method = answer.status == 405;
      EXPECT_EQ(described, !other_method) << method << ' ' << path << " -> " << answer.status << ' ' << answer.body;
      EXPECT_EQ(answer.body.find("There is no such path"), std::string::npos) << method << ' ' << path;
      EXPECT_LT(answer.status, 500) << method << ' ' << path << ' ' << answer.body;
    }
  }
  const auto stream = ask("GET", "/api/status/stream", "", {}, [](const std::string&) { return true; });
  EXPECT_EQ(stream.status, 200);
  EXPECT_TRUE(stream.streamed);
}

TEST_F(OpenApi, AnswersOnlyWithDescribedStatuses) {
  for_each_operation([&](const std::string& path, const std::string& method, const Json& operation) {
    if (path.find("/proxy") != std::string::npos || path == "/api/status/stream") return;
    for (const std::string body : {"", "{}", "[]", "1", "{\"nonsense\":true}"}) {
      const auto answer = ask_json(method, filled(path), body);
      EXPECT_TRUE(operation["responses"].contains(std::to_string(answer.status)))
          << method << ' ' << path << " with '" << body << "' -> " << answer.status << ' ' << answer.body;
    }
  });
}

TEST_F(OpenApi, QueryParametersAreTakenAndOthersRefused) {
  for_each_operation([&](const std::string& path, const std::string& method, const Json& operation) {
    if (path.find("/proxy") != std::string::npos) return;
    const auto refused = ask(method, filled(path) + "?surely-not=1");
    EXPECT_EQ(refused.status, 400) << method << ' ' << path;
    EXPECT_NE(refused.body.find("surely-not"), std::string::npos) << refused.body;
    if (!operation.contains("parameters")) return;
    for (const auto& parameter : operation["parameters"]) {
      if (parameter.value("in", "") != "query") continue;
      const auto name = parameter["name"].get<std::string>();
      const auto answer =
          ask(method, filled(path) + "?" + name + "=1", "", {}, [](const std::string&) { return true; });
      EXPECT_EQ(answer.body.find("unknown parameter"), std::string::npos) << method << ' ' << path << '?' << name;
    }
  });
}

// The routes that existing clients know, each under every spelling.
TEST_F(OpenApi, HasEveryRouteThatWasPromised) {
  std::vector<std::pair<std::string, std::string>> promised{{"post", "/api/servers"},
                                                            {"get", "/api/configuration/instances/{instanceId}"},
                                                            {"patch", "/api/configuration/instances/{instanceId}"},
                                                            {"post", "/api/status/updates"},
                                                            {"get", "/api/status/{instanceId}/status"},
                                                            {"get", "/api/status/recent-changes"},
                                                            {"get", "/api/health"},
                                                            {"get", "/health"},
                                                            {"get", "/ready"},
                                                            {"get", "/metrics"},
                                                            {"get", "/openapi/v1.json"},
                                                            {"get", "/scalar/v1"},
                                                            {"get", "/swagger"}};
  for (const std::string base : {"/api/server", "/api/servers"}) {
    const std::string one = base + "/instances/{instanceId}";
    promised.insert(promised.end(), {{"post", base + "/instances"},
                                     {"get", base + "/instances"},
                                     {"get", one},
                                     {"delete", one},
                                     {"patch", one},
                                     {"put", one + "/status"},
                                     {"post", one + "/start"},
                                     {"post", one + "/stop"},
                                     {"post", one + "/restart"},
                                     {"get", one + "/runtime-status"},
                                     {"get", base + "/platforms"}});
    for (const std::string settings : {"/server-configuration", "/configuration/server"}) {
      promised.insert(promised.end(), {{"get", one + settings},
                                       {"patch", one + settings},
                                       {"put", one + settings + "/host"},
                                       {"put", one + settings + "/port"},
                                       {"put", one + settings + "/loglevel"}});
    }
  }
  for (const auto& [method, path] : promised) {
    EXPECT_TRUE(document_["paths"].contains(path) && document_["paths"][path].contains(method))
        << method << ' ' << path;
  }
  EXPECT_FALSE(document_["paths"].contains("/weatherforecast"));
  EXPECT_EQ(ask("GET", "/weatherforecast").status, 404);
}

TEST_F(OpenApi, CanBeSwitchedOff) {
  control_plane_->close();
  api_.reset();
  options_.documentation = false;
  api_ = make_api(options_, *control_plane_, metrics_.get());
  for (const auto* path : {"/openapi/v1.json", "/swagger", "/scalar/v1"}) EXPECT_EQ(ask("GET", path).status, 404);
}

TEST_F(OpenApi, PagesNeedNoInlineScriptAndNoOtherHost) {
  for (const auto* path : {"/swagger", "/swagger/index.html", "/scalar/v1"}) {
    const auto page = ask("GET", path);
    ASSERT_EQ(page.status, 200);
    EXPECT_NE(page.header("Content-Security-Policy").find("script-src 'self'"), std::string::npos);
    EXPECT_EQ(page.body.find("<script>"), std::string::npos);
    EXPECT_EQ(page.body.find("http://"), std::string::npos);
    EXPECT_EQ(page.body.find("https://"), std::string::npos);
  }
}

}  // namespace
}  // namespace draas::api::testing
