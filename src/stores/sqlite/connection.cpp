#include "stores/sqlite/connection.hpp"

namespace draas::stores {
namespace {

// Only programs from outside (a backup script, a shell) can hold the file: the store itself never contends.
constexpr int kBusyTimeoutMs = 5000;

Error make_error(ErrorCode code, std::string message, bool retryable) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.retryable = retryable;
  return error;
}

Error classify(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return make_error(ErrorCode::Unavailable,
                        "The disk that holds the store is full. Free some space: the store goes on by itself", true);
    case SQLITE_IOERR:
      return make_error(ErrorCode::Unavailable,
                        "The disk that holds the store fails to read or write. Look into the kernel's log; the store "
                        "goes on by itself when the disk does",
                        true);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return make_error(ErrorCode::Unavailable,
                        "Another program keeps the store's file locked. End it; the store goes on by itself", true);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return make_error(ErrorCode::Unavailable,
                        "The store's file cannot be opened for writing. Check the owner and mode of the file and of "
                        "its directory, and that the file system is not mounted read-only",
                        true);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return make_error(ErrorCode::DataLoss,
                        "The store's file is damaged. Stop the control plane and restore a backup with `draas store "
                        "restore`",
                        false);
    case SQLITE_TOOBIG:
      return make_error(ErrorCode::PayloadTooLarge, "A document is too large for the store", false);
    case SQLITE_NOMEM:
      return make_error(ErrorCode::ResourceExhausted, "The store has no memory left", true);
    default:
      return make_error(ErrorCode::Internal, "The store failed unexpectedly", false);
  }
}

}  // namespace

Error error_of_code(int extended_code, std::string_view sqlite_message) {
  Error error = classify(extended_code);
  error.internal = "SQLite error " + std::to_string(extended_code) + ": " + std::string(sqlite_message);
  return error;
}

Error error_of(sqlite3* handle) {
  Error error = error_of_code(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
  if (const int system = sqlite3_system_errno(handle); system != 0) {
    error.internal += " (errno " + std::to_string(system) + ")";
  }
  return error;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // SQLite takes a null pointer for NULL; an empty view may carry one.
  const char* data = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text64(handle_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), parameter, number);
  return *this;
}

Status Statement::run() {
  const int code = step();
  if (code == SQLITE_DONE || code == SQLITE_ROW) {
    reset();
    return {};
  }
  Error error = error_of(sqlite3_db_handle(handle_.get()));
  reset();
  return std::unexpected(std::move(error));
}

std::string_view Statement::text(int column) const {
  const auto* data = sqlite3_column_text(handle_.get(), column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Result<Connection> Connection::open(const std::filesystem::path& path, Access access) {
  const int mode = access == Access::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection;
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) {
    return std::unexpected(handle ? error_of(handle) : error_of_code(code, sqlite3_errstr(code)));
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return connection;
}

Status Connection::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(error_of(handle()));
  }
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
    return std::unexpected(error_of(handle()));
  }
  return Statement(statement);
}

Result<std::string> Connection::query_text(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement).error());
  const int code = statement->step();
  if (code == SQLITE_ROW) return std::string(statement->text(0));
  if (code == SQLITE_DONE) return fail(ErrorCode::NotFound, "The store has no answer to its own question");
  return std::unexpected(error_of(handle()));
}

Result<std::int64_t> Connection::query_number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement).error());
  const int code = statement->step();
  if (code == SQLITE_ROW) return statement->number(0);
  if (code == SQLITE_DONE) return fail(ErrorCode::NotFound, "The store has no answer to its own question");
  return std::unexpected(error_of(handle()));
}

}  // namespace draas::stores
