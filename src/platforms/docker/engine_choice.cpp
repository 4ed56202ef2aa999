// The Docker platform: which engine it uses, whether that can be used, and whether it is the one that has the
// instances.

#include <array>

#include <unistd.h>

#include "base/log.hpp"
#include "platforms/docker/platform_state.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::seconds kAvailabilityAge{1};

std::string name_of_this_machine() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : std::string();
}

}  // namespace

Result<engine::EngineClient*> DockerPlatform::engine() {
  if (!options_.enabled) {
    return fail(ErrorCode::Unavailable, "The Docker platform is switched off; set Docker:Enabled to true");
  }
  if (!engine_) {
    auto endpoint = engine::resolve_endpoint(options_.endpoint);
    if (!endpoint) return std::unexpected(std::move(endpoint.error()));
    engine_ = std::make_unique<engine::EngineClient>(control_, std::move(*endpoint));
  }
  return engine_.get();
}

// An engine that cannot be used may be named otherwise by now: certificates were put there, another context was chosen.
void DockerPlatform::look_for_engine_again() {
  auto endpoint = engine::resolve_endpoint(options_.endpoint);
  if (closed_ || !endpoint || endpoint->is_same(engine_->endpoint())) return;
  retired_.push_back(std::move(engine_));
  engine_ = std::make_unique<engine::EngineClient>(control_, std::move(*endpoint));
  identified_ = false;
}

// A socket may be forwarded from another machine, of which the engine then tells the name. One that is reached from
// inside a container has another name, too, and its ports cannot be seen from there either.
bool DockerPlatform::is_local() const {
  if (!engine_) return true;
  const net::Endpoint& address = engine_->endpoint().address;
  const bool by_address = address.kind == net::Endpoint::Kind::Unix || address.host == "localhost" ||
                          address.host == "127.0.0.1" || address.host == "::1";
  return by_address && (engine_name_.empty() || engine_name_ == name_of_this_machine());
}

net::Task<void> DockerPlatform::identify(engine::EngineClient* client) {
  if (identified_) co_return;
  auto info = co_await client->info();
  if (info) take_identity(*info);
}

void DockerPlatform::take_identity(const engine::EngineInfo& info) {
  identified_ = true;
  engine_keeps_containers_ = info.live_restore;
  engine_name_ = info.name;
  if (!engine_id_.empty() && engine_id_ != info.id) {
    log_warn("the Docker engine is another one than before", {{"before", engine_id_}, {"now", info.id}});
    cursor_.reset();
  }
  engine_id_ = info.id;
}

bool DockerPlatform::is_elsewhere(const core::WorkloadHandle& handle) const {
  const std::string id = text_of(handle, "engineId");
  return !id.empty() && !engine_id_.empty() && id != engine_id_ && id != options_.lost_engine;
}

std::string DockerPlatform::why_another_engine(const core::WorkloadHandle& handle) const {
  const std::string id = text_of(handle, "engineId");
  return "The Docker engine at " + (engine_ ? engine_->endpoint().address.to_string() : std::string()) +
         " is another one (" + engine_name_ + ", " + engine_id_ + ") than that on which '" + handle.instance_id +
         "' runs (" + id + "); name that one again with " + std::string(engine::kHostSetting) +
         ", or, if it is gone for good, set Docker:LostEngine to " + id;
}

net::Task<core::Availability> DockerPlatform::availability() {
  const Call call(calls_);
  const SteadyTime now = clock_.steady_now();
  if (asked_at_ && availability_.available && now - *asked_at_ < kAvailabilityAge) co_return availability_;
  auto client = engine();
  if (!client) co_return core::Availability{false, client.error().message, {}};
  auto version = co_await (*client)->version();
  asked_at_ = now;
  if (!version) {
    availability_ = {false, version.error().message, {}, version.error().retryable};
    look_for_engine_again();
    co_return availability_;
  }
  if (!closed_) co_await identify(*client);
  availability_ = {true,
                   "Docker " + version->version + " at " + (*client)->endpoint().address.to_string() + ", API " +
                       version->api_version + ", image " + options_.image,
                   version->version};
  // A container that runs elsewhere must get no second writer here.
  for (const auto& [workload, watched] : running_) {
    if (!is_elsewhere(watched->handle)) continue;
    availability_ = {false, why_another_engine(watched->handle), version->version, true};
    break;
  }
  co_return availability_;
}

}  // namespace draas::platforms::docker
