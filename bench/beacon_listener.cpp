#include "beacon_listener.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace draas::bench {

BeaconListener::BeaconListener(const std::filesystem::path& directory, const std::string& program)
    : executable_((directory / "beacon").string()), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  std::filesystem::copy_file(DRAAS_BENCH_BEACON, executable_);
  if (!program.empty()) std::filesystem::create_symlink(program, executable_ + ".program");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = executable_ + ".socket";
  if (path.size() >= sizeof address.sun_path) throw std::system_error(ENAMETOOLONG, std::generic_category(), path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
}

std::optional<Started> BeaconListener::next(std::chrono::milliseconds limit) {
  pollfd wait{socket_.get(), POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(limit.count())) <= 0) return std::nullopt;
  std::array<char, 64> text{};
  const ssize_t size = ::recv(socket_.get(), text.data(), text.size() - 1, 0);
  if (size <= 0) return std::nullopt;
  std::istringstream words(std::string(text.data(), static_cast<std::size_t>(size)));
  Started started;
  std::int64_t nanoseconds = 0;
  words >> started.pid >> nanoseconds;
  started.at = Clock::time_point(std::chrono::nanoseconds(nanoseconds));
  return started;
}

}  // namespace draas::bench
