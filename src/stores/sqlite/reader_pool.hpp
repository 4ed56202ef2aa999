#pragma once
// The connections that read. Thread-safe: each is used by one thread at a time; when all are in use, the next waits.
// Readers see what is committed and never hold up the writer.

#include <array>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/store/store.hpp"
#include "stores/sqlite/connection.hpp"

namespace draas::stores {

class ReaderPool {
 public:
  ReaderPool(std::filesystem::path path, std::size_t max_readers);

  Result<std::optional<core::Document>> get(std::string_view collection, std::string_view id);
  // All as of one moment.
  Result<std::vector<std::optional<core::Document>>> get_all(std::string_view collection,
                                                             std::span<const std::string> ids);
  Result<std::vector<core::Document>> list(const core::ListQuery& query);
  // Copies the store as it is now to `target`.
  Status backup(const std::filesystem::path& target);

  // What idle readers keep of the file goes.
  void release_memory();

  // Waits for reads in progress; later ones fail with Cancelled.
  void close();

  // What the first read that met damage said; nothing while none did.
  std::optional<std::string> damage() const;

 private:
  struct Reader {
    Connection connection;
    Statement get;
    std::array<Statement, 8> lists;  // one per shape of query
  };
  // Takes a reader for `use` and gives it back; one that failed is closed instead, the next read opens a new one.
  template <class Value, class Use>
  Result<Value> with_reader(const Use& use);
  static Result<std::optional<core::Document>> read(Reader& reader, std::string_view collection, std::string_view id);
  Result<std::unique_ptr<Reader>> take();
  void give_back(std::unique_ptr<Reader> reader);
  void note(const Error& error);
  Result<std::unique_ptr<Reader>> open_reader() const;

  const std::filesystem::path path_;
  const std::size_t max_readers_;

  mutable std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> idle_;
  std::size_t in_use_ = 0;
  bool closed_ = false;
  std::string damage_;
};

}  // namespace draas::stores
