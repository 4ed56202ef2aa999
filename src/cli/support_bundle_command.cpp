// support-bundle: all that helps others to find a fault, without secrets.

#include <algorithm>
#include <ctime>
#include <filesystem>

#include <sys/utsname.h>

#include "base/archive.hpp"
#include "base/files.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/diagnosis.hpp"
#include "cli/masking.hpp"
#include "cli/progress.hpp"

namespace draas::cli {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr int kIndent = 2;

struct BundleOptions {
  TargetOptions targets;
  std::string path;
  std::uint64_t log_lines = 500;
  bool folder = false;
};

// Where the files of a bundle go.
class Bundle {
 public:
  Bundle(std::string path, bool folder, std::string name)
      : folder_(folder), path_(std::move(path)), name_(std::move(name)) {}

  Status add(const std::string& file, const std::string& content) {
    if (folder_) return write_file(std::filesystem::path(path_) / file, content, kPrivate, Durability::Atomic);
    files_.push_back({.path = name_ + "/" + file,
                      .content = content,
                      .mode = kPrivate,
                      .time = std::chrono::time_point_cast<WallTime::duration>(system_clock().now())});
    return {};
  }
  Status close() {
    if (folder_) return {};
    auto archive = write_archive(files_, Compression::Gzip);
    if (!archive) return std::unexpected(std::move(archive.error()));
    return write_file(path_, *archive, kPrivate, Durability::Atomic);
  }
  const std::string& path() const { return path_; }

 private:
  bool folder_;
  std::string path_;
  std::string name_;
  std::vector<ArchiveEntry> files_;
};

std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

std::string environment_text(const Session& session, const ConnectionSettings& settings) {
  utsname system{};
  ::uname(&system);
  return "draas " + session.version() + "\ncontrol plane " + settings.server + "\nkey " +
         (settings.api_key.empty() ? "none" : "given") + "\n" + system.sysname + " " + system.release + " " +
         system.machine + "\ntime " +
         to_rfc3339(std::chrono::time_point_cast<WallTime::duration>(system_clock().now())) + "\n";
}

// What cannot be read is said in its place: a bundle is for those in trouble.
std::string json_text(const Result<Json>& answer, const Masker& masker) {
  if (!answer) return to_text(Json{{"error", masker.mask_text(answer.error().message)}}, kIndent) + "\n";
  return to_text(masker.mask(*answer), kIndent) + "\n";
}

Status add_shared(Connection& connection, const Masker& masker, Bundle& bundle) {
  const std::vector<std::pair<const char*, const char*>> answers{
      {"health.json", "/api/health"},
      {"platforms.json", "/api/server/platforms"},
      {"instances.json", "/api/server/instances"},
      {"events.json", "/api/status/recent-changes?after=0&allTypes=true&limit=1000"},
      {"reconciliation/status.json", "/api/reconciliation/status"},
      {"reconciliation/policy.json", "/api/reconciliation/policy"},
      {"reconciliation/leases.json", "/api/reconciliation/leases"},
      {"reconciliation/approvals.json", "/api/reconciliation/approvals"},
      {"reconciliation/rollouts.json", "/api/reconciliation/rollouts"},
      {"reconciliation/audit.json", "/api/reconciliation/audit?limit=500"},
      {"webhooks.json", "/api/webhooks"}};
  for (const auto& [file, path] : answers) {
    if (Status added = bundle.add(file, json_text(connection.get(path), masker)); !added) return added;
  }
  const auto metrics = connection.get_text("/metrics", "text/plain");
  return bundle.add("metrics.txt", masker.mask_text(metrics ? *metrics : metrics.error().message));
}

Status add_instance(Connection& connection, const std::string& id, const Json& configuration, std::uint64_t lines,
                    const Masker& masker, Bundle& bundle) {
  const std::string folder = "instances/" + id + "/";
  const std::vector<std::pair<const char*, std::string>> answers{
      {"instance.json", client::instance_path(id)},
      {"runtime.json", client::instance_path(id, "/runtime-status")},
      {"workloads.json", client::instance_path(id, "/workloads")},
      {"revisions.json", configuration_path(id, "/revisions?limit=50")},
      {"policy.json", reconciliation_path(id, "/policy")}};
  for (const auto& [file, path] : answers) {
    if (Status added = bundle.add(folder + file, json_text(connection.get(path), masker)); !added) return added;
  }
  const std::string text = to_text(masker.mask(configuration), kIndent) + "\n";
  if (Status added = bundle.add(folder + "configuration.json", text); !added) return added;
  const auto log = connection.get_text(client::instance_path(id, "/logs?tail=" + std::to_string(lines)), "text/plain");
  return bundle.add(folder + "log.txt", masker.mask_text(log ? *log : log.error().message));
}

Status support_bundle(Session& session, const BundleOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto instances = find_instances(**connection, options.targets);
  if (!instances) return std::unexpected(std::move(instances.error()));

  // First the secrets of all, as one instance's may be in another's log; also those of earlier revisions.
  Masker masker;
  masker.learn_text((*connection)->settings().api_key);
  std::vector<Json> configurations;
  Progress progress(**connection, "collecting", instances->size());
  for (const Json& instance : *instances) {
    const std::string id = field(instance, "id");
    progress.show(0, id);
    auto configuration = (*connection)->get(configuration_path(id));
    configurations.push_back(configuration ? std::move(*configuration) : Json());
    masker.learn(configurations.back());
    auto revisions = (*connection)->get(configuration_path(id, "/revisions?limit=50"));
    if (!revisions) continue;
    for (const Json& revision : *revisions) {
      auto whole = (*connection)->get(configuration_path(id, "/revisions/" + field(revision, "revision")));
      if (whole) masker.learn(member(*whole, "configuration"));
    }
  }

  const std::string name = "draas-support-" + timestamp();
  Bundle bundle(options.path.empty() ? name + (options.folder ? "" : ".tar.gz") : options.path, options.folder, name);
  Status added = bundle.add("environment.txt", environment_text(session, (*connection)->settings()));
  std::string doctor;
  for (const Finding& finding : diagnose(session)) doctor += finding_text(finding, false);
  if (added) added = bundle.add("doctor.txt", masker.mask_text(doctor));
  if (added) added = add_shared(**connection, masker, bundle);
  for (std::size_t i = 0; added && i < instances->size(); ++i) {
    const std::string id = field((*instances)[i], "id");
    progress.show(i, id);
    added = add_instance(**connection, id, configurations[i], options.log_lines, masker, bundle);
  }
  if (added) added = bundle.close();
  progress.clear();
  if (!added) return added;
  session.print(bundle.path() + "\n");
  session.note("Secrets that DRaaS knows of are masked. Look through it before you give it away.");
  return {};
}

}  // namespace

void add_support_bundle_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(
      application, {"support-bundle", "Collect what helps others to find a fault, without secrets", "Control plane",
                    "  draas support-bundle\n  draas support-bundle orders --path orders.tar.gz"});
  auto options = when_chosen<BundleOptions>(command, session, support_bundle);
  add_target_options(command, options->targets, Targets::Filtered);
  command->add_option("--path", options->path, "What to write (default: draas-support-TIME.tar.gz)")->type_name("FILE");
  command->add_flag("--folder", options->folder, "A folder instead of an archive");
  command->add_option("--log-lines", options->log_lines, "Of each instance's log")
      ->type_name("NUMBER")
      ->check(whole_number(0, kMostLines))
      ->capture_default_str();
}

}  // namespace draas::cli
