#pragma once
// SQLite as Result values. A connection and its statements belong to one thread at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "base/error.hpp"

namespace draas::stores {

class Connection;

// Move-only. Values bound are not copied: they must live until reset().
class Statement {
 public:
  Statement() = default;

  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);

  // SQLITE_ROW, SQLITE_DONE or an error code.
  int step() { return sqlite3_step(handle_.get()); }
  void reset() { sqlite3_reset(handle_.get()); }
  // For a statement without rows: steps, resets.
  Status run();

  // Valid until the next step() or reset().
  std::string_view text(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }

  explicit operator bool() const { return handle_ != nullptr; }

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// Move-only. Statements must be gone before their connection.
class Connection {
 public:
  enum class Access { ReadWrite, ReadOnly };

  Connection() = default;
  // The file must exist. Sets the busy timeout and nothing else.
  static Result<Connection> open(const std::filesystem::path& path, Access access);

  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  // The first column of the first row; NotFound without a row.
  Result<std::string> query_text(std::string_view sql);
  Result<std::int64_t> query_number(std::string_view sql);

  sqlite3* handle() const { return handle_.get(); }
  void close() { handle_.reset(); }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// What the last failing call on `handle` means. The message is for clients and names no path; `internal` carries
// SQLite's own words.
Error error_of(sqlite3* handle);
Error error_of_code(int extended_code, std::string_view sqlite_message);

}  // namespace draas::stores
