#include "core/configuration/configuration_files.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "drasi/configuration.hpp"

namespace draas::core {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr std::chrono::seconds kRetryPause{5};

std::filesystem::path file_of(const std::filesystem::path& directory, const std::string& id) {
  return directory / id / "server.yaml";
}

Status write_one(const std::filesystem::path& directory, const std::string& id,
                 const std::shared_ptr<const std::string>& text) {
  if (!text) return draas::remove_all(directory / id);
  const std::string yaml = drasi::export_yaml(Json::parse(*text));
  return write_file(file_of(directory, id), yaml, kFileMode, Durability::Durable);
}

}  // namespace

ConfigurationFiles::ConfigurationFiles(std::filesystem::path directory, net::Executor executor, net::WorkerPool& pool)
    : directory_(std::move(directory)), pool_(pool), tasks_(executor) {}

void ConfigurationFiles::update(const std::string& id, std::shared_ptr<const std::string> text) {
  pending_[id] = std::move(text);
  if (writing_) return;
  writing_ = true;
  tasks_.spawn("configuration files", [this] { return write_pending(); });
}

net::Task<void> ConfigurationFiles::write_pending() {
  while (!pending_.empty()) {
    auto next = pending_.extract(pending_.begin());
    const std::string& id = next.key();
    const std::shared_ptr<const std::string>& text = next.mapped();
    std::function<Status()> write = [directory = directory_, id, text] { return write_one(directory, id, text); };
    Status written = co_await pool_.run(write);
    if (written) continue;
    write_log(LogLevel::Error, "configuration file could not be written", written.error(), {{"instanceId", id}});
    pending_.try_emplace(id, text);  // unless something newer waits already
    const bool slept = co_await net::sleep_for(kRetryPause);
    if (!slept) break;
  }
  writing_ = false;
}

Status ConfigurationFiles::reconcile(const std::vector<EntryPtr>& entries) const {
  if (Status made = make_directories(directory_, 0700); !made) return made;
  std::set<std::string> known;
  for (const EntryPtr& entry : entries) {
    const std::string& id = entry->instance.id;
    known.insert(id);
    auto present = read_file(file_of(directory_, id));
    if (present && *present == drasi::export_yaml(Json::parse(*entry->configuration))) continue;
    if (Status written = write_one(directory_, id, entry->configuration); !written) return written;
  }
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(directory_, error)) {
    // Only what we would have written ourselves is ours to remove.
    if (known.contains(item.path().filename()) || !std::filesystem::exists(item.path() / "server.yaml")) continue;
    if (Status removed = draas::remove_all(item.path()); !removed) return removed;
  }
  return {};
}

net::Task<void> ConfigurationFiles::close() { return tasks_.close(); }

}  // namespace draas::core
