// The pure parts of the Docker platform: names, options, specification, users, exits.

#include <gmock/gmock.h>
#include <signal.h>

#include "platforms/docker/container_exit.hpp"
#include "platforms/docker/container_specification.hpp"
#include "platforms/docker/container_user.hpp"
#include "platforms/docker/instance_options.hpp"
#include "platforms/docker/marks.hpp"

namespace draas::platforms::docker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::WorkloadSpec a_spec() {
  core::WorkloadSpec spec;
  spec.instance_id = "orders";
  spec.control_plane_id = "cp";
  spec.generation = 7;
  spec.spec_hash = "hash";
  spec.host = "127.0.0.1";
  spec.port = 9001;
  spec.component_ports = {9002};
  return spec;
}

Json specification(const DockerPlatformOptions& options = {}, const InstanceOptions& instance = {},
                   const core::WorkloadSpec& spec = a_spec()) {
  return container_specification(options, instance, spec, "image:1", {"0.0.0.0", 8080});
}

TEST(Marks, ComeBackFromLabels) {
  const Marks marks{"cp", "orders~b", 7, "hash"};
  const LabelMap labels = labels_of(marks);
  EXPECT_EQ(labels.at("draas.instanceId"), "orders");
  const auto read = read_marks(labels);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->workload, "orders~b");
  EXPECT_EQ(read->generation, 7U);
  EXPECT_EQ(read->spec_hash, "hash");
  for (const char* needed : {"draas.managed", "draas.controlPlane", "draas.workload", "draas.generation"}) {
    LabelMap spoilt = labels;
    spoilt.erase(needed);
    EXPECT_FALSE(read_marks(spoilt)) << needed;
  }
  LabelMap odd = labels;
  odd["draas.generation"] = "7x";
  EXPECT_FALSE(read_marks(odd));
}

TEST(Marks, NamesAreLegalAndDifferent) {
  EXPECT_EQ(container_name("draas-", "orders"), "draas-orders");
  EXPECT_EQ(container_name("draas-", "orders~b"), "draas--b-orders");
  std::set<std::string> names;
  for (const char* workload : {"orders", "orders~b", "b-orders", "config-orders", "orders.b", "previous-orders"}) {
    names.insert(container_name("p-", workload));
    names.insert(previous_container_name("p-", workload));
    names.insert(config_volume("p-", workload));
    names.insert(data_volume("p-", workload));
    names.insert(plugins_volume("p-", workload));
  }
  EXPECT_EQ(names.size(), 30U);
  for (const std::string& name : names) EXPECT_EQ(name.find('~'), std::string::npos);
}

TEST(InstanceOptions, AreRead) {
  const auto options = read_instance_options(Json::parse(
      R"({"image":"a/b:1","pullPolicy":"always","arguments":["--x"],"environment":{"A":"1"},"network":"net",
          "extraHosts":["db:10.0.0.1"],"user":"1000","volumes":["data:/data:ro"],"labels":{"team":"a"},
          "pidsLimit":10,"readOnlyRoot":true})"));
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->image, "a/b:1");
  EXPECT_EQ(options->pull_policy, PullPolicy::Always);
  EXPECT_THAT(options->volumes, ElementsAre("data:/data:ro"));
  EXPECT_EQ(options->pids_limit, 10U);
  EXPECT_TRUE(read_instance_options(nullptr));
}

TEST(InstanceOptions, EveryFaultIsNamed) {
  const std::pair<const char*, const char*> bad[] = {
      {R"({"imge":"x"})", "/platformOptions/imge"},
      {R"({"image":"No Name"})", "/platformOptions/image"},
      {R"({"volumes":["/etc:/etc"]})", "/platformOptions/volumes"},
      {R"({"volumes":["data:relative"]})", "/platformOptions/volumes"},
      {R"({"volumes":["data:/"]})", "/platformOptions/volumes"},
      {R"({"network":"host"})", "/platformOptions/network"},
      {R"({"network":"container:x"})", "/platformOptions/network"},
      {R"({"extraHosts":["db"]})", "/platformOptions/extraHosts"},
      {R"({"environment":{"DRAAS_X":"1"}})", "/platformOptions/environment"},
      {R"({"labels":{"draas.managed":"false"}})", "/platformOptions/labels"},
      {R"({"pidsLimit":0})", "/platformOptions/pidsLimit"},
      {R"({"user":""})", "/platformOptions/user"},
  };
  for (const auto& [text, path] : bad) {
    const auto options = read_instance_options(Json::parse(text));
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().code, ErrorCode::InvalidArgument);
    ASSERT_FALSE(options.error().faults.empty());
    EXPECT_EQ(options.error().faults[0].path, path);
  }
  EXPECT_THAT(read_instance_options(Json::parse(R"({"imge":"x"})")).error().faults[0].message, HasSubstr("image"));
  EXPECT_FALSE(read_instance_options(Json::array()));
}

TEST(ContainerSpecification, IsClosedByDefault) {
  const Json body = specification();
  const Json& host = body.at("HostConfig");
  EXPECT_EQ(body.at("StopSignal"), "SIGINT");
  EXPECT_EQ(host.at("CapDrop"), Json::array({"ALL"}));
  EXPECT_EQ(host.at("SecurityOpt"), Json::array({"no-new-privileges"}));
  EXPECT_EQ(host.at("RestartPolicy").at("Name"), "no");
  EXPECT_EQ(host.at("PidsLimit"), 1024);
  EXPECT_EQ(host.at("LogConfig").at("Config").at("max-size"), "10m");
  EXPECT_FALSE(host.contains("Binds"));
  EXPECT_FALSE(host.contains("Memory"));
  EXPECT_FALSE(body.contains("User"));
  EXPECT_FALSE(body.contains("Healthcheck")) << "the image's own holds";
  EXPECT_EQ(body.at("Labels").at("draas.generation"), "7");
}

