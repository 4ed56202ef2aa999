#include "base/archive.hpp"

#include <array>
#include <memory>

#include <archive.h>
#include <archive_entry.h>

namespace draas {
namespace {

struct WriterEnd {
  void operator()(::archive* archive) const { ::archive_write_free(archive); }
};
struct ReaderEnd {
  void operator()(::archive* archive) const { ::archive_read_free(archive); }
};
struct EntryEnd {
  void operator()(::archive_entry* entry) const { ::archive_entry_free(entry); }
};
using Writer = std::unique_ptr<::archive, WriterEnd>;
using Reader = std::unique_ptr<::archive, ReaderEnd>;
using Entry = std::unique_ptr<::archive_entry, EntryEnd>;

std::unexpected<Error> failure(ErrorCode code, std::string_view what, ::archive* archive) {
  auto failed = fail(code, std::string(what));
  const char* text = ::archive_error_string(archive);
  if (text != nullptr) failed.error().internal = text;
  return failed;
}

la_ssize_t append(::archive*, void* out, const void* data, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

Result<std::string> write_archive(const std::vector<ArchiveEntry>& entries, Compression compression) {
  std::string out;
  const Writer writer(::archive_write_new());
  constexpr std::string_view kWhat = "A tar archive could not be written";
  if (!writer || ::archive_write_set_format_pax_restricted(writer.get()) != ARCHIVE_OK ||
      (compression == Compression::Gzip && (::archive_write_add_filter_gzip(writer.get()) != ARCHIVE_OK ||
                                            ::archive_write_set_bytes_in_last_block(writer.get(), 1) != ARCHIVE_OK)) ||
      ::archive_write_open(writer.get(), &out, nullptr, &append, nullptr) != ARCHIVE_OK) {
    return failure(ErrorCode::Internal, kWhat, writer.get());
  }
  for (const ArchiveEntry& file : entries) {
    const Entry entry(::archive_entry_new());
    ::archive_entry_set_pathname(entry.get(), file.path.c_str());
    ::archive_entry_set_filetype(entry.get(), file.is_directory ? AE_IFDIR : AE_IFREG);
    ::archive_entry_set_perm(entry.get(), file.mode);
    ::archive_entry_set_uid(entry.get(), file.user);
    ::archive_entry_set_gid(entry.get(), file.group);
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.is_directory ? 0 : file.content.size()));
    ::archive_entry_set_mtime(
        entry.get(), std::chrono::duration_cast<std::chrono::seconds>(file.time.time_since_epoch()).count(), 0);
    if (::archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK) {
      return failure(ErrorCode::Internal, kWhat, writer.get());
    }
    if (file.is_directory || file.content.empty()) continue;
    const la_ssize_t written = ::archive_write_data(writer.get(), file.content.data(), file.content.size());
    if (written != static_cast<la_ssize_t>(file.content.size())) {
      return failure(ErrorCode::Internal, kWhat, writer.get());
    }
  }
  if (::archive_write_close(writer.get()) != ARCHIVE_OK) return failure(ErrorCode::Internal, kWhat, writer.get());
  return out;
}

Result<std::vector<ArchiveEntry>> read_archive(std::string_view archive, std::size_t max_bytes) {
  constexpr std::string_view kWhat = "This is not a tar archive";
  const Reader reader(::archive_read_new());
  if (!reader || ::archive_read_support_format_tar(reader.get()) != ARCHIVE_OK ||
      ::archive_read_open_memory(reader.get(), archive.data(), archive.size()) != ARCHIVE_OK) {
    return failure(ErrorCode::InvalidArgument, kWhat, reader.get());
  }
  std::vector<ArchiveEntry> entries;
  std::size_t total = 0;
  for (;;) {
    ::archive_entry* entry = nullptr;
    const int next = ::archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) return entries;
    if (next != ARCHIVE_OK) return failure(ErrorCode::InvalidArgument, kWhat, reader.get());
    const auto type = ::archive_entry_filetype(entry);
    if (type != AE_IFREG && type != AE_IFDIR) continue;
    ArchiveEntry file;
    const char* path = ::archive_entry_pathname(entry);
    file.path = path != nullptr ? path : "";
    file.mode = ::archive_entry_perm(entry);
    file.user = static_cast<std::uint32_t>(::archive_entry_uid(entry));
    file.group = static_cast<std::uint32_t>(::archive_entry_gid(entry));
    file.is_directory = type == AE_IFDIR;
    file.time = WallTime(std::chrono::seconds(::archive_entry_mtime(entry)));
    std::array<char, 64U << 10U> buffer{};
    for (;;) {
      const la_ssize_t got = ::archive_read_data(reader.get(), buffer.data(), buffer.size());
      if (got < 0) return failure(ErrorCode::InvalidArgument, kWhat, reader.get());
      if (got == 0) break;
      total += static_cast<std::size_t>(got);
      if (total > max_bytes) return fail(ErrorCode::PayloadTooLarge, "The archive holds more than fits");
      file.content.append(buffer.data(), static_cast<std::size_t>(got));
    }
    entries.push_back(std::move(file));
  }
}

}  // namespace draas
