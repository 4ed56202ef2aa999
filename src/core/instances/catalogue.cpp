#include "core/instances/catalogue.hpp"

#include <algorithm>

#include "net/text.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kKeptPages = 8;
constexpr std::size_t kMaxKeptPageBytes = 256U << 10U;

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), net::to_lower);
  return out;
}

// `*` stands for any run of characters; both sides in lower case.
bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool id_less(const InstanceViewPtr& view, std::string_view id) { return view->id < id; }

}  // namespace

// The chunk that holds `id`, or would: the last one whose first id is not greater.
std::size_t Catalogue::chunk_of(std::string_view id) const {
  auto above = std::ranges::upper_bound(chunks_, id, std::less<>{}, [](const std::shared_ptr<const Chunk>& chunk) {
    return std::string_view(chunk->front()->id);
  });
  return above == chunks_.begin() ? 0 : static_cast<std::size_t>(above - chunks_.begin()) - 1;
}

InstanceViewPtr Catalogue::find(std::string_view id) const {
  if (chunks_.empty()) return nullptr;
  const Chunk& chunk = *chunks_[chunk_of(id)];
  auto found = std::lower_bound(chunk.begin(), chunk.end(), id, id_less);
  return found != chunk.end() && (*found)->id == id ? *found : nullptr;
}

void Catalogue::for_each(std::string_view after, const std::function<bool(const InstanceViewPtr&)>& visit) const {
  if (chunks_.empty()) return;
  for (std::size_t c = chunk_of(after); c < chunks_.size(); ++c) {
    const Chunk& chunk = *chunks_[c];
    auto begin = std::lower_bound(chunk.begin(), chunk.end(), after, id_less);
    if (!after.empty() && begin != chunk.end() && (*begin)->id == after) ++begin;
    for (auto view = begin; view != chunk.end(); ++view) {
      if (!visit(*view)) return;
    }
  }
}

std::shared_ptr<const std::string> Catalogue::list_body() const {
  std::call_once(list_once_, [this] {
    std::string out = "[";
    std::size_t bytes = 2;
    for (const auto& chunk : chunks_) {
      for (const auto& view : *chunk) bytes += view->body.size() + 1;
    }
    out.reserve(bytes);
    for (const auto& chunk : chunks_) {
      for (const auto& view : *chunk) {
        if (out.size() > 1) out += ',';
        out += view->body;
      }
    }
    out += ']';
    list_body_ = std::make_shared<const std::string>(std::move(out));
  });
  return list_body_;
}

std::shared_ptr<const Catalogue::Page> Catalogue::page(std::size_t limit, std::string_view after) const {
  const auto asked_for = [&](const KeptPage& kept) { return kept.limit == limit && kept.after == after; };
  {
    const std::scoped_lock lock(pages_mutex_);
    if (const auto kept = std::ranges::find_if(pages_, asked_for); kept != pages_.end()) return kept->page;
  }
  const InstancePage found = list_instances(*this, ListFilter{}, limit, after);
  auto made =
      std::make_shared<const Page>(std::make_shared<const std::string>(join_bodies(found.items)), found.continue_after);
  if (made->body->size() > kMaxKeptPageBytes) return made;
  const std::scoped_lock lock(pages_mutex_);
  if (std::ranges::any_of(pages_, asked_for)) return made;
  KeptPage kept{limit, std::string(after), made};
  if (pages_.size() < kKeptPages) {
    pages_.push_back(std::move(kept));
  } else {
    pages_[next_kept_++ % kKeptPages] = std::move(kept);
  }
  return made;
}

// Both in id order; where both have an id, the newer one.
Catalogue::Chunk Catalogue::merged(const Chunk& chunk, std::span<const InstanceViewPtr> newer) {
  Chunk all;
  all.reserve(chunk.size() + newer.size());
  auto old = chunk.begin();
  for (const InstanceViewPtr& view : newer) {
    const auto place = std::lower_bound(old, chunk.end(), std::string_view(view->id), id_less);
    all.insert(all.end(), old, place);
    all.push_back(view);
    old = place != chunk.end() && (*place)->id == view->id ? std::next(place) : place;
  }
  all.insert(all.end(), old, chunk.end());
  return all;
}

void Catalogue::append(const Chunk& chunk) {
  const std::size_t parts = (chunk.size() + kChunkSize - 1) / kChunkSize;
  for (std::size_t part = 0; part < parts; ++part) {
    const auto at = [&](std::size_t end) {
      return chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() * end / parts);
    };
    chunks_.push_back(std::make_shared<const Chunk>(at(part), at(part + 1)));
  }
}

