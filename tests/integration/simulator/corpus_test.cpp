// drasi-server's own example configurations: each loads, starts and lists its components.

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/yaml.hpp"
#include "integration/simulator/sim_process.hpp"

namespace draas::simulator_tests {
namespace {

std::filesystem::path corpus() {
  const char* chosen = std::getenv("DRAAS_CONFIG_CORPUS");
  return chosen != nullptr ? chosen : DRAAS_DEFAULT_CONFIG_CORPUS;
}

// Every `${VAR}` without default of the text.
std::set<std::string> variables_of(const std::string& text) {
  std::set<std::string> out;
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    std::string name = text.substr(at + 2, text.find('}', at) - at - 2);
    if (name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string::npos) out.insert(name);
  }
  return out;
}

std::string value_for(const std::string& variable) {
  if (variable.find("URL") != std::string::npos) return "http://127.0.0.1:9";
  return variable.find("HOST") != std::string::npos ? "127.0.0.1" : "1";
}

// The ports that sources and reactions listen on are fixed in the examples; here they must be free ones.
void free_the_ports(Json& holder) {
  for (const char* key : {"sources", "reactions"}) {
    if (!holder.contains(key) || !holder[key].is_array()) continue;
    for (Json& component : holder[key]) {
      if (component.contains("port") && component["port"].is_number()) component["port"] = free_port();
    }
  }
  if (!holder.contains("instances") || !holder["instances"].is_array()) return;
  for (Json& instance : holder["instances"]) free_the_ports(instance);
}

// State stores want their directories; those who run the examples have made them.
void make_store_directories(const std::filesystem::path& below, const Json& holder) {
  if (holder.contains("stateStore") && holder["stateStore"].contains("path") &&
      holder["stateStore"]["path"].is_string()) {
    auto text = holder["stateStore"]["path"].get<std::string>();
    if (auto fallback = text.find(":-"); fallback != std::string::npos) text = text.substr(fallback + 2);
    std::error_code ignored;
    std::filesystem::create_directories((below / text).parent_path(), ignored);
  }
  if (!holder.contains("instances") || !holder["instances"].is_array()) return;
  for (const Json& instance : holder["instances"]) make_store_directories(below, instance);
}

TEST(Corpus, ExamplesRun) {
  if (!std::filesystem::is_directory(corpus())) GTEST_SKIP() << "no example configurations at " << corpus();
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus())) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream stream(entry.path());
    std::ostringstream text;
    text << stream.rdbuf();
    auto document = parse_yaml(text.str());
    ASSERT_TRUE(document) << entry.path();
    free_the_ports(document->value);
    SimProcess sim(Files{{"server.yaml", to_yaml(document->value)}});
    make_store_directories(sim.directory, document->value);
    for (const std::string& name : variables_of(text.str())) sim.set_environment(name, value_for(name));
    sim.port = free_port();
    sim.start({"-c", "server.yaml", "-p", std::to_string(sim.port)});
    ASSERT_TRUE(sim.wait_ready()) << entry.path() << sim.errors();
    Json instances = sim.get("/api/v1/instances").json()["data"];
    const Json& root = document->value;
    bool several = root.contains("instances") && !root["instances"].empty();
    ASSERT_EQ(instances.size(), several ? root["instances"].size() : 1U) << entry.path();
    for (std::size_t index = 0; index < instances.size(); ++index) {
      const Json& declared = several ? root["instances"][index] : root;
      auto size_of = [&](const char* key) { return declared.contains(key) ? declared[key].size() : 0U; };
      EXPECT_EQ(instances[index]["source_count"], size_of("sources") + 1) << entry.path();
      EXPECT_EQ(instances[index]["query_count"], size_of("queries")) << entry.path();
      EXPECT_EQ(instances[index]["reaction_count"], size_of("reactions")) << entry.path();
    }
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace draas::simulator_tests
