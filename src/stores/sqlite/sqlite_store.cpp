#include "stores/sqlite/sqlite_store.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/log.hpp"
#include "stores/sqlite/backup.hpp"
#include "stores/sqlite/file_lock.hpp"
#include "stores/sqlite/reader_pool.hpp"
#include "stores/sqlite/sqlite_writer.hpp"

namespace draas::stores {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kOthers = 0077;

class SqliteStore final : public core::Store {
 public:
  SqliteStore(std::unique_ptr<ReaderPool> readers, std::unique_ptr<SqliteWriter> writer, const GroupLimits& limits)
      : readers_(std::move(readers)), writer_(std::move(writer)), queue_(*writer_, limits) {}

  std::string_view kind() const override { return "sqlite"; }

  Result<std::optional<core::Document>> get(std::string_view collection, std::string_view id) override {
    if (queue_.closing()) return closed();
    return readers_->get(collection, id);
  }

  Result<std::vector<std::optional<core::Document>>> get_all(std::string_view collection,
                                                             std::span<const std::string> ids) override {
    if (queue_.closing()) return closed();
    return readers_->get_all(collection, ids);
  }

  Result<std::vector<core::Document>> list(const core::ListQuery& query) override {
    if (queue_.closing()) return closed();
    return readers_->list(query);
  }

  void commit(core::Batch batch, core::CommitHandler handler) override {
    queue_.push(std::move(batch), std::move(handler));
  }

  std::shared_ptr<void> watch(core::ChangeHandler handler) override { return queue_.watch(std::move(handler)); }

  core::StoreHealth health() override {
    if (queue_.closing()) return {false, "The store is closed"};
    return writer_->health();
  }

  Status backup(const fs::path& target) override {
    if (queue_.closing()) return closed();
    return readers_->backup(target);
  }

  void close() override { queue_.close(); }

 private:
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<SqliteWriter> writer_;
  CommitQueue queue_;  // last: its thread uses the others
};

// Private before SQLite sees it: the log and the shared memory take their mode from the file.
Status prepare_file(const fs::path& path) {
  struct stat info{};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  struct stat log{};
  const bool has_log = ::stat((path.string() + "-wal").c_str(), &log) == 0 && log.st_size > 0;
  if ((!exists || info.st_size == 0) && has_log) {
    // SQLite would take the log for a left-over of another file and delete it.
    return std::unexpected(damaged(path, "the file is missing or empty, but its log '" + path.string() +
                                             "-wal' is there; if the file was moved, move it back"));
  }
  if (exists && !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::InvalidArgument, "'" + path.string() + "' is not a file");
  }
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile));
  if (!fd) return fail_errno("Cannot open the store '" + path.string() + "' for writing", errno);
  if (exists && (info.st_mode & kOthers) != 0 && ::fchmod(fd.get(), kPrivateFile) != 0) {
    log_warn("store file is open to others and belongs to another user", {{"path", path.string()}});
  }
  return {};
}

Status configure(Connection& connection) {
  // The log is folded into the file every 4,000 pages (16 MiB), by the commit that reaches the mark.
  Status set = connection.execute("PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY");
  if (!set) return set;
  const Result<std::string> mode = connection.query_text("PRAGMA journal_mode = WAL");
  if (!mode) return std::unexpected(mode.error());
  if (*mode != "wal") {
    return fail(ErrorCode::Unavailable,
                "its file system does not support a write-ahead log (shared memory); keep the "
                "store on a local disk");
  }
  return connection.execute(
      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;"
      "PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF");
}

// An upgrade cannot be undone by the older program: keep what it could read.
Status keep_older_schema(Connection& connection, const fs::path& path) {
  const Result<int> version = schema_version(connection);
  if (!version) return std::unexpected(version.error());
  if (*version == 0 || *version >= known_migrations().back().version) return {};
  const fs::path kept = path.string() + ".schema-" + std::to_string(*version);
  log_info("store is upgraded; the former one is kept", {{"path", kept.string()}, {"schemaVersion", *version}});
  return back_up(connection, kept);
}

Result<Connection> open_connection(const SqliteOptions& options) {
  Result<Connection> connection = Connection::open(options.path, Connection::Access::ReadWrite);
  if (!connection) return connection;
  Status ready = configure(*connection);
  if (ready) ready = check_integrity(*connection, options.integrity_check, options.path);
  if (ready) ready = keep_older_schema(*connection, options.path);
  if (ready) ready = migrate(*connection, known_migrations());
  if (!ready) return std::unexpected(std::move(ready).error());
  return connection;
}

std::unexpected<Error> cannot_open(const fs::path& path, Error error) {
  // Errors that speak of the file already are passed on as they are.
  if (error.message.find(path.string()) != std::string::npos) return std::unexpected(std::move(error));
  return std::unexpected(opening(path, std::move(error)));
}

}  // namespace

Result<std::unique_ptr<core::Store>> open_sqlite_store(const SqliteOptions& options) {
  std::error_code ignored;
  const fs::path path = fs::absolute(options.path, ignored);
  SqliteOptions absolute = options;
  absolute.path = path;
  if (Status made = make_directories(path.parent_path(), kPrivateDirectory); !made) {
    return cannot_open(path, std::move(made).error());
  }
  Result<FileLock> lock = FileLock::acquire(path);
  if (!lock) return cannot_open(path, std::move(lock).error());
  if (Status prepared = prepare_file(path); !prepared) return cannot_open(path, std::move(prepared).error());
  Result<Connection> connection = open_connection(absolute);
  if (!connection) return cannot_open(path, std::move(connection).error());
  if (Status synced = sync_directory_of(path); !synced) return cannot_open(path, std::move(synced).error());

  auto readers = std::make_unique<ReaderPool>(path, options.max_readers);
  Result<std::unique_ptr<SqliteWriter>> writer = SqliteWriter::create(
      std::move(*connection), std::move(*lock), *readers, path, {options.probe_interval, options.rest_after});
  if (!writer) return cannot_open(path, std::move(writer).error());
  return std::make_unique<SqliteStore>(std::move(readers), std::move(*writer), options.group);
}

}  // namespace draas::stores
