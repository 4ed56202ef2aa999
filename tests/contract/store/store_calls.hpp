#pragma once
// The store's calls as a test wants to make them: commit and wait, collect changes, expect success.

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "contract/store/back_ends.hpp"
#include "contract/store/scratch.hpp"
#include "core/store/store.hpp"
#include "support/eventually.hpp"

namespace draas::tests {

inline std::future<Result<core::Commit>> start_commit(core::Store& store, core::Batch batch) {
  auto promise = std::make_shared<std::promise<Result<core::Commit>>>();
  auto future = promise->get_future();
  store.commit(std::move(batch), [promise](Result<core::Commit> result) { promise->set_value(std::move(result)); });
  return future;
}

inline Result<core::Commit> commit(core::Store& store, std::vector<core::Write> writes) {
  return start_commit(store, {std::move(writes)}).get();
}

// The version of the commit; 0 and a test failure when it fails.
inline core::Version must_commit(core::Store& store, std::vector<core::Write> writes) {
  const Result<core::Commit> done = commit(store, std::move(writes));
  if (!done) {
    ADD_FAILURE() << to_string(done.error().code) << ": " << done.error().message << " " << done.error().internal;
    return 0;
  }
  return done->version;
}

inline std::optional<core::Document> must_get(core::Store& store, std::string_view collection, std::string_view id) {
  Result<std::optional<core::Document>> found = store.get(collection, id);
  if (!found) {
    ADD_FAILURE() << to_string(found.error().code) << ": " << found.error().message;
    return std::nullopt;
  }
  return *std::move(found);
}

inline std::vector<std::string> ids_of(core::Store& store, const core::ListQuery& query) {
  const Result<std::vector<core::Document>> found = store.list(query);
  if (!found) {
    ADD_FAILURE() << to_string(found.error().code) << ": " << found.error().message;
    return {};
  }
  std::vector<std::string> ids;
  for (const core::Document& document : *found) ids.push_back(document.id);
  return ids;
}

// Collects what a watch is told. Thread-safe.
class Recorder {
 public:
  core::ChangeHandler handler() {
    return [this](const core::ChangeSet& changes) {
      const std::scoped_lock lock(mutex_);
      changes_.push_back(changes);
      arrived_.notify_all();
    };
  }
  // At least `count`; waits for them.
  std::vector<core::ChangeSet> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(30), [&] { return changes_.size() >= count; });
    return changes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<core::ChangeSet> changes_;
};

// For what must come true by itself, at a time the test cannot be told of. Fails the test after 30 s.
inline void wait_until(const std::function<bool()>& holds) {
  ASSERT_TRUE(tests::eventually(holds, std::chrono::seconds(30))) << "it never came true";
}

// A fresh store of each back end.
class StoreContract : public testing::TestWithParam<BackEnd> {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    store_.reset();
    Result<std::unique_ptr<core::Store>> opened = GetParam().open(scratch_.path());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  core::Store& store() { return *store_; }

  Scratch scratch_;
  std::unique_ptr<core::Store> store_;
};

inline std::string name_of_back_end(const testing::TestParamInfo<BackEnd>& info) { return info.param.name; }

}  // namespace draas::tests
