#pragma once
// All verbs of the command line. Each comes from a file of its own, and adds itself.

#include <CLI/CLI.hpp>

#include "cli/session.hpp"

namespace draas::cli {

// Adds the verbs and the options that all of them take. `session` outlives the application.
void add_commands(CLI::App& application, Session& session);

// The verbs by file, in the order in which the help shows them.
void add_apply_commands(CLI::App& application, Session& session);           // apply, diff
void add_validate_command(CLI::App& application, Session& session);         // validate
void add_get_command(CLI::App& application, Session& session);              // get
void add_describe_command(CLI::App& application, Session& session);         // describe
void add_create_commands(CLI::App& application, Session& session);          // create, clone
void add_edit_command(CLI::App& application, Session& session);             // edit
void add_label_command(CLI::App& application, Session& session);            // label
void add_lifecycle_commands(CLI::App& application, Session& session);       // start, stop, restart, delete
void add_wait_command(CLI::App& application, Session& session);             // wait
void add_logs_command(CLI::App& application, Session& session);             // logs
void add_events_command(CLI::App& application, Session& session);           // events
void add_top_command(CLI::App& application, Session& session);              // top
void add_history_commands(CLI::App& application, Session& session);         // history, rollback
void add_transfer_commands(CLI::App& application, Session& session);        // export, import
void add_reconciliation_commands(CLI::App& application, Session& session);  // drift, reconcile, pause, resume
void add_audit_command(CLI::App& application, Session& session);            // audit
void add_approve_commands(CLI::App& application, Session& session);         // approve, reject
void add_rollout_command(CLI::App& application, Session& session);          // rollout ...
void add_proxy_command(CLI::App& application, Session& session);            // proxy
void add_control_plane_commands(CLI::App& application, Session& session);   // platforms, open, version
void add_context_command(CLI::App& application, Session& session);          // context ...
void add_doctor_command(CLI::App& application, Session& session);           // doctor
void add_support_bundle_command(CLI::App& application, Session& session);   // support-bundle
void add_completion_commands(CLI::App& application, Session& session);      // completion, complete (hidden)
void add_docs_command(CLI::App& application, Session& session);             // docs (hidden)

}  // namespace draas::cli
