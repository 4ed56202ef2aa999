#pragma once
// A store before another one, which fails when it is told to. Thread-safe.

#include <atomic>

#include "core/store/store.hpp"

namespace draas::tests {

// Refuses as many commits as it is told to, as a full disk does.
class RefusingStore final : public core::Store {
 public:
  explicit RefusingStore(core::Store& store) : store_(store) {}
  void refuse(int commits) { refusals_ = commits; }

  std::string_view kind() const override { return store_.kind(); }
  Result<std::optional<core::Document>> get(std::string_view collection, std::string_view id) override {
    return store_.get(collection, id);
  }
  Result<std::vector<core::Document>> list(const core::ListQuery& query) override { return store_.list(query); }
  void commit(core::Batch batch, core::CommitHandler handler) override {
    if (refusals_-- > 0) {
      auto refused = fail(ErrorCode::Unavailable, "The disk is full");
      refused.error().retryable = true;
      return handler(std::move(refused));
    }
    store_.commit(std::move(batch), std::move(handler));
  }
  std::shared_ptr<void> watch(core::ChangeHandler handler) override { return store_.watch(std::move(handler)); }
  core::StoreHealth health() override { return store_.health(); }
  Status backup(const std::filesystem::path& target) override { return store_.backup(target); }
  void close() override { store_.close(); }

 private:
  core::Store& store_;
  std::atomic<int> refusals_ = 0;
};

}  // namespace draas::tests
