#include "cli/session.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <unistd.h>

#include "base/clock.hpp"
#include "cli/status_line.hpp"

namespace draas::cli {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:5000";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto lower = [](char letter) { return std::tolower(static_cast<unsigned char>(letter)); };
  return !std::ranges::search(text, part, {}, lower, lower).empty() || part.empty();
}

// What a person can do next, where the message does not say it.
std::string way_out(const Error& error) {
  switch (error.code) {
    case ErrorCode::Unavailable:
      // Not where it answers that something else is not available: then it says what.
      if (!error.message.starts_with("The control plane at ")) return {};
      return "Is it running? `draas server` starts one; --server, DRAAS_SERVER or `draas context use` name another.";
    case ErrorCode::Unauthenticated:
      return "Give a key in DRAAS_API_KEY, or with `draas context set NAME --api-key-stdin`.";
    case ErrorCode::PreconditionFailed:
      return "Somebody else was faster. Look at what is there now, and repeat the command.";
    default:
      return {};
  }
}

// The API names a parameter of its query; here that came from an option of the same name.
Error in_words_of_options(Error error) {
  if (error.message.starts_with('?')) error.message.replace(0, 1, "--");
  for (Fault& fault : error.faults) {
    if (fault.path.starts_with('?')) fault.path.replace(0, 1, "--");
  }
  return error;
}

}  // namespace

void Session::run(const std::function<Status()>& command) {
  try {
    Status done = command();
    if (done) return;
    if (declined_) {
      note(done.error().message);
      exit_code_ = ExitCode::Declined;
      return;
    }
    exit_code_ = exit_code_of(done.error());
    report(in_words_of_options(std::move(done.error())));
  } catch (const std::exception& error) {
    clear_status_line();
    exit_code_ = ExitCode::Failed;
    std::fprintf(stderr, "draas: this should not happen: %s\n", error.what());
  }
}

Result<ConnectionSettings> Session::connection_settings() const {
  ConnectionSettings settings;
  settings.api_key = variable("DRAAS_API_KEY");
  if (options_.timeout) {
    if (options_.timeout->count() == 0) {
      return fail(ErrorCode::InvalidArgument,
                  "--request-timeout: nothing is answered in no time; give 30s, for example");
    }
    settings.timeout = *options_.timeout;
  }
  settings.server = options_.server;
  if (settings.server.empty() && options_.context.empty()) settings.server = variable("DRAAS_SERVER");
  if (settings.server.empty()) {
    const auto path = context_file_path();
    auto file = read_context_file(path);
    if (!file) return std::unexpected(std::move(file.error()));
    const std::string name = options_.context.empty() ? file->current : options_.context;
    if (!name.empty()) {
      const Context* context = file->find(name);
      if (context == nullptr) {
        return fail(ErrorCode::NotFound, "There is no context '" + name + "' in " + path.string() +
                                             "; `draas context list` shows those there are");
      }
      settings.server = context->server;
      settings.ca_file = context->ca_file;
      // A context that is named outright has its own key; the variable is for those that have none.
      const bool named = !options_.context.empty() && !context->api_key.empty();
      if (named || settings.api_key.empty()) settings.api_key = context->api_key;
    }
  }
  if (settings.server.empty()) settings.server = kDefaultServer;
  while (settings.server.ends_with('/')) settings.server.pop_back();
  return settings;
}

Result<Connection*> Session::connect() {
  if (!connection_) {
    auto settings = connection_settings();
    if (!settings) return std::unexpected(std::move(settings.error()));
    auto connection = Connection::make(std::move(*settings));
    if (!connection) return std::unexpected(std::move(connection.error()));
    connection_ = std::move(*connection);
  }
  return connection_.get();
}

bool Session::colour() const { return !options_.no_colour && may_colour(STDOUT_FILENO); }
bool Session::error_colour() const { return !options_.no_colour && may_colour(STDERR_FILENO); }

Status Session::decline(std::string what_is_so) {
  declined_ = true;
  return fail(ErrorCode::Cancelled, std::move(what_is_so));
}

void Session::print(std::string_view text) {
  clear_status_line();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Session::print(const Table& table, bool header) { print(table.to_text(header, colour())); }

void Session::print(const Table& table, bool header, ColumnLayout& layout) {
  print(table.to_text(header, colour(), layout));
}

Status Session::print(const Json& value, const OutputFormat& format) {
  auto text = to_output(value, format);
  if (!text) return std::unexpected(std::move(text.error()));
  print(*text);
  return {};
}

void Session::note(std::string_view text) {
  clear_status_line();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void Session::warn(std::string_view text) {
  clear_status_line();
  const std::string label = coloured("warning:", Colour::Yellow, error_colour());
  std::fprintf(stderr, "%s %.*s\n", label.c_str(), static_cast<int>(text.size()), text.data());
}

void Session::report(const Error& error) {
  clear_status_line();
  const std::string label = coloured("draas:", Colour::Red, error_colour());
  std::fprintf(stderr, "%s %s\n", label.c_str(), error.message.c_str());
  // The message names the first of several.
  if (error.faults.size() > 1 && error.message.find('\n') == std::string::npos) {
    for (const Fault& fault : error.faults) {
      std::fprintf(stderr, "  %s: %s\n", fault.path.empty() ? "(all)" : fault.path.c_str(), fault.message.c_str());
    }
  }
  if (!contains_ignoring_case(error.message, error.internal)) std::fprintf(stderr, "  (%s)\n", error.internal.c_str());
  if (const std::string next = way_out(error); !next.empty()) std::fprintf(stderr, "  %s\n", next.c_str());
}

}  // namespace draas::cli
