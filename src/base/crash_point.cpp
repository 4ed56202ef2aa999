#include "base/crash_point.hpp"

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>

#include <signal.h>
#include <unistd.h>

namespace draas::detail {
namespace {

struct Target {
  std::string name;
  int visit = 1;
};

Target read_target() {
  Target target;
  const char* text = std::getenv("DRAAS_CRASH_AT");
  if (text == nullptr) return target;
  target.name = text;
  const auto colon = target.name.rfind(':');
  if (colon == std::string::npos) return target;
  int visit = 0;
  const char* end = target.name.data() + target.name.size();
  const auto parsed = std::from_chars(target.name.data() + colon + 1, end, visit);
  if (parsed.ec == std::errc() && parsed.ptr == end && visit > 0) {
    target.visit = visit;
    target.name.resize(colon);
  }
  return target;
}

const Target& target() {
  static const Target value = read_target();
  return value;
}

}  // namespace

const bool kCrashPointsArmed = std::getenv("DRAAS_CRASH_AT") != nullptr;

void visit_crash_point(std::string_view name) {
  static std::atomic<int> visits{0};
  if (name != target().name) return;
  if (++visits != target().visit) return;
  ::kill(::getpid(), SIGKILL);
  // The signal takes effect on return from the system call at the latest; other threads may run a little longer.
  for (;;) ::pause();
}

}  // namespace draas::detail
