// context: several control planes, their addresses and keys.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/context_file.hpp"

namespace draas::cli {
namespace {

struct ContextOptions {
  std::string name;
  std::string server;
  std::string api_key;
  std::string ca_file;
  std::string output;
  bool key_from_input = false;
  bool no_key = false;
  bool use = false;
};

Status list(Session& session, const ContextOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto file = read_context_file(context_file_path());
  if (!file) return std::unexpected(std::move(file.error()));
  Json all = Json::array();
  Table table({"", "CONTEXT", "SERVER", "KEY"});
  for (const auto& [name, context] : file->contexts) {
    const bool current = name == file->current;
    // Never the key itself.
    table.add({current ? "*" : " ", name, context.server, context.api_key.empty() ? "" : "yes"});
    all.push_back(
        Json{{"name", name}, {"server", context.server}, {"current", current}, {"hasKey", !context.api_key.empty()}});
  }
  if (!format->for_people()) return session.print(all, *format);
  if (all.empty()) {
    session.note("There are no contexts. `draas context set NAME --server URL` makes one.");
    return {};
  }
  session.print(table);
  return {};
}

Status set(Session& session, const ContextOptions& options) {
  const auto path = context_file_path();
  auto file = read_context_file(path);
  if (!file) return std::unexpected(std::move(file.error()));
  const Context* known = file->find(options.name);
  Context context = known != nullptr ? *known : Context{};
  if (!options.server.empty()) context.server = options.server;
  if (context.server.empty()) return fail(ErrorCode::InvalidArgument, "A new context needs --server URL");
  if (const auto endpoint = net::Endpoint::parse(context.server); !endpoint) {
    return fail(ErrorCode::InvalidArgument,
                "--server: '" + context.server + "' is not an address such as https://draas.example.org");
  }
  if (!options.ca_file.empty()) context.ca_file = options.ca_file;
  if (options.no_key) context.api_key.clear();
  if (!options.api_key.empty()) context.api_key = options.api_key;
  if (options.key_from_input) {
    auto key = read_secret("Key: ");
    if (!key) return std::unexpected(std::move(key.error()).with_context("--api-key-stdin"));
    context.api_key = std::move(*key);
  }
  file->set(options.name, std::move(context));
  if (options.use || file->contexts.size() == 1) file->current = options.name;
  if (Status written = write_context_file(path, *file); !written) return written;
  session.print("Context '" + options.name + "' stored" +
                (file->current == options.name ? "; it is the current one" : "") + "\n");
  return {};
}

Status change(const ContextOptions& options, void (*apply)(ContextFile&, const std::string&)) {
  const auto path = context_file_path();
  auto file = read_context_file(path);
  if (!file) return std::unexpected(std::move(file.error()));
  if (file->find(options.name) == nullptr) {
    return fail(ErrorCode::NotFound,
                "There is no context '" + options.name + "'; `draas context list` shows those there are");
  }
  apply(*file, options.name);
  return write_context_file(path, *file);
}

Status use(Session& session, const ContextOptions& options) {
  Status done = change(options, [](ContextFile& file, const std::string& name) { file.current = name; });
  if (done) session.print("'" + options.name + "' is the current context\n");
  return done;
}

Status remove(Session& session, const ContextOptions& options) {
  Status done = change(options, [](ContextFile& file, const std::string& name) { file.remove(name); });
  if (done) session.print("Context '" + options.name + "' removed\n");
  return done;
}

Status current(Session& session, const ContextOptions&) {
  auto file = read_context_file(context_file_path());
  if (!file) return std::unexpected(std::move(file.error()));
  if (file->current.empty())
    return fail(ErrorCode::NotFound, "There is no current context; `draas context use NAME` sets it");
  session.print(file->current + "\n");
  return {};
}

}  // namespace

void add_context_command(CLI::App& application, Session& session) {
  CLI::App* context =
      add_command(application, {"context", "Name control planes, and choose between them", "Control plane", ""});
  context->require_subcommand(1);
  CLI::App* all = add_command(*context, {"list", "Show all, the current one with a star", "", ""});
  auto list_options = when_chosen<ContextOptions>(all, session, list);
  add_output_option(all, list_options->output);

  CLI::App* store =
      add_command(*context, {"set", "Make or change one", "",
                             "  draas context set prod --server https://draas.example.org --api-key-stdin --use"});
  auto set_options = when_chosen<ContextOptions>(store, session, set);
  store->add_option("name", set_options->name, "Its name")->required()->type_name("CONTEXT");
  store->add_option("--server", set_options->server, "Address of the control plane")->type_name("URL");
  store->add_option("--api-key", set_options->api_key, "Seen by others on this machine; better --api-key-stdin")
      ->type_name("KEY");
  store->add_flag("--api-key-stdin", set_options->key_from_input, "Read the key from standard input");
  store->add_flag("--no-api-key", set_options->no_key, "Forget the key");
  store->add_option("--ca-file", set_options->ca_file, "Certificates to trust, for https")->type_name("FILE");
  store->add_flag("--use", set_options->use, "Make it the current one");

  CLI::App* choose = add_command(*context, {"use", "Make one the current one", "", "  draas context use prod"});
  auto use_options = when_chosen<ContextOptions>(choose, session, use);
  choose->add_option("name", use_options->name, "Its name")->required()->type_name("CONTEXT");

  CLI::App* forget = add_command(*context, {"remove", "Forget one", "", ""});
  auto remove_options = when_chosen<ContextOptions>(forget, session, remove);
  forget->add_option("name", remove_options->name, "Its name")->required()->type_name("CONTEXT");

  CLI::App* name = add_command(*context, {"current", "Print the name of the current one", "", ""});
  when_chosen<ContextOptions>(name, session, current);
}

}  // namespace draas::cli
