#pragma once
// Tar archives in memory. Thread-safe: plain functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace draas {

struct ArchiveEntry {
  std::string path;  // relative, with '/'
  std::string content;
  std::uint32_t mode = 0644;
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  bool is_directory = false;
  WallTime time;
};

enum class Compression { None, Gzip };
Result<std::string> write_archive(const std::vector<ArchiveEntry>& entries,
                                  Compression compression = Compression::None);
// Not compressed. Files and directories; other kinds are left out. PayloadTooLarge when the files together hold more
// than `max_bytes`, InvalidArgument for what is not a tar archive.
Result<std::vector<ArchiveEntry>> read_archive(std::string_view archive, std::size_t max_bytes = 64U << 20U);

}  // namespace draas
