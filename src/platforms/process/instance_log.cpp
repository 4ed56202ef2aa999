#include "platforms/process/instance_log.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "platforms/process/paths.hpp"

namespace draas::platforms::process {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLeastBytes = 64U << 10U;
constexpr std::size_t kLeastFiles = 2;
constexpr std::size_t kScanChunk = 256U << 10U;
constexpr std::size_t kTailChunk = 64U << 10U;
constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateDirectory = 0700;

// Of the first byte that is not in a hole; holes are what punching left.
std::int64_t first_data(int fd, std::int64_t size) {
  if (size == 0) return 0;
  const off_t data = ::lseek(fd, 0, SEEK_DATA);
  if (data >= 0) return std::min<std::int64_t>(data, size);
  return errno == ENXIO ? size : 0;
}

bool is_unsupported(int error) { return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL; }

Status copy_range(int from, std::int64_t begin, std::int64_t length, int to) {
  std::string buffer;
  buffer.resize(std::min<std::size_t>(static_cast<std::size_t>(length), kScanChunk));
  while (length > 0) {
    const auto want = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(length));
    const ssize_t got = ::pread(from, buffer.data(), want, begin);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read a log", errno);
    if (got == 0) return {};
    for (ssize_t done = 0; done < got;) {
      const ssize_t written = ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail_errno("cannot write a rotated log", errno);
      done += written;
    }
    begin += got;
    length -= got;
  }
  return {};
}

WallTime modification_time(const struct stat& info) {
  return WallTime(std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::microseconds(info.st_mtim.tv_nsec / 1000));
}

}  // namespace

InstanceLog::InstanceLog(fs::path file, LogBounds bounds)
    : file_(std::move(file)), bounds_{std::max(bounds.max_bytes, kLeastBytes), std::max(bounds.files, kLeastFiles)} {}

Result<UniqueFd> InstanceLog::open_for_writing() {
  const std::lock_guard lock(mutex_);
  if (auto made = make_directories(file_.parent_path(), kPrivateDirectory); !made) return std::unexpected(made.error());
  for (std::size_t number = bounds_.files;; ++number) {
    if (::unlink(rotated(file_, number).c_str()) != 0) break;  // left from a larger setting
  }
  const auto open = [this] {
    return UniqueFd(::open(file_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, kPrivateFile));
  };
  UniqueFd fd = open();
  if (!fd) return fail_errno("cannot open the log " + file_.string(), errno);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return fail_errno("cannot examine the log", errno);
  if (info.st_size > 0 && first_data(fd.get(), info.st_size) > 0) {
    // Nobody writes now, so a file with a hole at its head is put aside as a whole.
    for (std::size_t number = bounds_.files - 1; number >= 1; --number) {
      ::rename(rotated(file_, number - 1).c_str(), rotated(file_, number).c_str());
    }
    base_ += info.st_size;
    fd = open();
    if (!fd) return fail_errno("cannot open the log " + file_.string(), errno);
    return fd;
  }
  char last = '\n';
  if (info.st_size > 0 && ::pread(fd.get(), &last, 1, info.st_size - 1) == 1 && last != '\n') {
    if (::write(fd.get(), "\n", 1) != 1) return fail_errno("cannot write the log", errno);
  }
  return fd;
}

