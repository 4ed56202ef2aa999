#include "platforms/docker/container_user.hpp"

#include <charconv>
#include <vector>

namespace draas::platforms::docker {
namespace {

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const auto colon = line.find(':');
    fields.push_back(line.substr(0, colon));
    if (colon == std::string_view::npos) return fields;
    line.remove_prefix(colon + 1);
  }
}

// The fields of the line whose first field is `name`, or whose third is that number.
std::vector<std::string_view> line_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto fields = fields_of(text.substr(0, end));
    if (fields.size() >= 3 && (fields[0] == name || fields[2] == name)) return fields;
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return {};
}

}  // namespace

std::optional<UserIds> numeric_user(std::string_view user) {
  if (user.empty()) return UserIds{};
  const auto fields = fields_of(user);
  const auto id = number(fields[0]);
  if (!id || fields.size() > 2) return std::nullopt;
  // Without a group it is the user's of /etc/passwd, or root's where there is no such line.
  if (fields.size() == 1) return *id == 0 ? std::optional(UserIds{}) : std::nullopt;
  const auto group = number(fields[1]);
  return group ? std::optional(UserIds{*id, *group}) : std::nullopt;
}

std::optional<UserIds> find_user(std::string_view user, std::string_view passwd, std::string_view group) {
  if (auto known = numeric_user(user)) return known;
  const auto wanted = fields_of(user);
  const auto line = line_of(passwd, wanted[0]);
  UserIds ids;
  const auto id = line.empty() ? number(wanted[0]) : number(line[2]);
  if (!id) return std::nullopt;
  ids.user = *id;
  if (line.size() > 3) ids.group = number(line[3]).value_or(0);
  if (wanted.size() > 1) {
    const auto group_line = line_of(group, wanted[1]);
    const auto group_id = group_line.empty() ? number(wanted[1]) : number(group_line[2]);
    if (!group_id) return std::nullopt;
    ids.group = *group_id;
  }
  return ids;
}

}  // namespace draas::platforms::docker