TEST(ContainerSpecification, PublishesTheServerAndItsComponents) {
  const Json body = specification();
  const Json& bindings = body.at("HostConfig").at("PortBindings");
  EXPECT_EQ(bindings.at("8080/tcp"), Json::parse(R"([{"HostIp":"127.0.0.1","HostPort":"9001"}])"));
  EXPECT_EQ(bindings.at("9002/tcp"), Json::parse(R"([{"HostIp":"127.0.0.1","HostPort":"9002"}])"));
  EXPECT_TRUE(body.at("ExposedPorts").contains("9002/tcp"));
  core::WorkloadSpec elsewhere = a_spec();
  elsewhere.host = "localhost";
  const Json moved = container_specification({}, {}, elsewhere, "image:1", {"0.0.0.0", 9001});
  EXPECT_EQ(moved.at("HostConfig").at("PortBindings").at("9001/tcp")[0].at("HostIp"), "127.0.0.1");
  EXPECT_EQ(moved.at("Healthcheck").at("Test"), Json::array({"NONE"})) << "the image's asks port 8080";
}

TEST(ContainerSpecification, LimitsAndLayersOfOptions) {
  DockerPlatformOptions options;
  options.environment = {{"A", "all"}, {"B", "all"}};
  options.limits = {2, 1U << 30U, 100};
  options.user = "drasi";
  options.read_only_root = true;
  options.volumes = {"/srv/certificates:/certificates:ro"};
  InstanceOptions instance;
  instance.environment = {{"B", "own"}};
  instance.user = "1000:1000";
  instance.pids_limit = 5;
  instance.labels = {{"team", "a"}, {"draas.generation", "999"}};
  core::WorkloadSpec spec = a_spec();
  spec.limits.cpu_cores = 0.5;
  const Json body = specification(options, instance, spec);
  const Json& host = body.at("HostConfig");
  EXPECT_EQ(host.at("NanoCpus"), 500'000'000);
  EXPECT_EQ(host.at("Memory"), 1U << 30U);
  EXPECT_EQ(host.at("MemorySwap"), host.at("Memory"));
  EXPECT_EQ(host.at("PidsLimit"), 5);
  EXPECT_EQ(host.at("Ulimits")[0].at("Soft"), 100);
  EXPECT_TRUE(host.at("ReadonlyRootfs").get<bool>());
  EXPECT_TRUE(host.at("Tmpfs").contains("/tmp"));
  EXPECT_EQ(host.at("Binds"), Json::array({"/srv/certificates:/certificates:ro"}));
  EXPECT_EQ(body.at("User"), "1000:1000");
  EXPECT_EQ(body.at("Labels").at("team"), "a");
  EXPECT_EQ(body.at("Labels").at("draas.generation"), "7") << "our marks are ours";
  const auto environment = body.at("Env").get<std::vector<std::string>>();
  EXPECT_THAT(environment, Contains("A=all"));
  EXPECT_THAT(environment, Contains("B=own"));
  EXPECT_THAT(environment, Contains("DRAAS_INSTANCE_ID=orders"));
}

TEST(ContainerUser, NumbersAreKnownAndNamesLookedUp) {
  constexpr std::string_view kPasswd = "root:x:0:0:root:/root:/bin/sh\ndrasi:x:999:998::/app:/bin/false\nodd\n";
  constexpr std::string_view kGroup = "root:x:0:\nstaff:x:50:drasi\n";
  EXPECT_EQ(numeric_user("")->user, 0U);
  EXPECT_EQ(numeric_user("1000:100")->group, 100U);
  EXPECT_FALSE(numeric_user("drasi"));
  EXPECT_FALSE(numeric_user("999")) << "its group is in /etc/passwd";
  EXPECT_EQ(find_user("999", kPasswd, kGroup)->group, 998U);
  EXPECT_EQ(find_user("1234", kPasswd, kGroup)->user, 1234U);
  EXPECT_EQ(find_user("drasi", kPasswd, kGroup)->user, 999U);
  EXPECT_EQ(find_user("drasi:staff", kPasswd, kGroup)->group, 50U);
  EXPECT_EQ(find_user("drasi:7", kPasswd, kGroup)->group, 7U);
  EXPECT_FALSE(find_user("nobody", kPasswd, kGroup));
  EXPECT_FALSE(find_user("drasi:nogroup", kPasswd, kGroup));
  EXPECT_FALSE(find_user("drasi", "", ""));
}

TEST(ContainerExit, CodesAndSignals) {
  EXPECT_EQ(exit_of(0, false, {}).exit_code, 0);
  EXPECT_EQ(exit_of(7, false, {}).reason, "exited with code 7");
  const auto killed = exit_of(137, false, {});
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_FALSE(killed.exit_code);
  EXPECT_EQ(killed.reason, "killed by SIGKILL");
  const auto memory = exit_of(137, true, {});
  EXPECT_TRUE(memory.out_of_memory);
  EXPECT_EQ(memory.reason, "out of memory: killed by SIGKILL");
  EXPECT_EQ(exit_of(255, false, {}).exit_code, 255);
  EXPECT_EQ(exit_of(128, false, {}).exit_code, 128);
}

}  // namespace
}  // namespace draas::platforms::docker
