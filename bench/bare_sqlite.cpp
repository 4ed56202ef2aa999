#include "bare_sqlite.hpp"

#include <map>
#include <stdexcept>

#include <sqlite3.h>

#include "stores/sqlite/index_column.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::bench {
namespace {

void require(bool holds, sqlite3* handle, const char* what) {
  if (!holds) throw std::runtime_error(std::string(what) + ": " + sqlite3_errmsg(handle));
}

sqlite3_stmt* prepare(sqlite3* handle, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  require(sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr) == SQLITE_OK, handle, sql);
  return statement;
}

void execute(sqlite3* handle, const char* sql) {
  require(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK, handle, sql);
}

void bind(sqlite3_stmt* statement, int parameter, const std::string& text) {
  sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

std::string column(sqlite3_stmt* statement, int number) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, number));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, number)));
}

}  // namespace

BareSqlite::BareSqlite(const std::filesystem::path& file) {
  // The store makes the tables, so that both write the same ones.
  auto made = stores::open_sqlite_store({.path = file});
  if (!made) throw std::runtime_error(made.error().message);
  made->reset();
  require(sqlite3_open(file.c_str(), &handle_) == SQLITE_OK, handle_, "open");
  execute(handle_,
          "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536;"
          "PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY");
  put_document_ = prepare(
      handle_, "INSERT OR REPLACE INTO documents(collection, id, version, indexes, body) VALUES(?1, ?2, ?3, ?4, ?5)");
  put_index_ =
      prepare(handle_, "INSERT OR REPLACE INTO document_indexes(collection, name, value, id) VALUES(?1, ?2, ?3, ?4)");
}

BareSqlite::~BareSqlite() {
  sqlite3_finalize(put_document_);
  sqlite3_finalize(put_index_);
  sqlite3_close(handle_);
}

void BareSqlite::commit(const std::vector<Row>& rows) {
  execute(handle_, "BEGIN IMMEDIATE");
  ++version_;
  for (const Row& row : rows) put(row);
  execute(handle_, "COMMIT");
}

void BareSqlite::step(sqlite3_stmt* statement) {
  require(sqlite3_step(statement) == SQLITE_DONE, handle_, "write");
  sqlite3_reset(statement);
}

void BareSqlite::put(const Row& row) {
  bind(put_document_, 1, row.collection);
  bind(put_document_, 2, row.id);
  sqlite3_bind_int64(put_document_, 3, version_);
  bind(put_document_, 4, row.indexes);
  bind(put_document_, 5, row.body);
  step(put_document_);
  auto entries = stores::decode_indexes(row.indexes);
  if (!entries) throw std::runtime_error(entries.error().message);
  for (const core::IndexEntry& entry : *entries) {
    bind(put_index_, 1, row.collection);
    bind(put_index_, 2, entry.name);
    bind(put_index_, 3, entry.value);
    bind(put_index_, 4, row.id);
    step(put_index_);
  }
}

std::vector<std::vector<Row>> rows_by_instance(const std::filesystem::path& store_file) {
  sqlite3* handle = nullptr;
  require(sqlite3_open_v2(store_file.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK, handle, "open");
  // A commit of the control plane gives all its rows one version.
  sqlite3_stmt* read = prepare(handle, "SELECT version, collection, id, indexes, body FROM documents ORDER BY version");
  std::map<long long, std::vector<Row>> by_version;
  while (sqlite3_step(read) == SQLITE_ROW) {
    by_version[sqlite3_column_int64(read, 0)].push_back(
        {column(read, 1), column(read, 2), column(read, 3), column(read, 4)});
  }
  sqlite3_finalize(read);
  sqlite3_close(handle);
  std::vector<std::vector<Row>> batches;
  for (auto& [version, rows] : by_version) {
    const bool of_instance = std::ranges::any_of(rows, [](const Row& row) { return row.collection == "instances"; });
    if (of_instance) batches.push_back(std::move(rows));
  }
  return batches;
}

}  // namespace draas::bench
