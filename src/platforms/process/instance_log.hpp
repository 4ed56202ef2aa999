#pragma once
// The log of one instance: what its server writes to stdout and stderr, kept within a bound.
//
// The server appends to `server.log` itself (O_APPEND), so it keeps logging while no control plane runs. Rotation takes
// the head off that file while the server goes on writing: the head is copied to `server.log.1`, then cut out with
// fallocate(FALLOC_FL_COLLAPSE_RANGE) (ext4, xfs); where the file system cannot, its blocks are given back with
// FALLOC_FL_PUNCH_HOLE (tmpfs, btrfs). Neither loses a byte. Only where both are missing (NFS) the file is truncated
// after the copy, and what the server writes between the two is lost.
//
// Offsets are positions in the whole log since this object was made: they do not move when pieces are rotated.
// All functions block; call them on a worker. Thread-safe: one mutex, held for one rotation or one read.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace draas::platforms::process {

struct LogBounds {
  std::uint64_t max_bytes = 10U << 20U;  // of one file, at least 64 KiB
  std::size_t files = 5;                 // in all, at least 2
};

class InstanceLog {
 public:
  InstanceLog(std::filesystem::path file, LogBounds bounds);

  // Opens for a new run of the server; makes the directory and ends an unfinished line. For stdout and stderr.
  Result<UniqueFd> open_for_writing();

  struct Look {
    std::uint64_t size = 0;  // of the file, 0 when there is none
    std::uint64_t cut = 0;   // what this look has taken from its head
  };
  // Rotates if the file has outgrown its bound.
  Result<Look> rotate_if_needed();

  // Up to `max_bytes` from `offset`; "" at the end. Where `offset` was rotated out of existence, `offset` is moved to
  // the oldest kept byte.
  Result<std::string> read(std::int64_t& offset, std::size_t max_bytes);

  // Where the last `lines` lines begin, but not before the first line of `since` or later.
  Result<std::int64_t> find_start(std::size_t lines, std::optional<WallTime> since);

  const std::filesystem::path& file() const { return file_; }

 private:
  struct Piece {
    std::filesystem::path path;
    std::int64_t begin = 0;  // position in the whole log
    std::int64_t end = 0;
    std::int64_t file_offset = 0;  // of `begin` in the file
  };

  enum class CutMethod { Collapse, Punch, Truncate };

  std::vector<Piece> pieces() const;  // oldest first; under the mutex
  Result<std::string> read_locked(const std::vector<Piece>& pieces, std::int64_t& offset, std::size_t max_bytes) const;
  Result<std::int64_t> find_tail(const std::vector<Piece>& pieces, std::size_t lines) const;
  Result<std::int64_t> find_since(const std::vector<Piece>& pieces, WallTime since) const;
  Status rotate_once(int fd, std::int64_t begin, std::int64_t length);
  Status cut_head(int fd, std::int64_t begin, std::int64_t length);

  const std::filesystem::path file_;
  const LogBounds bounds_;
  mutable std::mutex mutex_;
  std::int64_t base_ = 0;                   // position of the first byte of `file_` that still counts
  CutMethod method_ = CutMethod::Collapse;  // the first that the file system knows
};

// The time at the start of a line as drasi-server writes it (RFC 3339); nullopt when there is none.
std::optional<WallTime> leading_time(std::string_view line);

}  // namespace draas::platforms::process
