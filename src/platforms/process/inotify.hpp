#pragma once
// Changes of files and directories, from inotify(7). On one loop only.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "net/task.hpp"

namespace draas::platforms::process {

class Inotify : public std::enable_shared_from_this<Inotify> {
 public:
  static constexpr int kNotWatched = -1;

  struct Changes {
    std::set<int> changed;
    std::set<int> gone;       // watches that have ended: IN_ONESHOT, a deleted file, unwatch()
    bool overflowed = false;  // the kernel has dropped some: anything may have changed
    bool of(int watch) const { return watch != kNotWatched && (overflowed || changed.contains(watch)); }
  };
  using Handler = std::function<void(const Changes&)>;

  // `handler` is called at most once in `pause`, however often files change; not after close().
  Inotify(net::Executor executor, std::chrono::milliseconds pause, Handler handler);

  // The number of the watch, the same for the same file; kNotWatched where there is no such path, the user's
  // limit of watches is reached, or after close(). `mask` as in inotify(7).
  int watch(const std::filesystem::path& path, std::uint32_t mask);
  // One that has ended is fine. Its number is not given again soon.
  void unwatch(int watch);
  // Nothing is told afterwards.
  void close();

 private:
  using Descriptor = net::asio::posix::basic_stream_descriptor<net::Executor>;
  void open();
  void arm();
  Changes collect();

  net::Executor executor_;
  std::chrono::milliseconds pause_;
  Handler handler_;
  std::unique_ptr<Descriptor> descriptor_;  // opened by the first watch
  net::Timer timer_;
  bool closed_ = false;
  bool told_ = false;  // that there is no inotify
};

}  // namespace draas::platforms::process
