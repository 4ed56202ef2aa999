#pragma once
// Where state lives: versioned documents in named collections.
//
// Everything durable is a document: instance, configuration revision, runtime record, event, port lease. A back end
// implements this one interface; tests/contract/store holds all of them to the same suite.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace draas::core {

// A version is the sequence number of the commit that wrote the document: it grows with every change and is never
// reused, also after a delete and re-create.
using Version = std::uint64_t;
inline constexpr Version kAbsent = 0;

struct IndexEntry {
  std::string name;  // e.g. "instance"
  std::string value;

  bool operator==(const IndexEntry&) const = default;
};

struct Document {
  std::string collection;
  std::string id;
  Version version = kAbsent;
  std::string body;  // JSON text; the store does not look inside
  std::vector<IndexEntry> indexes;
};

struct Write {
  enum class Kind { Put, Delete };
  Kind kind = Kind::Put;
  std::string collection;
  std::string id;
  std::string body;
  std::vector<IndexEntry> indexes;
  // nullopt: whatever is there; kAbsent: must not exist; else: must have exactly this version.
  std::optional<Version> expected;

  static Write put(std::string collection, std::string id, std::string body, std::vector<IndexEntry> indexes = {},
                   std::optional<Version> expected = std::nullopt);
  static Write erase(std::string collection, std::string id, std::optional<Version> expected = std::nullopt);
};

// Applied as a whole or not at all.
struct Batch {
  std::vector<Write> writes;
};

struct Commit {
  Version version = 0;  // of every document in the batch
};

// Called exactly once, from a thread of the store: only post to your own loop from it.
using CommitHandler = std::function<void(Result<Commit>)>;

struct ListQuery {
  std::string collection;
  std::optional<IndexEntry> index;  // only documents that carry it
  std::string after;                // only ids greater than this (byte order)
  std::string before;               // only ids less than this; "" = no bound
  std::size_t limit = 1000;
  bool descending = false;
};

// What a committed batch changed, in commit order. Put and Delete as written.
struct ChangeSet {
  Version version = 0;
  std::vector<Write> writes;
};
using ChangeHandler = std::function<void(const ChangeSet&)>;

struct StoreHealth {
  bool ready = false;
  std::string reason;  // why not, and the way out
};

// Thread-safe. get() and list() may block on I/O: call them at start-up or from a worker pool, never on a loop.
class Store {
 public:
  virtual ~Store() = default;

  // "sqlite", "memory" ...
  virtual std::string_view kind() const = 0;

  virtual Result<std::optional<Document>> get(std::string_view collection, std::string_view id) = 0;
  // One for each id, in their order, as of one moment or of several. A back end may make it cheaper than so many get().
  virtual Result<std::vector<std::optional<Document>>> get_all(std::string_view collection,
                                                               std::span<const std::string> ids);
  // In id order.
  virtual Result<std::vector<Document>> list(const ListQuery& query) = 0;

  // Calls `handler` once the batch is durable. PreconditionFailed when an expected version does not hold (nothing is
  // written then; the message names the document); Unavailable when it could not be made durable. Batches that wait
  // together are committed together; each stands or falls alone. Never blocks.
  virtual void commit(Batch batch, CommitHandler handler) = 0;

  // Hands every later change to `handler`, in order, from a thread of the store. The token ends it; its destructor
  // waits for a call in progress.
  virtual std::shared_ptr<void> watch(ChangeHandler handler) = 0;

  virtual StoreHealth health() = 0;

  // Writes a consistent copy while in use. Unprocessable where a back end has no such thing.
  virtual Status backup(const std::filesystem::path& target) = 0;

  // Finishes queued commits and closes. Later calls fail with Cancelled.
  virtual void close() = 0;
};

}  // namespace draas::core
