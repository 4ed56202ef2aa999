#pragma once
// A strong entity tag (RFC 9110) made from content: equal content, equal tag. Kept as a number, as every instance has
// two. A plain value.

#include <cstdint>
#include <string>
#include <string_view>

namespace draas::core {

class EntityTag {
 public:
  EntityTag() = default;
  // A tag must differ when the content does, not resist an adversary.
  static EntityTag of(std::string_view content);

  // With its quotes, as in the header ETag. `suffix` tells representations of one content apart.
  std::string text(std::string_view suffix = {}) const;
  bool operator==(const EntityTag&) const = default;

 private:
  explicit EntityTag(std::uint64_t hash) : hash_(hash) {}
  std::uint64_t hash_ = 0;
};

}  // namespace draas::core
