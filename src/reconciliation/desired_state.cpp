#include "reconciliation/desired_state.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/id.hpp"
#include "base/log.hpp"
#include "net/text.hpp"
#include "reconciliation/git.hpp"
#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

namespace fs = std::filesystem;

// Of the file as it was applied last: tells after a restart that there is nothing to do, also when the configuration
// was rolled back since.
constexpr std::string_view kHashLabel = "draas.sourceHash";
constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kMaxFileBytes = 1U << 20U;

bool is_instance_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

std::string hash_of(const client::InstanceDocument& file) {
  std::string text = to_text(file.instance);
  if (file.policy.is_object()) text += to_text(file.policy);
  return sha256_hex(text).substr(0, kHashDigits);
}

}  // namespace

Result<DesiredStateSource> parse_desired_state_source(const std::string& key, const Json& value,
                                                      const fs::path& checkouts) {
  DesiredStateSource source;
  source.name = key;
  const auto bad = [&](const std::string& name, const std::string& message) {
    return fail(ErrorCode::InvalidArgument, "Reconciliation.Sources." + key + ": " + name + " " + message);
  };
  if (!value.is_object()) return bad("it", "must be an object with Directory or Git");
  for (const auto& [name, member] : value.items()) {
    const std::string text = member.is_string() ? member.get<std::string>() : std::string();
    if (name == "Prune") {
      // From the environment it comes as text.
      const bool on = member == Json(true) || net::equals_ignoring_case(text, "true");
      if (!on && member != Json(false) && !net::equals_ignoring_case(text, "false")) {
        return bad(name, "must be true or false");
      }
      source.prune = on;
      continue;
    }
    if (!member.is_string()) return bad(name, "must be text");
    if (name == "Directory") {
      source.directory = text;
    } else if (name == "Git") {
      source.git = text;
    } else if (name == "Branch") {
      source.branch = text;
    } else if (name == "Interval") {
      const auto interval = parse_duration(text);
      if (!interval || interval->count() <= 0) return bad(name, "must be a duration such as 5s");
      source.interval = *interval;
    } else {
      return bad(name, "is not known; there are Directory, Git, Branch, Prune and Interval");
    }
  }
  if (source.directory.empty() && source.git.empty()) return bad("Directory", "or Git is needed");
  if (source.git.starts_with('-')) return bad("Git", "must not begin with '-'");
  if (source.branch.starts_with('-')) return bad("Branch", "must not begin with '-'");
  if (!source.git.empty()) source.checkout = checkouts / sha256_hex(source.git + "#" + source.branch).substr(0, 16);
  return source;
}

// What one look found, read on a thread that may block.
struct DesiredState::Files {
  std::string mark;
  std::vector<client::InstanceDocument> instances;
  std::vector<Error> errors;
};

DesiredState::DesiredState(client::ApiClient& api, net::WorkerPool& blocking, DesiredStateSource source,
                           std::stop_token stop)
    : api_(api), blocking_(blocking), source_(std::move(source)), stop_(std::move(stop)) {}

