#include "core/store/store.hpp"

namespace draas::core {

Write Write::put(std::string collection, std::string id, std::string body, std::vector<IndexEntry> indexes,
                 std::optional<Version> expected) {
  return Write{Kind::Put, std::move(collection), std::move(id), std::move(body), std::move(indexes), expected};
}

Write Write::erase(std::string collection, std::string id, std::optional<Version> expected) {
  return Write{Kind::Delete, std::move(collection), std::move(id), {}, {}, expected};
}

}  // namespace draas::core
