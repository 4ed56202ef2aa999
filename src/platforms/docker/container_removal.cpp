#include "platforms/docker/container_removal.hpp"

#include <functional>

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::milliseconds kPause{100};

net::Task<Status> until_free(std::function<net::Task<Status>()> remove, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Status removed = co_await remove();
    const bool is_busy = !removed && removed.error().code == ErrorCode::Conflict;
    if (!is_busy || std::chrono::steady_clock::now() > deadline) co_return removed;
    const bool slept = co_await net::sleep_for(kPause);
    if (!slept) co_return removed;
  }
}

}  // namespace

net::Task<Status> remove_container(engine::EngineClient* client, std::string id, std::chrono::milliseconds patience) {
  std::function<net::Task<Status>()> remove = [client, id] { return client->remove_container(id, true); };
  co_return co_await until_free(std::move(remove), patience);
}

net::Task<Status> remove_volume(engine::EngineClient* client, std::string name, std::chrono::milliseconds patience) {
  std::function<net::Task<Status>()> remove = [client, name] { return client->remove_volume(name); };
  co_return co_await until_free(std::move(remove), patience);
}

}  // namespace draas::platforms::docker