Result<InstanceLog::Look> InstanceLog::rotate_if_needed() {
  const std::lock_guard lock(mutex_);
  struct stat info{};
  const auto kept_bytes = [&info] {
    constexpr std::int64_t kStatBlock = 512;
    return static_cast<std::uint64_t>(std::min<std::int64_t>(info.st_size, info.st_blocks * kStatBlock));
  };
  if (::stat(file_.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Look{};
    return fail_errno("cannot examine the log " + file_.string(), errno);
  }
  const auto max_bytes = static_cast<std::int64_t>(bounds_.max_bytes);
  if (info.st_size <= max_bytes || kept_bytes() <= bounds_.max_bytes) return Look{kept_bytes()};

  const UniqueFd fd(::open(file_.c_str(), O_RDWR | O_CLOEXEC));
  struct statfs system{};
  if (!fd || ::fstatfs(fd.get(), &system) != 0 || ::fstat(fd.get(), &info) != 0) {
    return fail_errno("cannot open the log " + file_.string(), errno);
  }
  const std::int64_t block = std::max<std::int64_t>(system.f_bsize, 1);
  const auto aligned = [block](std::int64_t bytes) { return bytes / block * block; };

  std::int64_t begin = first_data(fd.get(), info.st_size);
  std::int64_t kept = info.st_size - begin;
  std::int64_t all_cut = 0;
  const std::int64_t budget = max_bytes * static_cast<std::int64_t>(bounds_.files - 1);
  if (const std::int64_t excess = aligned(kept - budget - max_bytes); excess > 0 && method_ != CutMethod::Truncate) {
    // More than all files together may hold, as after a long absence: the oldest goes without a copy.
    for (std::size_t number = 1; number < bounds_.files; ++number) ::unlink(rotated(file_, number).c_str());
    if (auto cut = cut_head(fd.get(), begin, excess); !cut) return std::unexpected(cut.error());
    if (::fstat(fd.get(), &info) != 0) return fail_errno("cannot examine the log", errno);
    begin = first_data(fd.get(), info.st_size);
    kept = info.st_size - begin;
    all_cut = excess;
  }
  // Bounded: a writer that is faster than the copy is left for the next round.
  for (std::size_t round = 0; kept > max_bytes && round < bounds_.files; ++round) {
    const std::int64_t length = std::max(block, std::min(aligned(kept - 1), aligned(max_bytes)));
    if (auto done = rotate_once(fd.get(), begin, length); !done) return std::unexpected(done.error());
    if (::fstat(fd.get(), &info) != 0) return fail_errno("cannot examine the log", errno);
    begin = first_data(fd.get(), info.st_size);
    const std::int64_t before = std::exchange(kept, info.st_size - begin);
    all_cut += std::max(length, before - kept);  // truncated, it loses more than was asked for
  }
  return Look{static_cast<std::uint64_t>(kept), static_cast<std::uint64_t>(all_cut)};
}

Status InstanceLog::rotate_once(int fd, std::int64_t begin, std::int64_t length) {
  const fs::path newest = rotated(file_, 1);
  fs::path temporary = file_;
  temporary += ".copy";
  UniqueFd copy(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, kPrivateFile));
  if (!copy) return fail_errno("cannot create " + temporary.string(), errno);
  if (auto copied = copy_range(fd, begin, length, copy.get()); !copied) {
    ::unlink(temporary.c_str());
    if (copied.error().code != ErrorCode::Unavailable) return copied;
    // A full disk: what bounds the log must not need room.
    log_warn("a log is cut without keeping its head", {{"file", file_.string()}, {"reason", copied.error().message}});
    return cut_head(fd, begin, length);
  }
  crash_point("process.log.copied");
  for (std::size_t number = bounds_.files - 1; number > 1; --number) {
    ::rename(rotated(file_, number - 1).c_str(), rotated(file_, number).c_str());
  }
  if (::rename(temporary.c_str(), newest.c_str()) != 0) return fail_errno("cannot rename " + temporary.string(), errno);
  crash_point("process.log.renamed");
  if (Status cut = cut_head(fd, begin, length); cut || method_ != CutMethod::Truncate) return cut;

  struct stat info{};
  if (::fstat(fd, &info) != 0) return fail_errno("cannot examine the log", errno);
  const std::int64_t rest = begin + length;
  if (auto copied = copy_range(fd, rest, info.st_size - rest, copy.get()); !copied) return copied;
  if (::ftruncate(fd, 0) != 0) return fail_errno("cannot truncate the log " + file_.string(), errno);
  base_ += info.st_size;
  return {};
}

// Fails with CutMethod::Truncate when the file system can do neither: the caller then copies all and truncates.
Status InstanceLog::cut_head(int fd, std::int64_t begin, std::int64_t length) {
  if (method_ == CutMethod::Collapse && begin == 0) {
    if (::fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, length) == 0) {
      base_ += length;
      return {};
    }
    if (!is_unsupported(errno)) return fail_errno("cannot cut the log " + file_.string(), errno);
    method_ = CutMethod::Punch;
  }
  if (method_ != CutMethod::Truncate) {
    if (::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, begin, length) == 0) return {};
    if (!is_unsupported(errno)) return fail_errno("cannot cut the log " + file_.string(), errno);
    method_ = CutMethod::Truncate;
  }
  return fail_errno("cannot cut the log " + file_.string(), EOPNOTSUPP);
}

