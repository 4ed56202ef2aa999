#pragma once
// Spellings that users may write and drasi-server does not know, and what stands for them in the server form.

#include <optional>
#include <string>
#include <string_view>

#include "drasi/schema.hpp"

namespace draas::drasi {

// "postgresql" -> "postgres", "webhook" -> "http" (reactions); other kinds as they are.
std::string canonical_kind(schema::Category category, std::string_view kind);
// "GQL" or "Cypher" for either in any case.
std::optional<std::string> canonical_language(std::string_view language);
// trace, debug, info, warn, error, in any case; also "warning" and "information".
std::optional<std::string> canonical_log_level(std::string_view level);
// "Channel" in any case.
std::optional<std::string> canonical_dispatch_mode(std::string_view mode);
// The mock source's data types: "sensor", an older form, means "sensorReading".
std::string canonical_mock_data_type(std::string_view type);

std::string to_lower(std::string_view text);

}  // namespace draas::drasi
