#pragma once
// Times and identifiers in the spellings of the simulated API. Thread safety: none needed; the simulator has one
// thread.

#include <cstdint>
#include <string>

namespace draas::simulator {

// Nanoseconds since 1970.
std::int64_t unix_nanoseconds();
// 2026-01-28T14:35:22.123456789Z
std::string timestamp_text(std::int64_t nanoseconds);
// As above with `+00:00` for the zone, as the snapshot route spells it.
std::string timestamp_text_with_offset(std::int64_t nanoseconds);
// 2026-01-28T14:35:22.123456Z, as log lines carry it.
std::string log_timestamp_text(std::int64_t nanoseconds);
// Mon, 23 Nov 2026 13:47:04 GMT
std::string http_date_text(std::int64_t nanoseconds);
// A random UUID (version 4).
std::string random_uuid();
// A value in [0, 1).
double random_unit();
std::uint32_t random_u32();

}  // namespace draas::simulator
