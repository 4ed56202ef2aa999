// validate -f: files alone, without a control plane.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"

namespace draas::cli {
namespace {

struct ValidateOptions {
  std::vector<std::string> files;
  std::string name;
  bool strict = false;
};

Status validate(Session& session, const ValidateOptions& options) {
  auto documents = read_document_files(options.files, options.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  const OfflineFindings findings = check_offline(*documents);
  for (const std::string& text : findings.warnings) session.warn(text);
  const std::size_t faults = findings.errors.size() + (options.strict ? findings.warnings.size() : 0);
  if (faults > 0) {
    Error error{.code = ErrorCode::InvalidArgument};
    for (const std::string& text : findings.errors) error.message += text + "\n";
    error.message += std::to_string(faults) + (faults == 1 ? " fault" : " faults");
    return std::unexpected(std::move(error));
  }
  for (const client::InstanceDocument& document : *documents) {
    session.print(document.file + ": instance '" + document.id + "' is valid\n");
  }
  return {};
}

}  // namespace

void add_validate_command(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"validate", "Check files without a control plane", "Files",
                                "  draas validate -f orders.yaml\n  draas validate -f instances/ --strict"});
  auto options = when_chosen<ValidateOptions>(command, session, validate);
  command->add_option("-f,--file", options->files, "Files, folders, or - for standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--name", options->name, "Id of the instance, for a configuration of drasi-server")
      ->type_name("NAME");
  command->add_flag("--strict", options->strict, "Warnings are faults");
}

}  // namespace draas::cli
