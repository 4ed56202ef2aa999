// edit: an instance's document in $EDITOR, checked, shown as a diff, applied.

#include <cstdlib>
#include <filesystem>
#include <optional>

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
#include "cli/waiting.hpp"

namespace draas::cli {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr std::size_t kTokenBytes = 6;

struct EditOptions {
  std::string instance;
  WaitFlags after;
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

Result<CurrentInstance> read_now(Connection& connection, const std::string& id) {
  std::optional<Result<CurrentInstance>> current;
  std::vector<Connection::Work> works;
  works.emplace_back([&]() -> net::Task<void> {
    std::string copy = id;
    auto found = co_await read_instance(connection.api(), std::move(copy));
    current = std::move(found);
  });
  connection.run_until_killed(std::move(works), 1);
  if (*current && !(*current)->instance.is_object()) {
    return fail(ErrorCode::NotFound, "Instance '" + id + "' has been deleted");
  }
  return std::move(*current);
}

Result<client::InstanceDocument> read_edited(Session& session, const std::filesystem::path& path,
                                             const std::string& id) {
  auto documents = read_valid_files(session, {path.string()});
  if (!documents) return std::unexpected(std::move(documents.error()));
  if (documents->size() != 1 || documents->front().id != id) {
    return fail(ErrorCode::InvalidArgument, "The file must describe '" + id + "' and nothing else");
  }
  return std::move(documents->front());
}

// The change that the edited text asks for, from what was there when the editor was opened.
Result<InstanceChange> read_change(Session& session, const std::filesystem::path& path, const CurrentInstance& opened,
                                   const std::string& original) {
  auto edited = read_edited(session, path, field(opened.instance, "id"));
  if (!edited) return std::unexpected(std::move(edited.error()));
  auto before = client::read_instance_documents("before", original);
  if (!before) return std::unexpected(std::move(before.error()));
  return compare_whole(std::move(*edited), before->front(), opened);
}

// PreconditionFailed when somebody has changed what the editor showed. What changes between this look and the writing
// is refused by the ETags of configuration and policy.
Status check_unchanged(Connection& connection, const CurrentInstance& opened) {
  auto now = read_now(connection, field(opened.instance, "id"));
  if (!now) return std::unexpected(std::move(now.error()));
  if (json_equal(to_document(*now), to_document(opened))) return {};
  return fail(ErrorCode::PreconditionFailed,
              "'" + field(opened.instance, "id") + "' was changed by somebody else while you edited it");
}

Result<std::uint64_t> store(Connection& connection, const CurrentInstance& opened, InstanceChange change) {
  if (Status same = check_unchanged(connection, opened); !same) return std::unexpected(std::move(same.error()));
  std::optional<Result<std::uint64_t>> stored;
  std::vector<Connection::Work> works;
  works.emplace_back([&]() -> net::Task<void> {
    auto revision = co_await carry_out(connection.api(), std::move(change));
    stored = std::move(revision);
  });
  connection.run_until_killed(std::move(works), 1);
  return std::move(*stored);
}

Status finish(Session& session, const EditOptions& options, const InstanceChange& change, std::uint64_t revision) {
  std::string fields;
  for (const std::string& name : change.fields) fields += (fields.empty() ? "" : ", ") + name;
  session.print(change.id + ": changed (" + fields + ")\n");
  if (!options.after.wait) return {};
  return wait_until_settled(session, {{change.id, revision}}, options.after.timeout);
}

Status edit(Session& session, const EditOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto id = find_id(**connection, options.instance);
  if (!id) return std::unexpected(std::move(id.error()));
  auto opened = read_now(**connection, *id);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const std::string original = to_yaml(to_document(*opened));
  EditedFile file(*id);
  const std::string kept = "your text is in " + file.path().string();
  if (Status written = write_file(file.path(), original, kPrivate, Durability::Atomic); !written) return written;
  for (;;) {
    if (Status ran = run_editor(file.path()); !ran) return ran;
    auto text = read_file(file.path());
    if (!text) return std::unexpected(std::move(text.error()));
    if (*text == original) {
      session.note("Nothing was changed.");
      return {};
    }
    auto change = read_change(session, file.path(), *opened, original);
    if (!change) {
      session.report(change.error());
      if (is_terminal(STDIN_FILENO) && ask("Edit again?")) continue;
      file.keep();
      return fail(ErrorCode::InvalidArgument, "Nothing is changed; " + kept);
    }
    if (change->empty()) {
      session.note("That is how it is already.");
      return {};
    }
    session.print(coloured_diff(diff_text(*change), session.colour()));
    if (is_terminal(STDIN_FILENO) && !options.yes && !ask("Apply this?")) {
      file.keep();
      return session.decline("Nothing is changed; " + kept);
    }
    auto revision = store(**connection, *opened, *change);
    if (!revision) {
      file.keep();
      session.note("Y" + kept.substr(1) + ".");
      return std::unexpected(std::move(revision.error()));
    }
    return finish(session, options, *change, *revision);
  }
}

}  // namespace

void add_edit_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"edit", "Change an instance in $EDITOR", "Instances",
                                                "  draas edit orders\n  EDITOR='code --wait' draas edit orders"});
  auto options = when_chosen<EditOptions>(command, session, edit);
  command->add_option("instance", options->instance, "Id or name")->required()->type_name(kInstanceName);
  command->add_flag("-y,--yes", options->yes, "Apply without asking");
  add_wait_flags(command, options->after, "Wait until it runs so");
}

}  // namespace draas::cli
