#include "cli/tar_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include <zlib.h>

#include "base/files.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kBlock = 512;
constexpr mode_t kPrivate = 0600;

// The fields of a header and where they are (POSIX.1-2001, ustar interchange format).
constexpr std::size_t kMode = 100;
constexpr std::size_t kUser = 108;
constexpr std::size_t kGroup = 116;
constexpr std::size_t kSize = 124;
constexpr std::size_t kTime = 136;
constexpr std::size_t kChecksum = 148;
constexpr std::size_t kType = 156;
constexpr std::size_t kMagic = 257;

using Header = std::array<char, kBlock>;

void put_octal(Header& header, std::size_t at, int digits, unsigned long value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%0*lo", digits, value);
  std::memcpy(header.data() + at, text.data(), static_cast<std::size_t>(digits));
}

Result<std::string> gzip(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  constexpr int kMemory = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(ErrorCode::Internal, "The archive cannot be compressed");
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return fail(ErrorCode::Internal, "The archive cannot be compressed");
  return out;
}

}  // namespace

void TarFile::add(const std::string& name, std::string_view content, long unix_time) {
  Header header{};
  std::memcpy(header.data(), name.data(), std::min<std::size_t>(name.size(), kMode));
  put_octal(header, kMode, 7, kPrivate);
  put_octal(header, kUser, 7, 0);
  put_octal(header, kGroup, 7, 0);
  put_octal(header, kSize, 11, content.size());
  put_octal(header, kTime, 11, static_cast<unsigned long>(unix_time));
  header[kType] = '0';
  std::memcpy(header.data() + kMagic,
              "ustar\0"
              "00",
              8);
  // The sum of all bytes, with blanks in its own place.
  std::fill_n(header.begin() + kChecksum, 8, ' ');
  unsigned long sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put_octal(header, kChecksum, 6, sum);
  header[kChecksum + 6] = '\0';
  blocks_.append(header.data(), header.size());
  blocks_ += content;
  blocks_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
}

Status TarFile::close() {
  blocks_.append(2 * kBlock, '\0');
  auto compressed = gzip(blocks_);
  if (!compressed) return std::unexpected(std::move(compressed.error()));
  return write_file(path_, *compressed, kPrivate, Durability::Atomic);
}

}  // namespace draas::cli
