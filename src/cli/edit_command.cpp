// edit: an instance's document in $EDITOR, checked, shown as a diff, applied.

#include <cstdlib>
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/id.hpp"
#include "base/yaml.hpp"
#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/text_diff.hpp"

namespace draas::cli {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr std::size_t kTokenBytes = 6;

struct EditOptions {
  std::string instance;
  bool yes = false;
};

// A file that others cannot read, for as long as it is needed: configurations may hold secrets.
class EditedFile {
 public:
  explicit EditedFile(const std::string& id)
      : path_(std::filesystem::temp_directory_path() / ("draas-" + random_hex(kTokenBytes)) / (id + ".yaml")) {}
  ~EditedFile() {
    if (keep_) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_.parent_path(), ignored);
  }
  EditedFile(const EditedFile&) = delete;
  EditedFile& operator=(const EditedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void keep() { keep_ = true; }

 private:
  std::filesystem::path path_;
  bool keep_ = false;
};

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "vi";
}

// The variable may hold arguments ("code --wait"), so that the shell splits it; the path comes beside it.
Status run_editor(const std::filesystem::path& path) {
  const std::string script = editor() + " \"$1\"";
  const pid_t child = ::fork();
  if (child < 0) return fail_errno("The editor cannot be started", errno);
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", script.c_str(), "sh", path.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorCode::Unprocessable,
              "The editor '" + editor() + "' failed; EDITOR names another. Nothing is changed");
}

Result<std::string> current_document(Connection& connection, const std::string& name, std::string& id) {
  auto instance = find_instance(connection, name);
  if (!instance) return std::unexpected(std::move(instance.error()));
  id = field(*instance, "id");
  auto configuration = connection.get(configuration_path(id));
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  auto policy = connection.get(reconciliation_path(id, "/policy"));
  if (!policy) return std::unexpected(std::move(policy.error()));
  return to_yaml(client::to_instance_document(*instance, *configuration, member(*policy, "own")));
}

// The change that the edited text asks for. Edited labels are all labels: what is gone from them is removed.
Result<InstanceChange> read_change(Connection& connection, Session& session, const std::filesystem::path& path,
                                   const std::string& id, const std::string& original) {
  auto documents = read_document_files({path.string()});
  if (!documents) return std::unexpected(std::move(documents.error()));
  if (documents->size() != 1 || documents->front().id != id) {
    return fail(ErrorCode::InvalidArgument, "The file must describe '" + id + "' and nothing else");
  }
  const OfflineFindings findings = check_offline(*documents);
  for (const std::string& text : findings.warnings) session.warn(text);
  if (!findings.errors.empty()) {
    Error error{.code = ErrorCode::InvalidArgument};
    for (const std::string& text : findings.errors) error.message += (error.message.empty() ? "" : "\n") + text;
    return std::unexpected(std::move(error));
  }
  auto before = client::read_instance_documents("before", original);
  if (!before) return std::unexpected(std::move(before.error()));
  client::InstanceDocument document = std::move(documents->front());
  const Json labels_before = member(before->front().instance, "metadata");
  std::optional<Result<InstanceChange>> change;
  std::vector<Connection::Work> works;
  works.emplace_back([&]() -> net::Task<void> {
    client::InstanceDocument copy = document;
    auto planned = co_await plan_document(connection.api(), std::move(copy), Ownership::Leave);
    change = std::move(planned);
  });
  connection.run_until_killed(std::move(works), 1);
  if (!*change) return std::unexpected(std::move(change->error()));
  InstanceChange out = std::move(**change);
  for (const auto& [name, value] : labels_before.items()) {
    if (member(document.instance, "metadata").contains(name)) continue;
    out.body["metadata"][name] = nullptr;
    out.fields.push_back("labels." + name);
    out.after["metadata"]["labels"].erase(name);
    if (out.after["metadata"]["labels"].empty()) out.after["metadata"].erase("labels");
  }
  return out;
}

Status edit(Session& session, const EditOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  std::string id;
  auto original = current_document(**connection, options.instance, id);
  if (!original) return std::unexpected(std::move(original.error()));
  EditedFile file(id);
  if (Status written = write_file(file.path(), *original, kPrivate, Durability::Atomic); !written) return written;
  for (;;) {
    if (Status ran = run_editor(file.path()); !ran) return ran;
    auto text = read_file(file.path());
    if (!text) return std::unexpected(std::move(text.error()));
    if (*text == *original) {
      session.note("Nothing was changed.");
      return {};
    }
    auto change = read_change(**connection, session, file.path(), id, *original);
    if (!change) {
      session.report(change.error());
      if (is_terminal(STDIN_FILENO) && ask("Edit again?")) continue;
      file.keep();
      return fail(ErrorCode::InvalidArgument, "Nothing is changed; your text is in " + file.path().string());
    }
    if (change->empty()) {
      session.note("That is how it is already.");
      return {};
    }
    session.print(coloured_diff(diff_text(*change), session.colour()));
    if (is_terminal(STDIN_FILENO) && !options.yes && !ask("Apply this?")) {
      file.keep();
      return fail(ErrorCode::Cancelled, "Nothing is changed; your text is in " + file.path().string());
    }
    Status done;
    std::vector<Connection::Work> works;
    works.emplace_back([&]() -> net::Task<void> {
      InstanceChange copy = *change;
      done = co_await carry_out((*connection)->api(), std::move(copy));
    });
    (*connection)->run_until_killed(std::move(works), 1);
    if (!done) {
      file.keep();
      session.note("Your text is in " + file.path().string());
      return done;
    }
    std::string fields;
    for (const std::string& name : change->fields) fields += (fields.empty() ? "" : ", ") + name;
    session.print(id + ": changed (" + fields + ")\n");
    return {};
  }
}

}  // namespace

void add_edit_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"edit", "Change an instance in $EDITOR", "Instances",
                                                "  draas edit orders\n  EDITOR='code --wait' draas edit orders"});
  auto options = when_chosen<EditOptions>(command, session, edit);
  command->add_option("instance", options->instance, "Id or name")->required()->type_name(kInstanceName);
  command->add_flag("-y,--yes", options->yes, "Apply without asking");
}

}  // namespace draas::cli
