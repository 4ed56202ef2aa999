// docs (hidden): reference and manual page from the command line's own definitions.

#include "cli/command.hpp"
#include "cli/command_tree.hpp"
#include "cli/commands.hpp"

namespace draas::cli {

void add_docs_command(CLI::App& application, Session& session) {
  CLI::App* docs = application.add_subcommand("docs", "Print documents that are made from the commands");
  docs->group("");
  docs->require_subcommand(1);
  docs->add_subcommand("markdown", "The reference of docs/cli.md")->callback([&application, &session] {
    session.print(markdown_reference(application));
  });
  docs->add_subcommand("man", "draas.1")->callback([&application, &session] {
    session.print(manual_page(application, session.version()));
  });
}

}  // namespace draas::cli
