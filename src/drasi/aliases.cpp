#include "drasi/aliases.hpp"

#include <algorithm>

namespace draas::drasi {

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string canonical_kind(schema::Category category, std::string_view kind) {
  const std::string lower = to_lower(kind);
  const bool database = category == schema::Category::Source || category == schema::Category::Bootstrap;
  if (database && lower == "postgresql") return "postgres";
  if (category == schema::Category::Reaction && lower == "webhook") return "http";
  return std::string(kind);
}

std::optional<std::string> canonical_language(std::string_view language) {
  const std::string lower = to_lower(language);
  if (lower == "gql") return "GQL";
  if (lower == "cypher") return "Cypher";
  return std::nullopt;
}

std::optional<std::string> canonical_log_level(std::string_view level) {
  std::string lower = to_lower(level);
  if (lower == "warning") return "warn";
  if (lower == "information") return "info";
  if (std::ranges::find(schema::log_levels(), lower) != schema::log_levels().end()) return lower;
  return std::nullopt;
}

std::optional<std::string> canonical_dispatch_mode(std::string_view mode) {
  if (to_lower(mode) == "channel") return "Channel";
  return std::nullopt;
}

std::string canonical_mock_data_type(std::string_view type) {
  std::string lower = to_lower(type);
  if (lower == "sensor" || lower == "sensorreading") return "sensorReading";
  if (lower == "generic" || lower == "counter") return lower;
  return std::string(type);
}

}  // namespace draas::drasi
