#pragma once
// Structured logging: one JSON object per line on stderr (or `text` for people), asynchronously never losing a line on
// a clean exit. Thread-safe.
//
//   log_info("instance started", {{"instanceId", id}, {"pid", pid}});
//
// Never pass a secret, a request body or a configuration value as a field.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas {

enum class LogLevel { Trace, Debug, Info, Warn, Error, Off };
enum class LogFormat { Json, Text };

struct LogOptions {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Json;
};

// A field value: text, number or boolean.
using LogFields = std::initializer_list<std::pair<std::string_view, Json>>;

void configure_log(const LogOptions& options);
bool log_enabled(LogLevel level);
void write_log(LogLevel level, std::string_view message, LogFields fields);
// As above, adds `code` and both texts of the error.
void write_log(LogLevel level, std::string_view message, const Error& error, LogFields fields = {});

inline void log_debug(std::string_view message, LogFields fields = {}) {
  if (log_enabled(LogLevel::Debug)) write_log(LogLevel::Debug, message, fields);
}
inline void log_info(std::string_view message, LogFields fields = {}) {
  if (log_enabled(LogLevel::Info)) write_log(LogLevel::Info, message, fields);
}
inline void log_warn(std::string_view message, LogFields fields = {}) {
  if (log_enabled(LogLevel::Warn)) write_log(LogLevel::Warn, message, fields);
}
inline void log_error(std::string_view message, LogFields fields = {}) {
  if (log_enabled(LogLevel::Error)) write_log(LogLevel::Error, message, fields);
}

}  // namespace draas
