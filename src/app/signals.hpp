#pragma once
// SIGINT and SIGTERM end a program of ours in good order, SIGPIPE nothing.

#include <pthread.h>
#include <signal.h>

namespace draas::app {

// To be made before the first thread starts, so that every thread inherits the mask and only wait() sees the signals.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (int signal : {SIGINT, SIGTERM}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }

  int wait() {
    int received = 0;
    sigwait(&set_, &received);
    return received;
  }

  // From now on a second signal ends the process at once.
  void release() { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_{};
};

}  // namespace draas::app
