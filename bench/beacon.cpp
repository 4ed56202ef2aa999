// A program that says when it was started: it sends "<pid> <CLOCK_MONOTONIC ns>" as a datagram to the socket
// "<its own path>.socket". Then it becomes the program "<its own path>.program", with its own arguments, if there is
// one, and else waits to be killed.

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

void tell(const std::string& path) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const std::string text =
      std::to_string(::getpid()) + " " + std::to_string(now.tv_sec * 1'000'000'000LL + now.tv_nsec);
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool sent = ::sendto(socket, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                             sizeof address) == static_cast<ssize_t>(text.size());
  if (!sent) std::perror("beacon");  // nobody listens any more; the program still has its work to do
}

}  // namespace

int main(int count, char** arguments) {
  std::array<char, sizeof(sockaddr_un::sun_path)> path{};
  if (::readlink("/proc/self/exe", path.data(), path.size() - 1) <= 0) return 1;
  const std::string self = path.data();
  // A control plane asks its program for the version now and then; that is no start.
  const bool asked_for_version = count == 2 && std::strcmp(arguments[1], "--version") == 0;
  if (!asked_for_version) tell(self + ".socket");
  const std::string program = self + ".program";
  ::execv(program.c_str(), arguments);
  while (true) ::pause();
}
