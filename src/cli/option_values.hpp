#pragma once
// What the values of options may be. They are checked before anything is asked for, and a refusal says what is allowed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace draas::cli {

inline constexpr std::uint64_t kMostPort = 65'535;
inline constexpr std::uint64_t kMostRows = 10'000;      // of one list
inline constexpr std::uint64_t kMostLines = 1'000'000;  // of a log

// "a, b or c"
std::string choice_text(const std::vector<std::string>& words);

// For Option::transform: one of these words in any case, which becomes the word as it is written here.
CLI::Validator one_of(std::vector<std::string> words);
// A whole number from `least` to `most`, both included.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most = UINT64_MAX);
// A number above 0, as of cores.
CLI::Validator positive_number();
// "512Mi"
CLI::Validator memory_size();
// "30s", "5m"; not negative.
CLI::Validator time_span();
// How many lines of a log: a number, or "all".
CLI::Validator line_count();
// So long ago, or a time in RFC 3339.
CLI::Validator past_time();
// 1 to 65535, or "auto".
CLI::Validator port_or_auto();

// An option with a time span, bound to `value`, which holds the default.
CLI::Option* add_span_option(CLI::App* command, const std::string& names, Duration& value,
                             const std::string& description);
// The same without a default.
CLI::Option* add_span_option(CLI::App* command, const std::string& names, std::optional<Duration>& value,
                             const std::string& description);

}  // namespace draas::cli
