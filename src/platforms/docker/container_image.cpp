// The Docker platform: the image of a container is there, or is pulled.

#include <set>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "docker/credentials.hpp"
#include "platforms/docker/platform_state.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::seconds kProgressPause{2};

// How far a pull is, counted in layers.
class Layers {
 public:
  void take(const engine::PullProgress& step) {
    if (step.layer.empty()) return;
    if (step.status == "Pulling fs layer" || step.status == "Already exists") known_.insert(step.layer);
    if (step.status == "Pull complete" || step.status == "Already exists") done_.insert(step.layer);
  }
  std::string text() const { return std::to_string(done_.size()) + " of " + std::to_string(known_.size()) + " layers"; }

 private:
  std::set<std::string> known_;
  std::set<std::string> done_;
};

}  // namespace

net::Task<Status> DockerPlatform::pull(engine::EngineClient* client, engine::ImageReference image,
                                       std::string workload) {
  const std::string directory = options_.endpoint.configuration_directory.string();
  auto look_up = [directory, registry = image.registry] { return engine::registry_authorization(directory, registry); };
  auto authorization = co_await workers_.run(std::move(look_up));
  if (!authorization) co_return std::unexpected(std::move(authorization.error()));
  const std::string what = "pulling " + image.name() + (image.digest.empty() ? ":" : "@") + image.version();
  tell_progress(workload, what);
  auto layers = std::make_shared<Layers>();
  auto told_at = std::make_shared<SteadyTime>(clock_.steady_now());
  std::function<void(const engine::PullProgress&)> on_step = [this, workload, what, layers,
                                                              told_at](const engine::PullProgress& step) {
    layers->take(step);
    if (clock_.steady_now() - *told_at < kProgressPause) return;
    *told_at = clock_.steady_now();
    tell_progress(workload, what + ": " + layers->text());
  };
  std::string secret = std::move(*authorization);
  Status pulled = co_await client->pull_image(std::move(image), std::move(secret), std::move(on_step));
  if (!pulled)
    co_return std::unexpected(std::move(pulled.error()).with_context("Cannot pull the image (" + what + ")"));
  tell_progress(workload, what + ": done");
  co_return Status();
}

net::Task<Status> DockerPlatform::ensure_image(engine::EngineClient* client, std::string image, PullPolicy policy,
                                               std::string workload) {
  // One pull of an image at a time; whoever waited finds it there.
  crash_point("docker.start.begin");
  auto& mutex = pulling_[image];
  if (!mutex) mutex = std::make_unique<net::AsyncMutex>(control_);
  net::AsyncMutex::Guard guard = co_await mutex->lock();
  if (closed_) co_return closing();
  if (policy != PullPolicy::Always) {
    auto found = co_await client->inspect_image(image);
    if (found) co_return Status();
    if (found.error().code != ErrorCode::NotFound) co_return std::unexpected(std::move(found.error()));
    if (policy == PullPolicy::Never) {
      co_return fail(ErrorCode::Unprocessable, "The image '" + image +
                                                   "' is not there, and the pull policy is Never; pull it with `docker "
                                                   "pull " +
                                                   image + "`, or set the pull policy to IfNotPresent");
    }
  }
  auto reference = engine::parse_image_reference(image);
  if (!reference) co_return std::unexpected(std::move(reference.error()));
  co_return co_await pull(client, std::move(*reference), std::move(workload));
}

net::Task<Status> DockerPlatform::wait_for_image(engine::EngineClient* client, std::string image, PullPolicy policy,
                                                 std::string workload) {
  auto signal = std::make_shared<net::asio::cancellation_signal>();
  awaiting_image_[workload] = signal;
  Status there = fail(ErrorCode::Cancelled, "The start was given up while it waited for the image '" + image + "'");
  try {
    net::Task<Status> waiting = ensure_image(client, image, policy, workload);
    auto token = net::asio::bind_cancellation_slot(signal->slot(), net::use_task);
    Status ended = co_await net::asio::co_spawn(control_, std::move(waiting), token);
    if (ended || ended.error().code != ErrorCode::Cancelled) there = std::move(ended);
  } catch (const boost::system::system_error& error) {
    if (error.code() != net::asio::error::operation_aborted) throw;
  }
  awaiting_image_.erase(workload);
  co_return there;
}

void DockerPlatform::give_up_start(const std::string& instance_id) {
  const auto found = awaiting_image_.find(instance_id);
  if (found == awaiting_image_.end()) return;
  const auto signal = found->second;
  signal->emit(net::asio::cancellation_type::terminal);
}

}  // namespace draas::platforms::docker