net::Task<Result<DesiredState::Summary>> DesiredState::sync() {
  auto work = [source = source_, stop = stop_]() -> Result<std::shared_ptr<Files>> {
    auto files = std::make_shared<Files>();
    fs::path root = source.directory;
    if (!source.git.empty()) {
      auto commit = update_checkout(source.git, source.branch, source.checkout, stop);
      if (!commit) return std::unexpected(std::move(commit.error()));
      root = source.checkout / source.directory;
    }
    std::error_code problem;
    std::vector<fs::path> paths;
    for (fs::recursive_directory_iterator entry(root, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      const std::string name = entry->path().filename().string();
      if (name.starts_with('.')) {
        if (entry->is_directory(problem)) entry.disable_recursion_pending();
        continue;
      }
      if (entry->is_regular_file(problem) && is_instance_file(entry->path())) paths.push_back(entry->path());
    }
    // Instances are not deleted because a directory was moved.
    if (problem == std::errc::no_such_file_or_directory && !source.git.empty()) {
      return fail(ErrorCode::NotFound, "The repository has no directory '" + source.directory +
                                           "'; one without instances needs a file such as .gitkeep");
    }
    if (problem) {
      return fail(ErrorCode::Unavailable, "The directory " + root.string() + " cannot be read: " + problem.message());
    }
    std::ranges::sort(paths);
    std::string all;
    for (const fs::path& path : paths) {
      std::ifstream stream(path, std::ios::binary);
      std::ostringstream text;
      text << stream.rdbuf();
      const std::string file = fs::relative(path, root, problem).string();
      all += file + '\0' + text.str() + '\0';
      if (text.str().size() > kMaxFileBytes || !stream) {
        files->errors.push_back(
            fail(ErrorCode::InvalidArgument, file + " cannot be read, or is larger than 1 MiB").error());
        continue;
      }
      auto parsed = client::read_instance_documents(file, text.str());
      if (!parsed) {
        files->errors.push_back(std::move(parsed.error()));
        continue;
      }
      std::ranges::move(*parsed, std::back_inserter(files->instances));
    }
    files->mark = sha256_hex(all);
    return files;
  };
  auto read = co_await blocking_.run(std::move(work));
  if (!read) co_return std::unexpected(std::move(read.error()));
  const Files& files = **read;
  Summary summary;
  summary.files = files.instances.size();
  if (files.mark == seen_) {
    summary.unchanged = true;
    co_return summary;
  }
  std::set<std::string> present;
  bool complete = files.errors.empty();
  for (const Error& error : files.errors) {
    ++summary.failed;
    write_log(LogLevel::Error, "an instance file is not valid", error, {{"source", source_.name}});
  }
  for (const client::InstanceDocument& file : files.instances) {
    if (!present.insert(file.id).second) {
      log_error("two files describe the same instance", {{"source", source_.name}, {"instanceId", file.id}});
      ++summary.failed;
      continue;
    }
    client::InstanceDocument copy = file;
    const Status applied = co_await apply(std::move(copy), summary);
    if (applied) continue;
    ++summary.failed;
    // A refusal stays one until the file changes; everything else is tried again.
    if (applied.error().retryable) complete = false;
    write_log(LogLevel::Error, "an instance file could not be applied", applied.error(),
              {{"source", source_.name}, {"file", file.file}, {"instanceId", file.id}});
  }
  // What could not be read may be the file of an instance, so that nothing is deleted then.
  if (source_.prune && files.errors.empty()) {
    const Status pruned = co_await prune(std::move(present), summary);
    if (!pruned) {
      complete = false;
      write_log(LogLevel::Error, "instances could not be pruned", pruned.error(), {{"source", source_.name}});
    }
  }
  if (complete) seen_ = files.mark;
  co_return summary;
}

// Creates the instance, or brings what the file says about it up to date. Nothing is written that is so already.
net::Task<Status> DesiredState::apply(client::InstanceDocument file, Summary& summary) {
  const std::string hash = hash_of(file);
  Json wanted = file.instance;
  wanted["metadata"][std::string(client::kSourceLabel)] = source_.name;
  wanted["metadata"][std::string(kHashLabel)] = hash;
  const Json configuration = wanted.contains("configuration") ? wanted["configuration"] : Json();

  std::string path = client::instance_path(file.id);
  auto current = co_await api_.get(path);
  if (!current && current.error().code != ErrorCode::NotFound) co_return std::unexpected(std::move(current.error()));
  if (!current) {
    if (!wanted.contains("name")) wanted["name"] = file.id;
    const std::string state = text_field(wanted, "desiredState");
    if (state.empty()) wanted["start"] = true;
    // With a policy the mark comes last: it says that all of the file is applied.
    if (file.policy.is_object()) wanted["metadata"].erase(std::string(kHashLabel));
    std::string collection = "/api/server/instances";
    auto created = co_await api_.post(std::move(collection), std::move(wanted));
    if (!created) co_return std::unexpected(std::move(created.error()));
    ++summary.created;
    if (!file.policy.is_object()) co_return Status{};
    std::string created_id = file.id;
    Json created_policy = std::move(file.policy);
    const Status given = co_await set_policy(std::move(created_id), std::move(created_policy));
    if (!given) co_return given;
    client::Call mark;
    mark.method = net::Method::Patch;
    mark.target = path;
    mark.body = Json::object();
    (*mark.body)["metadata"][std::string(kHashLabel)] = hash;
    auto marked = co_await api_.send(std::move(mark));
    if (!marked) co_return std::unexpected(std::move(marked.error()));
    co_return Status{};
  }
  // Never taken over from somebody else without a word.
  const Json* metadata = field(*current, "metadata");
  const std::string owner = metadata != nullptr ? text_field(*metadata, "draas.source") : std::string();
  if (!owner.empty() && owner != source_.name) {
    co_return fail(ErrorCode::Conflict, "Instance '" + file.id + "' belongs to source '" + owner + "'");
  }
  if (metadata != nullptr && text_field(*metadata, "draas.sourceHash") == hash) co_return Status{};
  if (configuration.is_object()) {
    client::Call put;
    put.method = net::Method::Put;
    put.target = "/api/configuration/instances/" + net::percent_encode(file.id);
    put.body = configuration;
    auto stored = co_await api_.send(std::move(put));
    if (!stored) co_return std::unexpected(std::move(stored.error()));
  }
  // Before the mark in the metadata, which says that all of the file is applied.
  std::string policy_id = file.id;
  Json policy = std::move(file.policy);
  const Status policy_set = co_await set_policy(std::move(policy_id), std::move(policy));
  if (!policy_set) co_return policy_set;
  Json update = Json::object();
  for (const char* name : {"name", "description", "metadata", "restartPolicy", "desiredState", "limits", "frontPort"}) {
    if (wanted.contains(name)) update[name] = wanted[name];
  }
  client::Call patch;
  patch.method = net::Method::Patch;
  patch.target = path;
  patch.body = std::move(update);
  auto patched = co_await api_.send(std::move(patch));
  if (!patched) co_return std::unexpected(std::move(patched.error()));
  ++summary.changed;
  co_return Status{};
}

net::Task<Status> DesiredState::set_policy(std::string id, Json policy) {
  if (!policy.is_object()) co_return Status{};
  std::string target = "/api/reconciliation/instances/" + net::percent_encode(id) + "/policy";
  auto set = co_await api_.put(std::move(target), std::move(policy));
  if (!set) co_return std::unexpected(std::move(set.error()));
  co_return Status{};
}

net::Task<Status> DesiredState::prune(std::set<std::string> present, Summary& summary) {
  std::string path =
      "/api/server/instances?selector=" + net::percent_encode(std::string(client::kSourceLabel) + "=" + source_.name);
  auto list = co_await api_.get(std::move(path));
  if (!list) co_return std::unexpected(std::move(list.error()));
  for (const Json& instance : *list) {
    const std::string id = text_field(instance, "id");
    if (present.contains(id)) continue;
    std::string target = client::instance_path(id);
    const Status removed = co_await api_.remove(std::move(target), std::chrono::minutes(1));
    if (!removed && removed.error().code != ErrorCode::NotFound) co_return removed;
    log_info("instance deleted: its file has gone", {{"source", source_.name}, {"instanceId", id}});
    ++summary.pruned;
  }
  co_return Status{};
}

}  // namespace draas::reconciliation
