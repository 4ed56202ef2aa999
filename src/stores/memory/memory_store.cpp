#include "stores/memory/memory_store.hpp"

#include <map>
#include <set>
#include <shared_mutex>
#include <utility>

#include "stores/batch_overlay.hpp"
#include "stores/batch_rules.hpp"
#include "stores/commit_queue.hpp"

namespace draas::stores {
namespace {

using core::Batch;
using core::Document;
using core::ListQuery;
using core::Version;
using core::Write;

class Collection {
 public:
  const Document* find(std::string_view id) const {
    const auto found = documents_.find(id);
    return found == documents_.end() ? nullptr : &found->second;
  }

  void put(const Write& write, Version version) {
    erase(write.id);
    for (const core::IndexEntry& entry : write.indexes) index_[{entry.name, entry.value}].insert(write.id);
    documents_.emplace(write.id, Document{write.collection, write.id, version, write.body, write.indexes});
  }

  void erase(const std::string& id) {
    const auto found = documents_.find(id);
    if (found == documents_.end()) return;
    for (const core::IndexEntry& entry : found->second.indexes) {
      const auto ids = index_.find({entry.name, entry.value});
      if (ids == index_.end()) continue;  // the document names this entry twice
      ids->second.erase(id);
      if (ids->second.empty()) index_.erase(ids);
    }
    documents_.erase(found);
  }

  std::vector<Document> list(const ListQuery& query) const {
    std::vector<Document> page;
    if (!query.index) {
      walk(documents_, query, [&](const auto& entry) { page.push_back(entry.second); });
    } else if (const auto ids = index_.find({query.index->name, query.index->value}); ids != index_.end()) {
      walk(ids->second, query, [&](const std::string& id) { page.push_back(documents_.find(id)->second); });
    }
    return page;
  }

 private:
  template <class Ordered, class Visit>
  static void walk(const Ordered& ordered, const ListQuery& query, const Visit& visit) {
    const auto first = query.after.empty() ? ordered.begin() : ordered.upper_bound(query.after);
    const auto last = query.before.empty() ? ordered.end() : ordered.lower_bound(query.before);
    if (!query.before.empty() && query.after >= query.before) return;
    std::size_t left = query.limit;
    if (query.descending) {
      for (auto at = last; at != first && left > 0; --left) visit(*--at);
    } else {
      for (auto at = first; at != last && left > 0; --left) visit(*at++);
    }
  }

  std::map<std::string, Document, std::less<>> documents_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> index_;
};

class Contents final : public GroupWriter {
 public:
  std::optional<Document> get(std::string_view collection, std::string_view id) const {
    const std::shared_lock lock(mutex_);
    const Document* document = find(collection, id);
    return document ? std::optional(*document) : std::nullopt;
  }

  std::vector<Document> list(const ListQuery& query) const {
    const std::shared_lock lock(mutex_);
    const auto found = collections_.find(query.collection);
    return found == collections_.end() ? std::vector<Document>{} : found->second.list(query);
  }

  void write_group(std::span<QueuedCommit* const> group) override {
    const std::scoped_lock lock(mutex_);
    for (QueuedCommit* commit : group) {
      if (Status ok = check_expected(commit->batch); !ok) {
        commit->outcome = std::unexpected(std::move(ok).error());
        continue;
      }
      if (!commit->batch.writes.empty()) ++sequence_;
      apply(commit->batch);
      commit->outcome = core::Commit{sequence_};
    }
  }

 private:
  const Document* find(std::string_view collection, std::string_view id) const {
    const auto found = collections_.find(collection);
    return found == collections_.end() ? nullptr : found->second.find(id);
  }

  Status check_expected(const Batch& batch) const {
    BatchOverlay<Version> overlay;
    for (const Write& write : batch.writes) {
      Version found = core::kAbsent;
      if (const Version* touched = overlay.find(write)) {
        found = *touched;
      } else if (const Document* document = find(write.collection, write.id)) {
        found = document->version;
      }
      if (write.expected && *write.expected != found) return std::unexpected(stale(write, found));
      overlay.set(write, write.kind == Write::Kind::Put ? sequence_ + 1 : core::kAbsent);
    }
    return {};
  }

  void apply(const Batch& batch) {
    for (const Write& write : batch.writes) {
      Collection& collection = collections_[write.collection];
      if (write.kind == Write::Kind::Put) {
        collection.put(write, sequence_);
      } else {
        collection.erase(write.id);
      }
    }
  }

  mutable std::shared_mutex mutex_;
  std::map<std::string, Collection, std::less<>> collections_;
  Version sequence_ = 0;
};

class MemoryStore final : public core::Store {
 public:
  std::string_view kind() const override { return "memory"; }

  Result<std::optional<Document>> get(std::string_view collection, std::string_view id) override {
    if (queue_.closing()) return closed();
    return contents_.get(collection, id);
  }

  Result<std::vector<Document>> list(const ListQuery& query) override {
    if (queue_.closing()) return closed();
    return contents_.list(query);
  }

  void commit(Batch batch, core::CommitHandler handler) override { queue_.push(std::move(batch), std::move(handler)); }

  std::shared_ptr<void> watch(core::ChangeHandler handler) override { return queue_.watch(std::move(handler)); }

  core::StoreHealth health() override {
    if (queue_.closing()) return {false, "The store is closed"};
    return {true, {}};
  }

  Status backup(const std::filesystem::path&) override {
    return fail(ErrorCode::Unprocessable,
                "The memory store has nothing to back up: it keeps its documents until the program ends. Run with "
                "the sqlite store to keep them");
  }

  void close() override { queue_.close(); }

 private:
  Contents contents_;
  CommitQueue queue_{contents_, GroupLimits{}};
};

}  // namespace

std::unique_ptr<core::Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace draas::stores
