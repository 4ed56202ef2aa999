#pragma once
// Hands change sets to whoever watches. watch() from any thread; publish() from the store's one writer thread.

#include <memory>
#include <mutex>
#include <vector>

#include "core/store/store.hpp"

namespace draas::stores {

class ChangeFeed {
 public:
  // The token ends the watch: its destructor waits for a call in progress, unless it runs inside that very call. A
  // token may outlive the feed.
  std::shared_ptr<void> watch(core::ChangeHandler handler);

  void publish(const core::ChangeSet& changes);

 private:
  class Watcher;

  std::mutex mutex_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  std::vector<std::shared_ptr<Watcher>> calling_;  // publish()'s copy, kept for its capacity
};

}  // namespace draas::stores
