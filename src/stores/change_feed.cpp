#include "stores/change_feed.hpp"

#include <utility>

namespace draas::stores {

class ChangeFeed::Watcher {
 public:
  explicit Watcher(core::ChangeHandler handler) : handler_(std::move(handler)) {}

  void call(const core::ChangeSet& changes) {
    const std::scoped_lock lock(mutex_);
    if (!active_) return;
    calling_ = true;
    handler_(changes);
    calling_ = false;
    if (!active_) handler_ = nullptr;
  }

  void end() {
    const std::scoped_lock lock(mutex_);
    active_ = false;
    // A handler that drops its own token is still running: call() lets go of it.
    if (!calling_) handler_ = nullptr;
  }

  bool active() {
    const std::scoped_lock lock(mutex_);
    return active_;
  }

 private:
  // Recursive, because a handler may drop its own token.
  std::recursive_mutex mutex_;
  core::ChangeHandler handler_;
  bool active_ = true;
  bool calling_ = false;
};

std::shared_ptr<void> ChangeFeed::watch(core::ChangeHandler handler) {
  auto watcher = std::make_shared<Watcher>(std::move(handler));
  {
    const std::scoped_lock lock(mutex_);
    watchers_.push_back(watcher);
  }
  Watcher* raw = watcher.get();
  return std::shared_ptr<void>(raw, [watcher = std::move(watcher)](void*) { watcher->end(); });
}

void ChangeFeed::publish(const core::ChangeSet& changes) {
  {
    const std::scoped_lock lock(mutex_);
    if (watchers_.empty()) return;
    calling_ = watchers_;
  }
  bool some_ended = false;
  for (const auto& watcher : calling_) {
    watcher->call(changes);
    some_ended = some_ended || !watcher->active();
  }
  calling_.clear();
  if (some_ended) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(watchers_, [](const auto& watcher) { return !watcher->active(); });
  }
}

}  // namespace draas::stores
