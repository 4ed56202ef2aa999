#include "platforms/process/inotify.hpp"

#include <cerrno>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/log.hpp"

namespace draas::platforms::process {

Inotify::Inotify(net::Executor executor, std::chrono::milliseconds pause, Handler handler)
    : executor_(executor), pause_(pause), handler_(std::move(handler)), timer_(executor) {}

int Inotify::watch(const std::filesystem::path& path, std::uint32_t mask) {
  if (!descriptor_ && !closed_) open();
  if (!descriptor_) return kNotWatched;
  return ::inotify_add_watch(descriptor_->native_handle(), path.c_str(), mask);
}

void Inotify::unwatch(int watch) {
  if (descriptor_ && watch != kNotWatched) ::inotify_rm_watch(descriptor_->native_handle(), watch);
}

void Inotify::close() {
  closed_ = true;
  timer_.cancel();
  descriptor_.reset();
}

void Inotify::open() {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) {
    const int reason = errno;
    if (!std::exchange(told_, true)) log_warn("logs are looked at by polling", {{"inotifyErrno", reason}});
    return;
  }
  descriptor_ = std::make_unique<Descriptor>(executor_, fd.release());
  arm();
}

void Inotify::arm() {
  if (closed_) return;
  descriptor_->async_wait(Descriptor::wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error || self->closed_) return;
    const Changes changes = self->collect();
    self->timer_.expires_after(self->pause_);
    self->timer_.async_wait([weak](boost::system::error_code stopped) {
      const auto again = weak.lock();
      if (again && !stopped) again->arm();
    });
    self->handler_(changes);
  });
}

Inotify::Changes Inotify::collect() {
  Changes changes;
  alignas(inotify_event) char buffer[16U << 10U];
  for (;;) {
    const ssize_t got = ::read(descriptor_->native_handle(), buffer, sizeof(buffer));
    if (got <= 0) break;
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      changes.changed.insert(event->wd);
      if ((event->mask & IN_IGNORED) != 0) changes.gone.insert(event->wd);
      if ((event->mask & IN_Q_OVERFLOW) != 0) changes.overflowed = true;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  return changes;
}

}  // namespace draas::platforms::process