std::shared_ptr<const Catalogue> Catalogue::with(std::vector<InstanceViewPtr> views) const {
  std::ranges::sort(views, {}, [](const InstanceViewPtr& view) -> const std::string& { return view->id; });
  auto next = std::make_shared<Catalogue>();
  next->version_ = version_ + 1;
  next->chunks_.reserve(chunks_.size() + 1);
  next->size_ = size_;
  if (chunks_.empty()) {
    next->append(views);
    next->size_ = views.size();
    return next;
  }
  auto chunk = chunks_.begin();
  for (auto view = views.begin(); view != views.end();) {
    const auto place = chunks_.begin() + static_cast<std::ptrdiff_t>(chunk_of((*view)->id));
    next->chunks_.insert(next->chunks_.end(), chunk, place);
    chunk = std::next(place);
    const auto end = chunk == chunks_.end()
                         ? views.end()
                         : std::lower_bound(view, views.end(), std::string_view((*chunk)->front()->id), id_less);
    Chunk changed = merged(**place, {view, end});
    next->size_ += changed.size() - (*place)->size();
    if (changed.size() <= kChunkSize) {
      next->chunks_.push_back(std::make_shared<const Chunk>(std::move(changed)));
    } else {
      next->append(changed);
    }
    view = end;
  }
  next->chunks_.insert(next->chunks_.end(), chunk, chunks_.end());
  return next;
}

std::shared_ptr<const Catalogue> Catalogue::without(std::string_view id) const {
  auto next = std::make_shared<Catalogue>();
  next->chunks_ = chunks_;
  next->version_ = version_ + 1;
  next->size_ = size_;
  if (chunks_.empty()) return next;
  const std::size_t at = chunk_of(id);
  Chunk chunk = *chunks_[at];
  auto place = std::lower_bound(chunk.begin(), chunk.end(), id, id_less);
  if (place == chunk.end() || (*place)->id != id) return next;
  chunk.erase(place);
  --next->size_;
  if (chunk.empty()) {
    next->chunks_.erase(next->chunks_.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    next->chunks_[at] = std::make_shared<const Chunk>(std::move(chunk));
  }
  return next;
}

std::shared_ptr<const Catalogue> Catalogue::of(std::vector<InstanceViewPtr> views) {
  std::ranges::sort(views, {}, [](const InstanceViewPtr& view) -> const std::string& { return view->id; });
  auto catalogue = std::make_shared<Catalogue>();
  catalogue->size_ = views.size();
  constexpr std::size_t kFill = kChunkSize / 2;  // room to grow before the first split
  for (std::size_t at = 0; at < views.size(); at += kFill) {
    const std::size_t end = std::min(at + kFill, views.size());
    catalogue->chunks_.push_back(std::make_shared<const Chunk>(views.begin() + static_cast<std::ptrdiff_t>(at),
                                                               views.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  return catalogue;
}

bool ListFilter::matches(const InstanceView& view) const {
  if (!statuses.empty() && std::ranges::find(statuses, view.status) == statuses.end()) return false;
  if (!platform.empty() && !net::equals_ignoring_case(platform, view.platform)) return false;
  if (!name.empty()) {
    const std::string pattern = lowered(name);
    const std::string text = lowered(view.name);
    const bool hit = pattern.find('*') != std::string::npos ? matches_pattern(text, pattern)
                                                            : text.find(pattern) != std::string::npos;
    if (!hit) return false;
  }
  return selector.matches(view.metadata);
}

InstancePage list_instances(const Catalogue& catalogue, const ListFilter& filter, std::size_t limit,
                            std::string_view after) {
  InstancePage page;
  const bool everything = filter.empty();
  bool more = false;
  auto take = [&](const InstanceViewPtr& view) {
    if (limit != 0 && page.items.size() == limit) {
      more = true;
      return;
    }
    page.items.push_back(view);
  };
  if (everything) {
    page.total = catalogue.size();
    catalogue.for_each(after, [&](const InstanceViewPtr& view) {
      take(view);
      return !more;
    });
  } else {
    catalogue.for_each("", [&](const InstanceViewPtr& view) {
      if (!filter.matches(*view)) return true;
      ++page.total;
      if (after.empty() || view->id > after) take(view);
      return true;
    });
  }
  if (more) page.continue_after = page.items.back()->id;
  return page;
}

std::string join_bodies(const std::vector<InstanceViewPtr>& items) {
  std::size_t bytes = 2;
  for (const auto& view : items) bytes += view->body.size() + 1;
  std::string out;
  out.reserve(bytes);
  out += '[';
  for (const auto& view : items) {
    if (out.size() > 1) out += ',';
    out += view->body;
  }
  out += ']';
  return out;
}

}  // namespace draas::core
