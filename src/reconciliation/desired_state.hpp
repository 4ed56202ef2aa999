#pragma once
// Desired state from outside: a directory or a git repository of instance files is watched, and what changes in it is
// applied through the REST API.

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "client/api_client.hpp"
#include "client/instance_document.hpp"
#include "net/task.hpp"

namespace draas::reconciliation {

struct DesiredStateSource {
  std::string name;                // labels what comes from it
  std::string directory;           // of files; with `git`, inside the repository
  std::string git;                 // URL or path of a repository; "" = a plain directory
  std::string branch;              // "" = the repository's default
  bool prune = false;              // delete instances of this source whose file has gone
  Duration interval{5'000};        // between two looks
  std::filesystem::path checkout;  // where the repository is kept
};

// From settings, where `name` is the key: {Directory, Git, Branch, Prune, Interval}. InvalidArgument names the member.
Result<DesiredStateSource> parse_desired_state_source(const std::string& name, const Json& value,
                                                      const std::filesystem::path& checkouts);

// One loop.
class DesiredState {
 public:
  // A sync() that is reading a repository gives up soon after `stop` was requested.
  DesiredState(client::ApiClient& api, net::WorkerPool& blocking, DesiredStateSource source, std::stop_token stop = {});

  struct Summary {
    std::size_t files = 0, created = 0, changed = 0, pruned = 0, failed = 0;
    bool unchanged = false;  // the files are as they were
  };
  // Looks at the files and applies what differs from the last look. Errors of one file do not hold back the others.
  net::Task<Result<Summary>> sync();
  const DesiredStateSource& source() const { return source_; }

 private:
  struct Files;
  net::Task<Status> apply(client::InstanceDocument file, Summary& result);
  // Nothing when the policy is null.
  net::Task<Status> set_policy(std::string id, Json policy);
  net::Task<Status> prune(std::set<std::string> present, Summary& result);

  client::ApiClient& api_;
  net::WorkerPool& blocking_;
  DesiredStateSource source_;
  std::stop_token stop_;
  std::string seen_;  // mark of the files at the last complete look
};

}  // namespace draas::reconciliation
