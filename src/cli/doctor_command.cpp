// doctor: looks for what is wrong, and says what to do about it.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/diagnosis.hpp"

namespace draas::cli {
namespace {

struct DoctorOptions {
  std::string output;
};

Status doctor(Session& session, const DoctorOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  const std::vector<Finding> findings = diagnose(session);
  std::size_t failed = 0;
  std::size_t doubtful = 0;
  for (const Finding& finding : findings) {
    if (finding.level == Finding::Level::Failed) ++failed;
    if (finding.level == Finding::Level::Doubtful) ++doubtful;
  }
  if (!format->for_people()) {
    if (Status printed = session.print(to_json(findings), *format); !printed) return printed;
  } else {
    for (const Finding& finding : findings) {
      session.print(finding_text(finding, session.colour()));
    }
    session.print(failed == 0 && doubtful == 0
                      ? std::string("All is well.\n")
                      : std::to_string(failed) + " failed, " + std::to_string(doubtful) + " doubtful.\n");
  }
  if (failed > 0) session.end_with(ExitCode::Failed);
  return {};
}

}  // namespace

void add_doctor_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"doctor", "Look for what is wrong, and say what to do about it",
                                                "Control plane", "  draas doctor"});
  auto options = when_chosen<DoctorOptions>(command, session, doctor);
  add_output_option(command, options->output);
}

}  // namespace draas::cli
