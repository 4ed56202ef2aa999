#include "journal_store.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/json.hpp"

namespace {

namespace core = draas::core;
using draas::ErrorCode;
using draas::Json;
using draas::Result;
using draas::Status;

using Key = std::pair<std::string, std::string>;  // collection, id

std::string to_line(const core::ChangeSet& change) {
  Json writes = Json::array();
  for (const core::Write& write : change.writes) {
    Json entry{{"collection", write.collection}, {"id", write.id}};
    if (write.kind == core::Write::Kind::Put) {
      entry["body"] = write.body;
      for (const core::IndexEntry& index : write.indexes) entry["indexes"].push_back({index.name, index.value});
    }
    writes.push_back(std::move(entry));
  }
  return draas::to_text(Json{{"version", change.version}, {"writes", std::move(writes)}}) + "\n";
}

Result<core::ChangeSet> from_line(const std::string& line) {
  auto parsed = draas::parse_json(line, {.max_depth = 8, .max_values = SIZE_MAX});
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  core::ChangeSet change{.version = parsed->at("version").get<core::Version>(), .writes = {}};
  for (const Json& entry : parsed->at("writes")) {
    auto collection = entry.at("collection").get<std::string>();
    auto id = entry.at("id").get<std::string>();
    if (!entry.contains("body")) {
      change.writes.push_back(core::Write::erase(std::move(collection), std::move(id)));
      continue;
    }
    std::vector<core::IndexEntry> indexes;
    for (const Json& index : entry.value("indexes", Json::array())) {
      indexes.push_back({index.at(0).get<std::string>(), index.at(1).get<std::string>()});
    }
    auto body = entry.at("body").get<std::string>();
    change.writes.push_back(
        core::Write::put(std::move(collection), std::move(id), std::move(body), std::move(indexes)));
  }
  return change;
}

class JournalStore final : public core::Store {
 public:
  explicit JournalStore(int journal) : journal_(journal) {}
  ~JournalStore() override {
    close();
    ::close(journal_);
  }

  void replay(const core::ChangeSet& change) { apply(change); }
  void start() {
    writer_ = std::thread([this] { write_loop(); });
  }

  std::string_view kind() const override { return "journal"; }

  Result<std::optional<core::Document>> get(std::string_view collection, std::string_view id) override {
    const std::scoped_lock lock(mutex_);
    auto found = documents_.find(Key(collection, id));
    if (found == documents_.end()) return std::nullopt;
    return found->second;
  }

  Result<std::vector<core::Document>> list(const core::ListQuery& query) override {
    const std::scoped_lock lock(mutex_);
    std::vector<core::Document> page;
    for (const auto& [key, document] : documents_) {
      if (key.first != query.collection || key.second <= query.after) continue;
      if (!query.before.empty() && key.second >= query.before) continue;
      if (query.index && std::ranges::find(document.indexes, *query.index) == document.indexes.end()) continue;
      page.push_back(document);
    }
    if (query.descending) std::ranges::reverse(page);
    if (page.size() > query.limit) page.resize(query.limit);
    return page;
  }

  void commit(core::Batch batch, core::CommitHandler handler) override {
    {
      const std::scoped_lock lock(mutex_);
      if (!closing_) {
        queue_.emplace_back(std::move(batch), std::move(handler));
        wake_.notify_one();
        return;
      }
    }
    handler(draas::fail(ErrorCode::Cancelled, "The store is closed"));
  }

  // The mutex is held during calls, so dropping the token waits for one in progress.
  std::shared_ptr<void> watch(core::ChangeHandler handler) override {
    const std::scoped_lock lock(watch_mutex_);
    const auto number = ++last_watch_;
    watches_.emplace(number, std::move(handler));
    return {nullptr, [this, number](void*) {
              const std::scoped_lock drop(watch_mutex_);
              watches_.erase(number);
            }};
  }

  core::StoreHealth health() override {
    const std::scoped_lock lock(mutex_);
    if (closing_) return {false, "The store is closed"};
    return broken_.empty() ? core::StoreHealth{true, {}} : core::StoreHealth{false, broken_};
  }

