#include "core/store/blocking_calls.hpp"

#include <future>
#include <string>

namespace draas::core {
namespace {

constexpr std::size_t kPage = 1000;

}  // namespace

Status for_each_document(Store& store, std::string_view collection,
                         const std::function<Status(const Document&)>& visit) {
  ListQuery query{.collection = std::string(collection), .limit = kPage};
  while (true) {
    auto page = store.list(query);
    if (!page) return std::unexpected(std::move(page.error()).with_context("Reading " + query.collection));
    for (const Document& document : *page) {
      if (Status visited = visit(document); !visited) return visited;
    }
    if (page->size() < kPage) return {};
    query.after = page->back().id;
  }
}

Status commit_now(Store& store, Batch batch) {
  std::promise<Status> done;
  store.commit(std::move(batch), [&done](Result<Commit> result) {
    done.set_value(result ? Status{} : Status(std::unexpected(std::move(result.error()))));
  });
  return done.get_future().get();
}

}  // namespace draas::core
