#include "stores/sqlite/backup.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/id.hpp"
#include "stores/sqlite/schema.hpp"

namespace draas::stores {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateDirectory = 0700;
constexpr int kAllPages = -1;

Status copy_pages(Connection& source, Connection& copy) {
  sqlite3_backup* backup = sqlite3_backup_init(copy.handle(), "main", source.handle(), "main");
  if (backup == nullptr) return std::unexpected(error_of(copy.handle()));
  // In one step, hence one read transaction: the copy is one state of the store, whatever is written meanwhile.
  const int stepped = sqlite3_backup_step(backup, kAllPages);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped == SQLITE_DONE && finished == SQLITE_OK) return {};
  if (stepped != SQLITE_DONE) return std::unexpected(error_of_code(stepped, sqlite3_errstr(stepped)));
  return std::unexpected(error_of(copy.handle()));
}

Status fill_copy(Connection& source, const fs::path& path) {
  Result<Connection> copy = Connection::open(path, Connection::Access::ReadWrite);
  if (!copy) return std::unexpected(std::move(copy).error());
  // Synced as a whole at the end.
  if (Status set = copy->execute("PRAGMA synchronous = OFF"); !set) return set;
  if (Status copied = copy_pages(source, *copy); !copied) return copied;
  // One file, without the side files of a write-ahead log: what people copy around must be complete.
  const Result<std::string> mode = copy->query_text("PRAGMA journal_mode = DELETE");
  if (!mode) return std::unexpected(mode.error());
  if (*mode != "delete") return fail(ErrorCode::Internal, "The copy kept its write-ahead log");
  return check_integrity(*copy, IntegrityCheck::Quick, path);
}

Status sync_path(const fs::path& path, int flags) {
  const UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd) return fail_errno("Cannot open '" + path.string() + "'", errno);
  if (::fsync(fd.get()) != 0) return fail_errno("Cannot sync '" + path.string() + "'", errno);
  return {};
}

}  // namespace

Status sync_file(const fs::path& path) { return sync_path(path, O_RDONLY); }

Status sync_directory_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return sync_path(parent.empty() ? fs::path(".") : parent, O_RDONLY | O_DIRECTORY);
}

Result<fs::path> copy_beside(Connection& source, const fs::path& target) {
  if (Status made = make_directories(target.parent_path(), kPrivateDirectory); !made) {
    return std::unexpected(std::move(made).error());
  }
  fs::path copy = target;
  copy.replace_filename("." + target.filename().string() + "." + random_hex(8) + ".tmp");
  {
    const UniqueFd created(::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kPrivateFile));
    if (!created) return fail_errno("Cannot create '" + copy.string() + "'", errno);
  }
  Status done = fill_copy(source, copy);
  if (done) done = sync_file(copy);
  if (done) return copy;
  ::unlink(copy.c_str());
  ::unlink((copy.string() + "-journal").c_str());
  return std::unexpected(std::move(done).error());
}

Status back_up(Connection& source, const fs::path& target) {
  std::error_code ignored;
  if (const char* own = sqlite3_db_filename(source.handle(), "main"); own && fs::equivalent(own, target, ignored)) {
    return fail(ErrorCode::InvalidArgument, "A store cannot be backed up onto itself; name another file");
  }
  if (target.filename().empty() || fs::is_directory(target, ignored)) {
    return fail(ErrorCode::InvalidArgument, "'" + target.string() + "' is a directory; name a file for the backup");
  }
  Result<fs::path> copy = copy_beside(source, target);
  if (!copy) {
    return std::unexpected(std::move(copy).error().with_context("The backup to '" + target.string() + "' failed"));
  }
  if (::rename(copy->c_str(), target.c_str()) != 0) {
    const int error = errno;
    ::unlink(copy->c_str());
    return fail_errno("Cannot rename the backup onto '" + target.string() + "'", error);
  }
  return sync_directory_of(target);
}

}  // namespace draas::stores
