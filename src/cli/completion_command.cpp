// completion, and what its scripts ask: __complete (hidden).

#include <algorithm>
#include <array>

#include "cli/command.hpp"
#include "cli/command_tree.hpp"
#include "cli/commands.hpp"
#include "cli/resources.hpp"

namespace draas::cli {
namespace {

// Somebody waits at the keyboard.
constexpr std::chrono::milliseconds kPatience{1'000};

constexpr std::string_view kBash = R"script(# bash completion of draas. Use: source <(draas completion bash)
_draas() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _draas draas
)script";

constexpr std::string_view kZsh = R"script(#compdef draas
# zsh completion of draas. Use: source <(draas completion zsh)
_draas() {
  local -a candidates
  candidates=("${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( ${#candidates} )) && [[ -n "${candidates[1]}" ]]; then
    compadd -a candidates
  else
    _files
  fi
}
# As a file of $fpath it is the function itself; sourced, it only defines it.
if [[ "${funcstack[1]}" == _draas ]]; then _draas; else compdef _draas draas; fi
)script";

constexpr std::string_view kFish = R"script(# fish completion of draas. Use: draas completion fish | source
function __draas_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c draas -a '(__draas_complete)'
)script";

struct ScriptOptions {
  std::string shell;
};

struct CompleteOptions {
  std::vector<std::string> words;
  const CLI::App* application = nullptr;
};

Status print_script(Session& session, const ScriptOptions& options) {
  session.print(options.shell == "bash" ? kBash : options.shell == "zsh" ? kZsh : kFish);
  return {};
}

void add_elements(Connection& connection, const char* path, const char* key, std::vector<std::string>& words) {
  const auto list = connection.get(path);
  if (!list || !list->is_array()) return;  // nobody answers: nothing to offer
  for (const Json& element : *list) words.push_back(field(element, key));
}

// What only the control plane knows: where it lists them, and the member that is offered.
struct Source {
  std::string_view kind;
  const char* path;
  const char* key;
};
constexpr std::array<Source, 5> kSources{{{kInstanceName, "/api/server/instances", "id"},
                                          {kResourceName, "/api/server/instances", "id"},
                                          {"PLATFORM", "/api/server/platforms", "platformType"},
                                          {"ROLLOUT", "/api/reconciliation/rollouts", "id"},
                                          {"APPROVAL", "/api/reconciliation/approvals?state=Pending", "instanceId"}}};
// Those that come with the reconciler; others may be built into it.
constexpr std::array<const char*, 7> kStrategies{"Update",        "Restart", "BlueGreen", "Canary",
                                                 "RollingUpdate", "Migrate", "Manual"};

void add_contexts(std::vector<std::string>& words) {
  const auto file = read_context_file(context_file_path());
  if (!file) return;
  for (const auto& [name, context] : file->contexts) words.push_back(name);
}

Status complete_words(Session& session, const CompleteOptions& options) {
  Completions found = complete(*options.application, options.words);
  if (found.kind == "CONTEXT") add_contexts(found.words);
  if (found.kind == "STRATEGY") found.words.assign(kStrategies.begin(), kStrategies.end());
  if (found.kind == kResourceName) {
    for (const Resource& resource : resources()) found.words.push_back(resource.name);
  }
  const auto* source = std::ranges::find(kSources, found.kind, &Source::kind);
  if (source != kSources.end()) {
    session.options().timeout = kPatience;
    const auto connection = session.connect();
    if (!connection) return {};
    add_elements(**connection, source->path, source->key, found.words);
  }
  const std::string& begun = options.words.empty() ? std::string() : options.words.back();
  for (const std::string& word : found.words) {
    if (word.starts_with(begun)) session.print(printable(word) + "\n");
  }
  return {};
}

}  // namespace

void add_completion_commands(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"completion", "Print a script that completes commands, options and instances",
                                "Control plane", "  source <(draas completion bash)"});
  auto options = when_chosen<ScriptOptions>(command, session, print_script);
  command->add_option("shell", options->shell, "bash, zsh or fish")
      ->required()
      ->type_name("SHELL")
      ->transform(one_of({"bash", "zsh", "fish"}));

  CLI::App* hidden = application.add_subcommand("__complete", "What may stand in the place of the last word");
  hidden->group("");
  auto complete_options = std::make_shared<CompleteOptions>();
  complete_options->application = &application;
  hidden->add_option("words", complete_options->words)->expected(1, 1'000)->allow_extra_args();
  hidden->callback(
      [complete_options, &session] { session.run([&] { return complete_words(session, *complete_options); }); });
}

}  // namespace draas::cli
