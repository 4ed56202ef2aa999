// Loaded before the C library by tests: fsync() and fdatasync() take longer. The file that DRAAS_TEST_SYNC_DELAY_FILE
// names holds by how many milliseconds; it is read at every call, so that a test changes it while the program runs.

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>

namespace {

void wait_as_told() {
  const char* path = std::getenv("DRAAS_TEST_SYNC_DELAY_FILE");
  std::FILE* file = path != nullptr ? std::fopen(path, "re") : nullptr;
  if (file == nullptr) return;
  long milliseconds = 0;
  if (std::fscanf(file, "%ld", &milliseconds) != 1) milliseconds = 0;
  std::fclose(file);
  timespec delay = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  while (::nanosleep(&delay, &delay) != 0) {
  }
}

int call(const char* name, int fd) {
  const auto next = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, name));
  wait_as_told();
  return next(fd);
}

}  // namespace

extern "C" int fsync(int fd) { return call("fsync", fd); }
extern "C" int fdatasync(int fd) { return call("fdatasync", fd); }