std::vector<InstanceLog::Piece> InstanceLog::pieces() const {
  std::vector<Piece> result;
  std::int64_t end = 0;
  for (std::size_t number = 0; number < bounds_.files; ++number) {
    Piece piece;
    piece.path = rotated(file_, number);
    const UniqueFd fd(::open(piece.path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0) {
      if (number == 0) end = base_;
      continue;
    }
    piece.file_offset = first_data(fd.get(), info.st_size);
    if (number == 0) {
      piece.begin = base_ + piece.file_offset;
      piece.end = base_ + info.st_size;
    } else {
      piece.end = end;
      piece.begin = end - (info.st_size - piece.file_offset);
    }
    end = piece.begin;
    result.push_back(std::move(piece));
  }
  std::ranges::reverse(result);
  return result;
}

Result<std::string> InstanceLog::read(std::int64_t& offset, std::size_t max_bytes) {
  const std::lock_guard lock(mutex_);
  const auto all = pieces();
  return read_locked(all, offset, max_bytes);
}

Result<std::string> InstanceLog::read_locked(const std::vector<Piece>& all, std::int64_t& offset,
                                             std::size_t max_bytes) const {
  if (all.empty()) return std::string();
  offset = std::max(offset, all.front().begin);
  // Somebody else shortened the file: its content is new.
  if (offset > all.back().end) offset = all.back().begin;
  for (const Piece& piece : all) {
    if (offset >= piece.end) continue;
    const UniqueFd fd(::open(piece.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno("cannot open the log " + piece.path.string(), errno);
    std::string content(std::min<std::size_t>(max_bytes, static_cast<std::size_t>(piece.end - offset)), '\0');
    ssize_t got = 0;
    do {
      got = ::pread(fd.get(), content.data(), content.size(), piece.file_offset + (offset - piece.begin));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail_errno("cannot read the log " + piece.path.string(), errno);
    content.resize(static_cast<std::size_t>(got));
    offset += got;
    return content;
  }
  return std::string();
}

Result<std::int64_t> InstanceLog::find_start(std::size_t lines, std::optional<WallTime> since) {
  const std::lock_guard lock(mutex_);
  const auto all = pieces();
  if (all.empty()) return base_;
  auto start = find_tail(all, lines);
  if (!start || !since) return start;
  const auto first = find_since(all, *since);
  if (!first) return first;
  return std::max(*start, *first);
}

Result<std::int64_t> InstanceLog::find_tail(const std::vector<Piece>& all, std::size_t lines) const {
  const std::int64_t oldest = all.front().begin;
  const std::int64_t end = all.back().end;
  if (lines == 0) return end;
  if (lines == std::numeric_limits<std::size_t>::max()) return oldest;
  std::size_t line_ends = 0;
  for (std::int64_t chunk_end = end; chunk_end > oldest;) {
    const std::int64_t chunk_begin = std::max<std::int64_t>(oldest, chunk_end - static_cast<std::int64_t>(kTailChunk));
    std::string chunk;
    for (std::int64_t at = chunk_begin; at < chunk_end;) {
      auto part = read_locked(all, at, static_cast<std::size_t>(chunk_end - at));
      if (!part) return std::unexpected(part.error());
      if (part->empty()) return fail(ErrorCode::Internal, "The log changed while it was read");
      chunk += *part;
    }
    for (std::size_t i = chunk.size(); i-- > 0;) {
      const std::int64_t position = chunk_begin + static_cast<std::int64_t>(i);
      // The line end that closes the log begins no line.
      if (chunk[i] == '\n' && position != end - 1 && ++line_ends == lines) return position + 1;
    }
    chunk_end = chunk_begin;
  }
  return oldest;
}

Result<std::int64_t> InstanceLog::find_since(const std::vector<Piece>& all, WallTime since) const {
  const std::int64_t end = all.back().end;
  std::int64_t at = end;
  for (const Piece& piece : all) {
    struct stat info{};
    if (::stat(piece.path.c_str(), &info) == 0 && modification_time(info) >= since) {
      at = piece.begin;
      break;
    }
  }
  // What is written without times, as by a reaction, may be newer than the last line that has one.
  std::int64_t untimed = at;
  std::string pending;
  std::int64_t pending_begin = at;
  while (at < end) {
    auto part = read_locked(all, at, kScanChunk);
    if (!part) return std::unexpected(part.error());
    if (part->empty()) break;
    pending += *part;
    std::size_t line = 0;
    for (auto line_end = pending.find('\n'); line_end != std::string::npos; line_end = pending.find('\n', line)) {
      const auto time = leading_time(std::string_view(pending).substr(line, line_end - line));
      if (time && *time >= since) return pending_begin + static_cast<std::int64_t>(line);
      line = line_end + 1;
      if (time) untimed = pending_begin + static_cast<std::int64_t>(line);
    }
    pending_begin += static_cast<std::int64_t>(line);
    pending.erase(0, line);
  }
  const auto time = leading_time(pending);
  if (time) return *time >= since ? pending_begin : end;
  return untimed;
}

std::optional<WallTime> leading_time(std::string_view line) {
  constexpr std::size_t kShortest = 19;  // 2026-01-01T00:00:00
  constexpr std::size_t kLongest = 40;
  if (line.size() < kShortest || line[4] != '-' || line[7] != '-') return std::nullopt;
  const auto end = line.substr(0, kLongest).find_first_of(" \t\r");
  const auto time = parse_rfc3339(line.substr(0, std::min(end, line.size())));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace draas::platforms::process
