#pragma once
// What the files of the verbs share: how a verb comes onto the command line, and which instances it is about.
//
// A verb is an aggregate of options and a function Status(Session&, const Options&). Names of positional values in
// capitals (INSTANCE, ROLLOUT, CONTEXT, FILE) tell completion what to offer.

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.hpp"
#include "cli/option_values.hpp"
#include "cli/session.hpp"

namespace draas::cli {

inline constexpr const char* kInstanceName = "INSTANCE";
inline constexpr const char* kResourceName = "RESOURCE";

struct Description {
  std::string name;
  std::string summary;
  std::string group;
  std::string examples;  // lines of commands, below the help
};

CLI::App* add_command(CLI::App& parent, const Description& description);

// Runs `run` with the options when the command was chosen. The options are the command's: bind CLI options to them.
template <class Options>
std::shared_ptr<Options> when_chosen(CLI::App* command, Session& session, Status (*run)(Session&, const Options&)) {
  auto options = std::make_shared<Options>();
  command->callback([options, &session, run] { session.run([&] { return run(session, *options); }); });
  return options;
}

void add_output_option(CLI::App* command, std::string& output);

// -f and --name of the verbs that read documents.
struct FileOptions {
  std::vector<std::string> files;
  std::string name;
};
void add_file_options(CLI::App* command, FileOptions& options);

// --wait and --timeout of the verbs that begin something which goes on after them; `meaning` explains --wait.
struct WaitFlags {
  bool wait = false;
  Duration timeout = std::chrono::minutes(5);
};
void add_wait_flags(CLI::App* command, WaitFlags& options, const std::string& meaning);

// --- which instances -------------------------------------------------------------------------------------------------

struct TargetOptions {
  std::vector<std::string> names;  // ids, or names where they are unique
  std::string selector;
  std::vector<std::string> statuses;
  std::string platform;
  std::string name_pattern;
  bool all = false;

  bool empty() const;
};

enum class Targets {
  Filtered,  // names or filters; neither means all
  Chosen,    // names, filters or --all are needed
};
void add_target_options(CLI::App* command, TargetOptions& options, Targets kind);

// The instances as the API has them, in its order, or in that of the names. NotFound names the first that is not there,
// and those that may be meant.
Result<std::vector<Json>> find_instances(Connection& connection, const TargetOptions& options);
// The same, with a connection made first, for the verbs that have nothing to do where there is none: then that is said.
struct Chosen {
  Connection* connection;
  std::vector<Json> instances;
};
Result<Chosen> choose_instances(Session& session, const TargetOptions& options);
// Says that there is none, or that none matches.
void note_no_instances(Session& session, const TargetOptions& options);
// One by id, else by name when only one has it. NotFound names those that may be meant.
Result<Json> find_instance(Connection& connection, const std::string& name);
std::vector<std::string> ids_of(const std::vector<Json>& instances);
// Its id alone.
Result<std::string> find_id(Connection& connection, const std::string& name);
// Where there is no such instance, the name is taken for the id of one that is gone: its history is still there.
Result<std::string> find_id_or_take(Connection& connection, const std::string& name);
// The query string of a list, with its '?'; "" when there is no filter. InvalidArgument when nothing is chosen.
std::string list_query(const TargetOptions& options);
Status require_targets(const TargetOptions& options);
// InvalidArgument when instances are named and a filter is given as well.
Status refuse_names_with_filter(const TargetOptions& options);

// --- fields of answers -----------------------------------------------------------------------------------------------

// As text; "" when it is absent or null.
std::string field(const Json& object, const char* key);
// The member, or null.
const Json& member(const Json& object, const char* key);

std::string configuration_path(const std::string& id, std::string_view rest = {});
std::string reconciliation_path(const std::string& id, std::string_view rest = {});

// "a, b, c and 4 more": the first `most` of them.
std::string some_names(const std::vector<std::string>& names, std::size_t most);

// Asks before something is done that cannot be undone. Without a terminal --yes is needed.
// "No" is Session::decline(); `what_is_so` says what did not happen.
Status confirm(Session& session, const std::string& question, bool yes,
               const std::string& what_is_so = "Nothing is changed.");

}  // namespace draas::cli
