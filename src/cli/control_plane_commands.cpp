// platforms, version, open: the control plane itself.

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/resource_tables.hpp"

extern char** environ;  // NOLINT(readability-identifier-naming): the C library's name

namespace draas::cli {
namespace {

struct PlatformsOptions {
  std::string output;
};

struct VersionOptions {
  std::string output;
  bool client_only = false;
};

struct OpenOptions {
  std::string page = "dashboard";
  bool print_only = false;
};

Status platforms(Session& session, const PlatformsOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto list = (*connection)->get("/api/server/platforms");
  if (!list) return std::unexpected(std::move(list.error()));
  if (!format->for_people()) return session.print(*list, *format);
  session.print(platform_table({list->begin(), list->end()}));
  return {};
}

Status version(Session& session, const VersionOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  Json versions{{"client", session.version()}};
  if (!options.client_only) {
    auto connection = session.connect();
    if (!connection) return std::unexpected(std::move(connection.error()));
    auto health = (*connection)->get("/api/health");
    if (health) {
      versions["server"] = member(*health, "version");
      versions["address"] = (*connection)->settings().server;
    } else if (format->for_people()) {
      // The program's own version is an answer, too.
      session.print("draas " + session.version() + "\n");
      session.warn(health.error().message);
      return {};
    } else {
      return std::unexpected(std::move(health.error()));
    }
  }
  if (!format->for_people()) return session.print(versions, *format);
  session.print("draas " + session.version() + "\n");
  if (versions.contains("server")) {
    session.print("control plane " + field(versions, "server") + " at " + field(versions, "address") + "\n");
  }
  return {};
}

bool has_display() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  return false;
}

Status open(Session& session, const OpenOptions& options) {
  auto settings = session.connection_settings();
  if (!settings) return std::unexpected(std::move(settings.error()));
  const std::string url = settings->server + (options.page == "api" ? "/scalar/v1" : "/");
  session.print(url + "\n");
  if (options.print_only || !has_display()) return {};
  std::string program = "xdg-open";
  std::string argument = url;
  std::array<char*, 3> words{program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, program.c_str(), nullptr, nullptr, words.data(), environ);
  if (failed != 0) {
    session.warn("xdg-open cannot be started; open the address yourself");
    return {};
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {};
}

}  // namespace

void add_control_plane_commands(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"platforms", "Show where instances can run", "Control plane", "  draas platforms"});
  auto options = when_chosen<PlatformsOptions>(command, session, platforms);
  add_output_option(command, options->output);

  CLI::App* browser = add_command(application, {"open", "Open the dashboard in a browser, and print its address",
                                                "Control plane", "  draas open\n  draas open api --print"});
  auto open_options = when_chosen<OpenOptions>(browser, session, open);
  browser->add_option("page", open_options->page, "dashboard, or api: the documentation of the REST API")
      ->type_name("PAGE")
      ->transform(one_of({"dashboard", "api"}))
      ->capture_default_str();
  browser->add_flag("--print", open_options->print_only, "Only print it");

  CLI::App* about = add_command(application, {"version", "Show the versions of this program and of the control plane",
                                              "Control plane", "  draas version --client"});
  auto version_options = when_chosen<VersionOptions>(about, session, version);
  about->add_flag("--client", version_options->client_only, "Only this program's; nothing is asked");
  add_output_option(about, version_options->output);
}

}  // namespace draas::cli
