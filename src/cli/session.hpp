#pragma once
// One run of a command: where the control plane is, how to print, with what to end.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "cli/connection.hpp"
#include "cli/context_file.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/table.hpp"

namespace draas::cli {

// Options of every command.
struct GlobalOptions {
  std::string server;
  std::string context;
  std::optional<Duration> timeout;  // of one request; nothing = 30s
  bool no_colour = false;
};

class Session {
 public:
  explicit Session(std::string version) : version_(std::move(version)) {}

  GlobalOptions& options() { return options_; }
  const std::string& version() const { return version_; }

  // Runs a command and turns its failure into a message and an exit code. Exceptions are bugs, and are said to be.
  void run(const std::function<Status()>& command);
  int exit_code() const { return static_cast<int>(exit_code_); }
  // For commands that succeed with something other than 0.
  void end_with(ExitCode code) { exit_code_ = code; }
  // Somebody was asked and said no. Return the answer from the command: it ends with ExitCode::Declined.
  Status decline(std::string what_is_so = "Nothing is changed.");

  // --server, DRAAS_SERVER, --context, the current context, http://127.0.0.1:5000, in this order; the key from that
  // of --context, DRAAS_API_KEY or the current context.
  Result<ConnectionSettings> connection_settings() const;
  // Made at the first call. The commands' one way to the control plane.
  Result<Connection*> connect();

  bool colour() const;                // of stdout
  bool error_colour() const;          // of stderr
  void print(std::string_view text);  // to stdout, at once
  void print(const Table& table, bool header = true);
  void print(const Table& table, bool header, ColumnLayout& layout);
  // As json, yaml, name or jsonpath; the format must not be one for people.
  Status print(const Json& value, const OutputFormat& format);
  // To stderr: what a script is not to read.
  void note(std::string_view text);
  void warn(std::string_view text);
  void report(const Error& error);

 private:
  std::string version_;
  GlobalOptions options_;
  std::unique_ptr<Connection> connection_;
  ExitCode exit_code_ = ExitCode::Ok;
  bool declined_ = false;
};

}  // namespace draas::cli
