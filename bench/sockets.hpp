#pragma once
// Blocking-free sockets of loopback, for clients that must cost little.

#include <cstdint>
#include <string>
#include <utility>

namespace draas::bench {

// Owns one descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int get() const { return number_; }

 private:
  int number_ = -1;
};

// A connection to 127.0.0.1:`port`, whose reads do not block. Throws std::system_error.
Descriptor connect_to(std::uint16_t port);
// Sends all of it, waiting where it must. Throws std::system_error.
void send_all(int socket, const std::string& text);
// The bytes that are there are appended. False when the peer has closed. Throws std::system_error.
bool receive_some(int socket, std::string& text);

}  // namespace draas::bench
