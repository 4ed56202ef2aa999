#include "contract/platform/docker_engine_under_test.hpp"

#include "platforms/docker/docker_platform.hpp"
#include "platforms/docker/marks.hpp"

namespace draas::platforms {
namespace fs = std::filesystem;
namespace {

constexpr const char* kImage = "draas-fake-server:test";

struct EngineUnderTest {
  EngineUnderTest() {
    obstacle = tests::why_no_docker_engine();
    if (!obstacle.empty()) return;
    engine = std::make_unique<tests::DockerEngine>();
    obstacle = engine->start();
    if (obstacle.empty()) obstacle = engine->make_image(kImage, DRAAS_FAKE_SERVER, "drasi");
    if (!obstacle.empty()) engine.reset();
  }
  std::string obstacle;
  std::unique_ptr<tests::DockerEngine> engine;
};

EngineUnderTest& under_test() {
  static EngineUnderTest engine;
  return engine;
}

}  // namespace

tests::DockerEngine* engine_under_test() { return under_test().engine.get(); }

std::string prefix_of(const fs::path& directory) { return directory.filename().string() + "-"; }

PlatformFactory docker_factory() {
  PlatformFactory factory;
  factory.name = "Docker";
  factory.make = [](const fs::path& directory, const PlatformTuning& tuning, net::Executor control,
                    net::WorkerPool& workers) {
    docker::DockerPlatformOptions options;
    options.endpoint.host = engine_under_test()->host();
    options.image = kImage;
    options.pull_policy = docker::PullPolicy::Never;
    options.network = tests::DockerEngine::network();
    options.name_prefix = prefix_of(directory);
    options.limits = tuning.limits;
    return docker::make_docker_platform(options, control, workers);
  };
  factory.obstacle = [] { return under_test().obstacle; };
  factory.working_directory = [](const fs::path& directory, core::Platform&, const std::string& id) {
    return engine_under_test()->volume(docker::data_volume(prefix_of(directory), id)) / "instance";
  };
  factory.has_ended = [](const core::WorkloadHandle& handle) {
    const std::string id = docker::container_id_of(handle);
    return tests::eventually([&] { return engine_under_test()->inspect(id).state.status == "exited"; });
  };
  factory.version = "2";  // the engine's own: 20.10 and later
  factory.many = 20;
  factory.resting_descriptors = 16;
  return factory;
}

}  // namespace draas::platforms
