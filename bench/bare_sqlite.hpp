#pragma once
// The limit of every durable write: SQLite alone, with the settings of the store and nobody to answer.

#include <filesystem>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace draas::bench {

// A row of the store, with its index entries.
struct Row {
  std::string collection;
  std::string id;
  std::string indexes;  // as the column has it
  std::string body;
};

class BareSqlite {
 public:
  // A new store file with the tables of the control plane's own. Throws std::runtime_error, as all of it does.
  explicit BareSqlite(const std::filesystem::path& file);
  ~BareSqlite();
  BareSqlite(const BareSqlite&) = delete;
  BareSqlite& operator=(const BareSqlite&) = delete;

  // All rows in one durable transaction.
  void commit(const std::vector<Row>& rows);

 private:
  void step(sqlite3_stmt* statement);
  void put(const Row& row);

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* put_document_ = nullptr;
  sqlite3_stmt* put_index_ = nullptr;
  long long version_ = 0;
};

// What a control plane has stored for each of its instances, in the order in which they were created, as long as they
// were not changed since. It may still run.
std::vector<std::vector<Row>> rows_by_instance(const std::filesystem::path& store_file);

}  // namespace draas::bench
