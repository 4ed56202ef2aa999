#include "cli/commands.hpp"

#include "cli/option_values.hpp"

namespace draas::cli {

void add_commands(CLI::App& application, Session& session) {
  constexpr const char* kGroup = "Connection";
  GlobalOptions& options = session.options();
  application
      .add_option("--server", options.server, "The control plane (default: DRAAS_SERVER, or as the context says)")
      ->type_name("URL")
      ->group(kGroup);
  application.add_option("--context", options.context, "One of `draas context list` instead of the current one")
      ->type_name("CONTEXT")
      ->group(kGroup);
  add_span_option(&application, "--request-timeout", options.timeout, "How long one request may take (default: 30s)")
      ->group(kGroup);
  application.add_flag("--no-color", options.no_colour, "No colours, as NO_COLOR does")->group(kGroup);
  for (auto* add : {add_apply_commands,   add_validate_command,       add_get_command,
                    add_describe_command, add_create_commands,        add_edit_command,
                    add_label_command,    add_lifecycle_commands,     add_wait_command,
                    add_logs_command,     add_events_command,         add_top_command,
                    add_history_commands, add_transfer_commands,      add_reconciliation_commands,
                    add_audit_command,    add_approve_commands,       add_rollout_command,
                    add_proxy_command,    add_control_plane_commands, add_context_command,
                    add_doctor_command,   add_support_bundle_command, add_completion_commands,
                    add_docs_command}) {
    add(application, session);
  }
}

}  // namespace draas::cli
