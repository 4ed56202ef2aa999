#pragma once
// What a container wrote, out of the bytes that the engine sends for it. Sans I/O. Thread safety: none.
//
// Without a terminal the engine frames each piece: one byte for the stream (1 stdout, 2 stderr, 3 an error of the
// engine's own), three zero bytes, four bytes of length, most significant first. With a terminal the bytes come bare.
// https://docs.docker.com/engine/api/v1.41/#operation/ContainerAttach

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace draas::docker {

struct LogPiece {
  enum class Stream { Output, Error, Engine };
  Stream stream = Stream::Output;
  std::string data;
};

class LogDemultiplexer {
 public:
  // `terminal`: the container has one (Config.Tty).
  explicit LogDemultiplexer(bool terminal) : terminal_(terminal) {}

  // Appends what has come, which need not end with a line or a frame: nothing is held back. InvalidArgument for a
  // malformed frame, and from then on.
  Status feed(std::string_view bytes, std::vector<LogPiece>& out);
  // Is a frame begun and not ended?
  bool in_frame() const { return header_size_ > 0 || left_ > 0; }

 private:
  static constexpr std::size_t kHeaderBytes = 8;

  Status begin_frame();

  bool terminal_;
  std::array<unsigned char, kHeaderBytes> header_{};
  std::size_t header_size_ = 0;
  std::uint32_t left_ = 0;
  LogPiece::Stream stream_ = LogPiece::Stream::Output;
  Status failure_;
};

// Puts pieces together to whole lines, so that a line of one stream is not cut by the other.
class LogLines {
 public:
  static constexpr std::size_t kMaxLineBytes = 1U << 20U;  // a longer one is given out as it is

  // Appends the lines that `piece` completes, line ends included.
  void feed(const LogPiece& piece, std::string& out);
  // Appends what is left at the end of the stream.
  void finish(std::string& out);

 private:
  std::array<std::string, 3> begun_;
};

}  // namespace draas::docker
