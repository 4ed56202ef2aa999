#include "core/store/store.hpp"

namespace draas::core {

Write Write::put(std::string collection, std::string id, std::string body, std::vector<IndexEntry> indexes,
                 std::optional<Version> expected) {
  return Write{Kind::Put, std::move(collection), std::move(id), std::move(body), std::move(indexes), expected};
}

Write Write::erase(std::string collection, std::string id, std::optional<Version> expected) {
  return Write{Kind::Delete, std::move(collection), std::move(id), {}, {}, expected};
}

Result<std::vector<std::optional<Document>>> Store::get_all(std::string_view collection,
                                                            std::span<const std::string> ids) {
  std::vector<std::optional<Document>> documents;
  documents.reserve(ids.size());
  for (const std::string& id : ids) {
    auto document = get(collection, id);
    if (!document) return std::unexpected(std::move(document).error());
    documents.push_back(std::move(*document));
  }
  return documents;
}

}  // namespace draas::core
