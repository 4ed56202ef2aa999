#include "stores/sqlite/index_column.hpp"

#include <charconv>
#include <optional>

namespace draas::stores {
namespace {

void append_text(std::string& column, std::string_view text) {
  column += std::to_string(text.size());
  column += ':';
  column += text;
}

// Takes one text off the front of `column`.
std::optional<std::string> take_text(std::string_view& column) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), length);
  if (error != std::errc()) return std::nullopt;
  column.remove_prefix(static_cast<std::size_t>(end - column.data()));
  if (column.empty() || column.front() != ':' || column.size() - 1 < length) return std::nullopt;
  std::string text(column.substr(1, length));
  column.remove_prefix(1 + length);
  return text;
}

}  // namespace

std::string encode_indexes(const std::vector<core::IndexEntry>& entries) {
  std::string column;
  for (const core::IndexEntry& entry : entries) {
    append_text(column, entry.name);
    append_text(column, entry.value);
  }
  return column;
}

Result<std::vector<core::IndexEntry>> decode_indexes(std::string_view column) {
  std::vector<core::IndexEntry> entries;
  while (!column.empty()) {
    std::optional<std::string> name = take_text(column);
    std::optional<std::string> value = name ? take_text(column) : std::nullopt;
    if (!value) return fail(ErrorCode::DataLoss, "The index entries of a stored document are damaged");
    entries.push_back({std::move(*name), std::move(*value)});
  }
  return entries;
}

}  // namespace draas::stores
