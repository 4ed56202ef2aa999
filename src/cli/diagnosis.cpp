#include "cli/diagnosis.hpp"

#include <sys/stat.h>

#include "cli/command.hpp"

namespace draas::cli {
namespace {

using Level = Finding::Level;
using Findings = std::vector<Finding>;

constexpr std::size_t kNamed = 5;

void check_context_file(Findings& out) {
  const auto path = context_file_path();
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    out.push_back({Level::Good, "contexts", "no file " + path.string() + "; none is needed"});
    return;
  }
  const auto file = read_context_file(path);
  if (!file) {
    out.push_back({Level::Failed, "contexts", file.error().message});
  } else if ((info.st_mode & 077) != 0) {
    out.push_back({Level::Failed, "contexts", path.string() + " can be read by others; chmod 600 " + path.string()});
  } else {
    out.push_back({Level::Good, "contexts", std::to_string(file->contexts.size()) + " in " + path.string()});
  }
}

void check_key(const ConnectionSettings& settings, Findings& out) {
  const auto endpoint = net::Endpoint::parse(settings.server);
  if (!endpoint || settings.api_key.empty() || endpoint->kind != net::Endpoint::Kind::Tcp) return;
  if (endpoint->host == "localhost" || endpoint->host.starts_with("127.") || endpoint->host == "::1") return;
  out.push_back({Level::Doubtful, "key", "is sent unencrypted to " + settings.server + "; use https"});
}

bool check_control_plane(const Session& session, Connection& connection, Findings& out) {
  auto health = connection.get("/api/health");
  if (!health) {
    out.push_back({Level::Failed, "control plane", health.error().message + ". Is `draas server` running there?"});
    return false;
  }
  const std::string version = field(*health, "version");
  out.push_back(
      {Level::Good, "control plane",
       version + " at " + connection.settings().server + ", " + field(*health, "totalInstances") + " instances"});
  if (!version.empty() && version != session.version()) {
    out.push_back(
        {Level::Doubtful, "version", "this program is " + session.version() + ", the control plane " + version});
  }
  client::Call ready;
  ready.target = "/ready";
  if (const auto answer = connection.send(std::move(ready)); !answer) {
    out.push_back({Level::Failed, "store", answer.error().message});
  } else {
    out.push_back({Level::Good, "store", "takes writes"});
  }
  return true;
}

void check_platforms(Connection& connection, Findings& out) {
  auto platforms = connection.get("/api/server/platforms");
  if (!platforms) {
    out.push_back({Level::Failed, "platforms", platforms.error().message});
    return;
  }
  for (const Json& platform : *platforms) {
    const bool available = member(platform, "available") == Json(true);
    const bool needed = member(platform, "isDefault") == Json(true) || member(platform, "instanceCount") != Json(0);
    const std::string what = "platform " + field(platform, "platformType");
    const std::string reason = field(platform, "reason");
    if (available || needed) {
      out.push_back({available ? Level::Good : Level::Failed, what, reason});
    } else {
      out.push_back({Level::Good, what, "not used; it would not be available: " + reason});
    }
  }
}

void check_reconciler(Connection& connection, Findings& out) {
  auto status = connection.get("/api/reconciliation/status");
  if (!status) {
    out.push_back({Level::Failed, "reconciler", status.error().message});
    return;
  }
  const std::size_t workers = member(*status, "workers").size();
  if (workers == 0) {
    out.push_back(
        {Level::Doubtful, "reconciler",
         "none is running, so that changes wait for a restart; start `draas reconciler`, or the control plane "
         "with --with-reconciler"});
  } else {
    out.push_back({Level::Good, "reconciler", std::to_string(workers) + (workers == 1 ? " worker" : " workers")});
  }
  auto waiting = connection.get("/api/reconciliation/approvals?state=Pending");
  if (waiting && !waiting->empty()) {
    out.push_back(
        {Level::Doubtful, "approvals", std::to_string(waiting->size()) + " wait; `draas approve` lists them"});
  }
}

std::string named(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ids.size(), kNamed); ++i) text += (i == 0 ? "" : ", ") + ids[i];
  if (ids.size() > kNamed) text += " and " + std::to_string(ids.size() - kNamed) + " more";
  return text;
}

void check_instances(Connection& connection, Findings& out) {
  auto instances = connection.get("/api/server/instances");
  if (!instances) {
    out.push_back({Level::Failed, "instances", instances.error().message});
    return;
  }
  std::vector<std::string> failed;
  std::vector<std::string> unhealthy;
  std::vector<std::string> held;
  std::vector<std::string> restarted;
  for (const Json& instance : *instances) {
    const std::string id = field(instance, "id");
    const std::string health = field(instance, "health");
    if (field(instance, "status") == "Error") failed.push_back(id);
    if (health == "Unhealthy" || health == "Degraded") unhealthy.push_back(id);
    if (member(instance, "held").is_object()) held.push_back(id);
    if (member(instance, "restartCount").is_number() && member(instance, "restartCount") > Json(0))
      restarted.push_back(id);
  }
  if (!failed.empty()) {
    out.push_back({Level::Failed, "instances", "in Error: " + named(failed) + "; `draas describe` says why"});
  }
  if (!unhealthy.empty()) out.push_back({Level::Failed, "health", "not healthy: " + named(unhealthy)});
  if (!held.empty()) {
    out.push_back({Level::Doubtful, "held revisions",
                   named(held) + "; a new revision failed its checks, `draas audit` says which and why"});
  }
  if (!restarted.empty()) {
    out.push_back({Level::Doubtful, "restarts", named(restarted) + " ended by themselves and were started again"});
  }
  if (failed.empty() && unhealthy.empty()) out.push_back({Level::Good, "instances", "none is in Error"});
}

}  // namespace

std::vector<Finding> diagnose(Session& session) {
  Findings out;
  check_context_file(out);
  const auto connection = session.connect();
  if (!connection) {
    out.push_back({Level::Failed, "control plane", connection.error().message});
    return out;
  }
  check_key((*connection)->settings(), out);
  if (!check_control_plane(session, **connection, out)) return out;
  check_platforms(**connection, out);
  check_reconciler(**connection, out);
  check_instances(**connection, out);
  return out;
}

Json to_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    const char* level = finding.level == Level::Good       ? "good"
                        : finding.level == Level::Doubtful ? "doubtful"
                                                           : "failed";
    list.push_back(Json{{"level", level}, {"what", finding.what}, {"text", finding.text}});
  }
  return list;
}

std::string finding_text(const Finding& finding, bool colour) {
  std::string mark = coloured("ok    ", Colour::Green, colour);
  if (finding.level == Level::Doubtful) mark = coloured("look  ", Colour::Yellow, colour);
  if (finding.level == Level::Failed) mark = coloured("FAILED", Colour::Red, colour);
  return mark + "  " + printable(finding.what) + ": " + printable(finding.text) + "\n";
}

}  // namespace draas::cli
