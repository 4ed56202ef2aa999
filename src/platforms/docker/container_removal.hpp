#pragma once
// Removing what an engine may still be busy with: it answers Conflict while another removal is under way, and while a
// container that is being removed holds its volume.

#include <chrono>
#include <string>

#include "docker/engine_client.hpp"
#include "net/task.hpp"

namespace draas::platforms::docker {

// Success when there is none any more. Conflict, with the way out, when the engine is not done within `patience`.
net::Task<Status> remove_container(draas::docker::EngineClient* client, std::string id,
                                   std::chrono::milliseconds patience);
net::Task<Status> remove_volume(draas::docker::EngineClient* client, std::string name,
                                std::chrono::milliseconds patience);

}  // namespace draas::platforms::docker
