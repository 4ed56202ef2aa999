#include "base/log.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.hpp"

namespace draas {
namespace {

// Lines that wait for a slow reader of stderr; past that the oldest are dropped rather than the service stopped.
constexpr std::size_t kQueuedLines = 2048;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
      return "trace";
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warn:
      return "warn";
    case LogLevel::Error:
    case LogLevel::Off:
      break;
  }
  return "error";
}

// Owns the writer thread. Never destroyed, because other threads may log until the very end; at exit it is drained.
class Sink {
 public:
  static Sink& instance() {
    static Sink* const sink = new Sink;
    return *sink;
  }

  std::atomic<LogLevel> level{LogLevel::Info};
  std::atomic<LogFormat> format{LogFormat::Json};

  // Lines are written by a thread from now on.
  void start() {
    const std::lock_guard lock(mutex_);
    if (pool_) return;
    pool_ = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1);
    logger_ =
        std::make_shared<spdlog::async_logger>("draas", target_, pool_, spdlog::async_overflow_policy::overrun_oldest);
    prepare(*logger_);
    static const int registered = std::atexit([] { instance().stop(); });
    static_cast<void>(registered);
  }

  void write(std::string_view line) {
    const std::shared_ptr<spdlog::logger> logger = current();
    logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  Sink() : target_(std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_ = std::make_shared<spdlog::logger>("draas", target_);
    prepare(*logger_);
  }

  static void prepare(spdlog::logger& logger) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
  }

  std::shared_ptr<spdlog::logger> current() {
    const std::lock_guard lock(mutex_);
    return logger_;
  }

  // Back to direct writing; the pool's destructor waits until its queue is empty.
  void stop() {
    std::shared_ptr<spdlog::details::thread_pool> draining;
    {
      const std::lock_guard lock(mutex_);
      auto direct = std::make_shared<spdlog::logger>("draas", target_);
      prepare(*direct);
      logger_ = std::move(direct);
      draining = std::move(pool_);
    }
    draining.reset();
  }

  std::mutex mutex_;
  std::shared_ptr<spdlog::sinks::stderr_sink_mt> target_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::logger> logger_;
};

using Field = std::pair<std::string_view, Json>;

std::string json_line(LogLevel level, std::string_view message, LogFields fields, LogFields more) {
  std::string line = R"({"time":")";
  line.append(to_rfc3339(system_clock().now())).append(R"(","level":")").append(name_of(level));
  line.append(R"(","message":)");
  append_json_string(line, message);
  for (const LogFields& group : {fields, more}) {
    for (const Field& field : group) {
      line.push_back(',');
      append_json_string(line, field.first);
      line.push_back(':');
      line.append(to_text(field.second));
    }
  }
  line.push_back('}');
  return line;
}

// As it is when that is unmistakable, else as a JSON string: a line feed in a value must not begin a line of its own.
void append_readable(std::string& out, std::string_view text, bool allow_blanks) {
  bool plain = !text.empty();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (!allow_blanks && (c == ' ' || c == '"' || c == '='))) plain = false;
  }
  if (plain) {
    out.append(text);
  } else {
    append_json_string(out, text);
  }
}

std::string text_line(LogLevel level, std::string_view message, LogFields fields, LogFields more) {
  std::string line = to_rfc3339(system_clock().now());
  const std::string_view name = name_of(level);
  line.append(" ").append(name).append(6 - name.size(), ' ');
  append_readable(line, message, true);
  for (const LogFields& group : {fields, more}) {
    for (const Field& field : group) {
      line.push_back(' ');
      line.append(field.first).push_back('=');
      if (field.second.is_string()) {
        append_readable(line, field.second.get_ref<const std::string&>(), false);
      } else {
        line.append(to_text(field.second));
      }
    }
  }
  return line;
}

void write_line(LogLevel level, std::string_view message, LogFields fields, LogFields more) {
  if (!log_enabled(level)) return;
  Sink& sink = Sink::instance();
  const bool as_json = sink.format.load(std::memory_order_relaxed) == LogFormat::Json;
  sink.write(as_json ? json_line(level, message, fields, more) : text_line(level, message, fields, more));
}

}  // namespace

void configure_log(const LogOptions& options) {
  Sink& sink = Sink::instance();
  sink.level.store(options.level, std::memory_order_relaxed);
  sink.format.store(options.format, std::memory_order_relaxed);
  sink.start();
}

bool log_enabled(LogLevel level) {
  return level != LogLevel::Off && level >= Sink::instance().level.load(std::memory_order_relaxed);
}

void write_log(LogLevel level, std::string_view message, LogFields fields) { write_line(level, message, fields, {}); }

void write_log(LogLevel level, std::string_view message, const Error& error, LogFields fields) {
  const Field code{"code", std::string(to_string(error.code))};
  const Field text{"error", error.message};
  if (error.internal.empty()) {
    write_line(level, message, fields, {code, text});
  } else {
    write_line(level, message, fields, {code, text, {"internal", error.internal}});
  }
}

}  // namespace draas
