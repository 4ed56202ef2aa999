// validate -f: files alone, without a control plane.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/wording.hpp"

namespace draas::cli {
namespace {

struct ValidateOptions {
  FileOptions from;
  bool strict = false;
};

bool has_queries(const client::InstanceDocument& document) {
  return !member(member(document.instance, "configuration"), "queries").empty();
}

Status validate(Session& session, const ValidateOptions& options) {
  auto documents = read_document_files(options.from.files, options.from.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  const OfflineFindings findings = check_offline(*documents);
  for (const std::string& text : findings.warnings) session.warn(text);
  const std::size_t faults = findings.errors.size() + (options.strict ? findings.warnings.size() : 0);
  if (faults > 0) {
    Error error{.code = ErrorCode::InvalidArgument};
    for (const std::string& text : findings.errors) error.message += text + "\n";
    error.message += counted(faults, "fault");
    return std::unexpected(std::move(error));
  }
  for (const client::InstanceDocument& document : *documents) {
    session.print(document.file + ": instance '" + document.id + "' is valid\n");
  }
  if (std::ranges::any_of(*documents, has_queries)) {
    session.note(
        "The texts of queries are not parsed here; whether one runs is seen when it does: `draas apply --wait`.");
  }
  return {};
}

}  // namespace

void add_validate_command(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"validate", "Check files without a control plane", "Files",
                                "  draas validate -f orders.yaml\n  draas validate -f instances/ --strict"});
  auto options = when_chosen<ValidateOptions>(command, session, validate);
  add_file_options(command, options->from);
  command->add_flag("--strict", options->strict, "Warnings are faults");
}

}  // namespace draas::cli
