#pragma once
// Keeps `<directory>/{id}/server.yaml` equal to the newest configuration of every instance (#55). The store stays the
// truth; the files are its readable copy.
//
// Control loop only; files are written by the worker pool, one at a time, the newest text of an instance last.

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/instances/ledger.hpp"
#include "net/task.hpp"

namespace draas::core {

class ConfigurationFiles {
 public:
  ConfigurationFiles(std::filesystem::path directory, net::Executor executor, net::WorkerPool& pool);

  // nullptr: the instance is gone, its directory goes too.
  void update(const std::string& id, std::shared_ptr<const std::string> text);
  // Writes what differs from the current configurations and removes directories of unknown instances. Blocks.
  Status reconcile(const std::vector<EntryPtr>& entries) const;
  net::Task<void> close();

 private:
  net::Task<void> write_pending();

  std::filesystem::path directory_;
  net::WorkerPool& pool_;
  std::map<std::string, std::shared_ptr<const std::string>> pending_;
  bool writing_ = false;
  net::TaskGroup tasks_;
};

}  // namespace draas::core