  Status backup(const std::filesystem::path&) override {
    return draas::fail(ErrorCode::Unprocessable, "The journal store has no online backup: copy its file while closed");
  }

  void close() override {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
      wake_.notify_one();
    }
    if (writer_.joinable()) writer_.join();
  }

 private:
  using Queued = std::pair<core::Batch, core::CommitHandler>;

  void write_loop() {
    while (true) {
      Queued next;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;  // closing, and everything is written
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      core::ChangeSet change{.version = version_ + 1, .writes = std::move(next.first.writes)};
      Status written = check_versions(change.writes);
      if (written) written = append(to_line(change));
      if (!written) {
        next.second(std::unexpected(std::move(written.error())));
        continue;
      }
      apply(change);
      next.second(core::Commit{change.version});
      const std::scoped_lock lock(watch_mutex_);
      for (const auto& [number, handler] : watches_) handler(change);
    }
  }

  Status check_versions(const std::vector<core::Write>& writes) {
    const std::scoped_lock lock(mutex_);
    for (const core::Write& write : writes) {
      if (!write.expected) continue;
      auto found = documents_.find(Key(write.collection, write.id));
      const core::Version actual = found == documents_.end() ? core::kAbsent : found->second.version;
      if (actual == *write.expected) continue;
      return draas::fail(ErrorCode::PreconditionFailed,
                         "Document '" + write.collection + "/" + write.id + "' was changed meanwhile");
    }
    return {};
  }

  // A line is written whole and synced, or cut off again.
  Status append(const std::string& line) {
    if (!broken_.empty()) return draas::fail(ErrorCode::Unavailable, broken_);
    const off_t end = ::lseek(journal_, 0, SEEK_END);
    std::size_t done = 0;
    while (done < line.size()) {
      const ssize_t written = ::write(journal_, line.data() + done, line.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) break;
      done += static_cast<std::size_t>(written);
    }
    if (end >= 0 && done == line.size() && ::fdatasync(journal_) == 0) return {};
    auto error = draas::fail_errno("Writing the journal", errno);
    if (end < 0 || ::ftruncate(journal_, end) != 0) {
      const std::scoped_lock lock(mutex_);
      broken_ = "The journal may end in half a line: free disk space and open the store again";
    }
    return error;
  }

  void apply(const core::ChangeSet& change) {
    const std::scoped_lock lock(mutex_);
    version_ = change.version;
    for (const core::Write& write : change.writes) {
      Key key(write.collection, write.id);
      if (write.kind == core::Write::Kind::Delete) {
        documents_.erase(key);
      } else {
        documents_[key] = {write.collection, write.id, version_, write.body, write.indexes};
      }
    }
  }

  const int journal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, core::Document> documents_;
  core::Version version_ = 0;  // written by the writer's thread alone, once it runs
  std::deque<Queued> queue_;
  bool closing_ = false;
  std::string broken_;  // written by the writer's thread alone
  std::recursive_mutex watch_mutex_;
  std::map<std::uint64_t, core::ChangeHandler> watches_;
  std::uint64_t last_watch_ = 0;
  std::thread writer_;
};

}  // namespace

draas::Result<std::unique_ptr<core::Store>> open_journal_store(const std::filesystem::path& journal) {
  const int file = ::open(journal.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return draas::fail_errno("Opening " + journal.string(), errno);
  auto store = std::make_unique<JournalStore>(file);

  std::ifstream lines(journal);
  std::string line;
  off_t whole = 0;  // bytes of complete lines
  while (std::getline(lines, line) && !lines.eof()) {
    auto change = from_line(line);
    if (!change) return draas::fail(ErrorCode::DataLoss, journal.string() + " is damaged: " + change.error().message);
    store->replay(*change);
    whole += static_cast<off_t>(line.size()) + 1;
  }
  if (::ftruncate(file, whole) != 0) return draas::fail_errno("Repairing " + journal.string(), errno);
  store->start();
  return store;
}
