#include "stores/sqlite/reader_pool.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "stores/commit_queue.hpp"
#include "stores/sqlite/backup.hpp"
#include "stores/sqlite/index_column.hpp"

namespace draas::stores {
namespace {

// Bits of a query's shape.
constexpr std::size_t kByIndex = 1;
constexpr std::size_t kBounded = 2;
constexpr std::size_t kDescending = 4;

// The columns of every statement that reads documents.
constexpr std::string_view kColumns = "d.id, d.version, d.indexes, d.body";

std::size_t shape_of(const core::ListQuery& query) {
  return (query.index ? kByIndex : 0) | (query.before.empty() ? 0 : kBounded) | (query.descending ? kDescending : 0);
}

std::string list_sql(std::size_t shape) {
  // Ids are read in order from the key of the one table or the other; CROSS JOIN keeps the planner from turning the
  // join around and sorting.
  std::string sql = "SELECT " + std::string(kColumns);
  std::string key = "d";
  if ((shape & kByIndex) != 0) {
    key = "x";
    sql +=
        " FROM document_indexes x CROSS JOIN documents d ON d.collection = x.collection AND d.id = x.id"
        " WHERE x.collection = ?1 AND x.name = ?5 AND x.value = ?6";
  } else {
    sql += " FROM documents d WHERE d.collection = ?1";
  }
  sql += " AND " + key + ".id > ?2";
  if ((shape & kBounded) != 0) sql += " AND " + key + ".id < ?3";
  sql += " ORDER BY " + key + ".id";
  if ((shape & kDescending) != 0) sql += " DESC";
  return sql + " LIMIT ?4";
}

Result<core::Document> read_document(const Statement& row, std::string_view collection) {
  Result<std::vector<core::IndexEntry>> indexes = decode_indexes(row.text(2));
  if (!indexes) return std::unexpected(std::move(indexes).error());
  return core::Document{std::string(collection), std::string(row.text(0)), static_cast<core::Version>(row.number(1)),
                        std::string(row.text(3)), std::move(*indexes)};
}

// Resets on the way out, so that no read transaction stays open and no bound text is referred to.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

Status prepare_once(Connection& connection, Statement& statement, const std::string& sql) {
  if (statement) return {};
  Result<Statement> prepared = connection.prepare(sql);
  if (!prepared) return std::unexpected(std::move(prepared).error());
  statement = std::move(*prepared);
  return {};
}

}  // namespace

ReaderPool::ReaderPool(std::filesystem::path path, std::size_t max_readers)
    : path_(std::move(path)), max_readers_(std::max<std::size_t>(max_readers, 1)) {}

Result<std::optional<core::Document>> ReaderPool::get(std::string_view collection, std::string_view id) {
  return with_reader<std::optional<core::Document>>([&](Reader& reader) { return read(reader, collection, id); });
}

Result<std::optional<core::Document>> ReaderPool::read(Reader& reader, std::string_view collection,
                                                       std::string_view id) {
  Status prepared =
      prepare_once(reader.connection, reader.get,
                   "SELECT " + std::string(kColumns) + " FROM documents d WHERE d.collection = ?1 AND d.id = ?2");
  if (!prepared) return std::unexpected(std::move(prepared).error());
  const ResetAtEnd reset(reader.get);
  const int code = reader.get.bind(1, collection).bind(2, id).step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return std::unexpected(error_of(reader.connection.handle()));
  Result<core::Document> document = read_document(reader.get, collection);
  if (!document) return std::unexpected(std::move(document).error());
  return std::move(*document);
}

// In one transaction, which takes and gives back its locks on the file once.
Result<std::vector<std::optional<core::Document>>> ReaderPool::get_all(std::string_view collection,
                                                                       std::span<const std::string> ids) {
  using Documents = std::vector<std::optional<core::Document>>;
  return with_reader<Documents>([&](Reader& reader) -> Result<Documents> {
    if (Status begun = reader.connection.execute("BEGIN"); !begun) return std::unexpected(std::move(begun).error());
    Documents documents;
    documents.reserve(ids.size());
    for (const std::string& id : ids) {
      auto document = read(reader, collection, id);
      if (!document) return std::unexpected(std::move(document).error());
      documents.push_back(std::move(*document));
    }
    if (Status ended = reader.connection.execute("COMMIT"); !ended) return std::unexpected(std::move(ended).error());
    return documents;
  });
}

Result<std::vector<core::Document>> ReaderPool::list(const core::ListQuery& query) {
  return with_reader<std::vector<core::Document>>([&](Reader& reader) -> Result<std::vector<core::Document>> {
    const std::size_t shape = shape_of(query);
    Statement& statement = reader.lists.at(shape);
    if (Status prepared = prepare_once(reader.connection, statement, list_sql(shape)); !prepared) {
      return std::unexpected(std::move(prepared).error());
    }
    const ResetAtEnd reset(statement);
    constexpr auto kNoLimit = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    statement.bind(1, query.collection).bind(2, query.after);
    if ((shape & kBounded) != 0) statement.bind(3, query.before);
    statement.bind(4, static_cast<std::int64_t>(std::min(query.limit, kNoLimit)));
    if (query.index) statement.bind(5, query.index->name).bind(6, query.index->value);

    std::vector<core::Document> documents;
    int code = statement.step();
    for (; code == SQLITE_ROW; code = statement.step()) {
      Result<core::Document> document = read_document(statement, query.collection);
      if (!document) return std::unexpected(std::move(document).error());
      documents.push_back(std::move(*document));
    }
    if (code != SQLITE_DONE) return std::unexpected(error_of(reader.connection.handle()));
    return documents;
  });
}

Status ReaderPool::backup(const std::filesystem::path& target) {
  const Result<bool> done = with_reader<bool>([&](Reader& reader) -> Result<bool> {
    if (Status copied = back_up(reader.connection, target); !copied) return std::unexpected(std::move(copied).error());
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return {};
}

void ReaderPool::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  returned_.notify_all();
  returned_.wait(lock, [this] { return in_use_ == 0; });
  idle_.clear();
}

template <class Value, class Use>
Result<Value> ReaderPool::with_reader(const Use& use) {
  Result<std::unique_ptr<Reader>> reader = take();
  if (!reader) return std::unexpected(std::move(reader).error());
  // Given back also when `use` throws: a reader that is never returned would hold up close() for ever.
  struct Loan {
    ReaderPool& pool;
    std::unique_ptr<Reader> reader;
    bool intact = false;
    ~Loan() { pool.give_back(intact ? std::move(reader) : nullptr); }
  };
  Loan loan{*this, std::move(*reader)};
  Result<Value> value = use(*loan.reader);
  loan.intact = value.has_value();
  if (!value) note(value.error());
  return value;
}

void ReaderPool::note(const Error& error) {
  if (error.code != ErrorCode::DataLoss) return;
  const std::scoped_lock lock(mutex_);
  if (damage_.empty()) damage_ = error.message;
}

std::optional<std::string> ReaderPool::damage() const {
  const std::scoped_lock lock(mutex_);
  return damage_.empty() ? std::nullopt : std::optional(damage_);
}

void ReaderPool::release_memory() {
  const std::scoped_lock lock(mutex_);
  for (const auto& reader : idle_) sqlite3_db_release_memory(reader->connection.handle());
}

Result<std::unique_ptr<ReaderPool::Reader>> ReaderPool::take() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return closed_ || in_use_ < max_readers_; });
    if (closed_) return closed();
    idle_.reserve(max_readers_);  // so that giving one back needs no memory
    ++in_use_;
    if (!idle_.empty()) {
      std::unique_ptr<Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  Result<std::unique_ptr<Reader>> opened = open_reader();
  if (!opened) give_back(nullptr);
  return opened;
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) {
  {
    const std::scoped_lock lock(mutex_);
    --in_use_;
    if (reader) idle_.push_back(std::move(reader));
  }
  returned_.notify_all();
}

Result<std::unique_ptr<ReaderPool::Reader>> ReaderPool::open_reader() const {
  // Not read-only: a reader may have to set up the shared memory of the write-ahead log.
  Result<Connection> connection = Connection::open(path_, Connection::Access::ReadWrite);
  if (!connection) return std::unexpected(std::move(connection).error());
  if (Status set = connection->execute("PRAGMA query_only = ON; PRAGMA cache_size = -2048"); !set) {
    return std::unexpected(std::move(set).error());
  }
  auto reader = std::make_unique<Reader>();
  reader->connection = std::move(*connection);
  return reader;
}

}  // namespace draas::stores
