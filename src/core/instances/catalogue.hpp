#pragma once
// All instances as readers see them, in id order (ids sort by creation). Immutable; a change shares all but one chunk
// with its predecessor, so that publishing one of 100,000 instances stays cheap.
//
// Writers: the control loop alone. Readers: any thread, through CatalogueCell.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/instances/selector.hpp"
#include "core/model/instance.hpp"

namespace draas::core {

class Catalogue {
 public:
  InstanceViewPtr find(std::string_view id) const;
  std::size_t size() const { return size_; }
  // Grows with every change of anything in it.
  std::uint64_t version() const { return version_; }
  // In id order, from the first id greater than `after`; stops when `visit` returns false.
  void for_each(std::string_view after, const std::function<bool(const InstanceViewPtr&)>& visit) const;

  // The JSON array of all instances, made on first use and shared by all readers of this version.
  std::shared_ptr<const std::string> list_body() const;

  struct Page {
    std::shared_ptr<const std::string> body;  // the JSON array
    std::string continue_after;               // "" on the last page
  };
  // Up to `limit` instances behind `after`. Those who poll ask for the same few pages, so the last ones that were asked
  // for are kept, and shared by all readers of this version.
  std::shared_ptr<const Page> page(std::size_t limit, std::string_view after) const;

  // New ones and newer ones; each id once.
  std::shared_ptr<const Catalogue> with(std::vector<InstanceViewPtr> views) const;
  std::shared_ptr<const Catalogue> without(std::string_view id) const;
  // For start-up: all at once; any order.
  static std::shared_ptr<const Catalogue> of(std::vector<InstanceViewPtr> views);

 private:
  using Chunk = std::vector<InstanceViewPtr>;
  static constexpr std::size_t kChunkSize = 256;
  std::size_t chunk_of(std::string_view id) const;
  static Chunk merged(const Chunk& chunk, std::span<const InstanceViewPtr> newer);
  void append(const Chunk& chunk);  // in parts where it is too large

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::size_t size_ = 0;
  std::uint64_t version_ = 1;
  mutable std::once_flag list_once_;
  mutable std::shared_ptr<const std::string> list_body_;

  struct KeptPage {
    std::size_t limit = 0;
    std::string after;
    std::shared_ptr<const Page> page;
  };
  mutable std::mutex pages_mutex_;
  mutable std::vector<KeptPage> pages_;
  mutable std::size_t next_kept_ = 0;
};
using CataloguePtr = std::shared_ptr<const Catalogue>;

// The current catalogue, published by the control loop and read by every thread. With a lock of its own: that of
// libstdc++ 12's atomic shared pointer is given back by readers with relaxed order, which is too weak for some
// processors.
class CatalogueCell {
 public:
  CatalogueCell() : current_(std::make_shared<const Catalogue>()) {}
  CataloguePtr load() const {
    const std::scoped_lock lock(mutex_);
    return current_;
  }
  void store(CataloguePtr next) {
    const std::scoped_lock lock(mutex_);
    current_.swap(next);  // what was there is given up behind the lock
  }

 private:
  mutable std::mutex mutex_;
  CataloguePtr current_;
};

struct ListFilter {
  Selector selector;
  std::vector<InstanceStatus> statuses;  // empty = any
  std::string platform;                  // "" = any; compared without case
  std::string name;                      // "" = any; substring, or with `*` a pattern; without case
  bool empty() const { return selector.empty() && statuses.empty() && platform.empty() && name.empty(); }
  bool matches(const InstanceView& view) const;
};

struct InstancePage {
  std::vector<InstanceViewPtr> items;
  std::size_t total = 0;       // of all that match, over all pages
  std::string continue_after;  // "" on the last page
};

// `limit` 0 = all.
InstancePage list_instances(const Catalogue& catalogue, const ListFilter& filter, std::size_t limit,
                            std::string_view after);
// "[" elements joined by "," "]".
std::string join_bodies(const std::vector<InstanceViewPtr>& items);

}  // namespace draas::core
