#pragma once
// What a container wrote, out of the bytes that the engine sends for it. Sans I/O. Thread safety: none.
//
// Without a terminal the engine frames each piece: one byte for the stream (1 stdout, 2 stderr, 3 an error of the
// engine's own), three zero bytes, four bytes of length, most significant first. With a terminal the bytes come bare.
// https://docs.docker.com/engine/api/v1.41/#operation/ContainerAttach
//
// Asked for with timestamps, the engine begins each frame with its time and a space ("2026-01-02T03:04:05.000000006Z
// "). They are taken out here, and say where to go on after the stream broke.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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
  // `terminal`: the container has one (Config.Tty). `stamped`: with timestamps; not with a terminal. Frames that are
  // not newer than `after` are left out.
  explicit LogDemultiplexer(bool terminal, bool stamped = false, std::string after = {})
      : terminal_(terminal), stamped_(stamped && !terminal), newest_(std::move(after)), after_(newest_) {}

  // Appends what has come, which need not end with a line or a frame: nothing is held back. InvalidArgument for a
  // malformed frame, and from then on.
  Status feed(std::string_view bytes, std::vector<LogPiece>& out);
  // Is a frame begun and not ended?
  bool in_frame() const { return header_size_ > 0 || left_ > 0; }
  // The time of the newest frame, as the engine wrote it; "" when none has come.
  const std::string& newest() const { return newest_; }

 private:
  static constexpr std::size_t kHeaderBytes = 8;
  static constexpr std::size_t kMaxStampBytes = 64;

  Status begin_frame();
  // Takes the frame's time off `data`; false while it has not come whole.
  bool take_stamp(std::string_view& data);

  bool terminal_;
  bool stamped_;
  std::string newest_;
  std::string after_;
  std::string stamp_;  // of this frame, as far as it has come
  bool in_stamp_ = false;
  bool left_out_ = false;  // this frame was given before
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
