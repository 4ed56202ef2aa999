#pragma once
// The Docker platform on an engine of the test program's own, with the scripted server as its image.

#include "contract/platform/platform_fixture.hpp"
#include "support/docker_engine.hpp"

namespace draas::platforms {

// One for the whole program, started when it is first asked for. nullptr when none can be.
tests::DockerEngine* engine_under_test();
// The prefix of the names of containers that a test over this directory makes.
std::string prefix_of(const std::filesystem::path& directory);
PlatformFactory docker_factory();

}  // namespace draas::platforms
