// How much of a bare SQLite writer's speed the store keeps.
//
//   draas_store_bench [--directory=DIR] [--seconds=5] [--committers=64]
//
// "bare" is the ceiling: one thread, the same rows of the same tables in the same kind of file, upserted without
// looking first, `committers` batches to a transaction, nobody to answer. "store" is `committers` loops that each
// commit and wait for the answer, as the control plane's operations do. Both write one instance of about 600 bytes, one
// revision of 1.5 KB, one port lease and one event of 300 bytes to a batch. Use a directory on the disk that matters.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include "base/id.hpp"
#include "core/store/store.hpp"
#include "stores/memory/memory_store.hpp"
#include "stores/sqlite/index_column.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace {

using draas::core::Batch;
using draas::core::Write;
using Clock = std::chrono::steady_clock;

struct Settings {
  std::filesystem::path directory = std::filesystem::temp_directory_path();
  std::chrono::milliseconds duration{5000};
  std::size_t committers = 64;
};

struct Outcome {
  double commits_per_second = 0;
  std::vector<double> latencies_ms;
};

// Instances are rewritten over and over, as status changes do; revisions and events are new each time.
Batch make_batch(std::size_t committer, std::uint64_t round) {
  const std::string instance = "instance-" + std::to_string(committer * 16 + round % 16);
  const std::string key = std::to_string(committer) + "-" + std::to_string(round);
  Batch batch;
  batch.writes.push_back(Write::put("instances", instance, std::string(600, 'i')));
  batch.writes.push_back(
      Write::put("revisions", instance + "-" + key, std::string(1500, 'r'), {{"instance", instance}}));
  batch.writes.push_back(Write::put("port-leases", "127.0.0.1:" + std::to_string(20000 + committer * 16 + round % 16),
                                    R"({"instance":")" + instance + R"("})"));
  batch.writes.push_back(Write::put("events", draas::make_uuid(), std::string(300, 'e'), {{"instance", instance}}));
  return batch;
}

void require(bool ok, std::string_view what) {
  if (ok) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

class BareWriter {
 public:
  explicit BareWriter(const std::filesystem::path& path) {
    require(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "cannot open the bare file");
    for (const char* sql : {"BEGIN IMMEDIATE", "COMMIT"}) prepare(sql);
    prepare("INSERT OR REPLACE INTO documents(collection, id, version, indexes, body) VALUES(?1, ?2, ?3, ?4, ?5)");
    prepare("INSERT OR REPLACE INTO document_indexes(collection, name, value, id) VALUES(?1, ?2, ?3, ?4)");
    require(sqlite3_exec(handle_,
                         "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536;"
                         "PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY",
                         nullptr, nullptr, nullptr) == SQLITE_OK,
            "cannot configure the bare file");
  }
  ~BareWriter() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(handle_);
  }
  BareWriter(const BareWriter&) = delete;
  BareWriter& operator=(const BareWriter&) = delete;

  void write(const std::vector<Batch>& group) {
    run(0);
    for (const Batch& batch : group) {
      ++version_;
      for (const Write& write : batch.writes) put(write);
    }
    run(1);
  }

 private:
  void prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK, "cannot prepare");
    statements_.push_back(statement);
  }
  void put(const Write& write) {
    const std::string indexes = draas::stores::encode_indexes(write.indexes);
    bind(2, 1, write.collection);
    bind(2, 2, write.id);
    sqlite3_bind_int64(statements_[2], 3, version_);
    bind(2, 4, indexes);
    bind(2, 5, write.body);
    run(2);
    for (const auto& entry : write.indexes) {
      bind(3, 1, write.collection);
      bind(3, 2, entry.name);
      bind(3, 3, entry.value);
      bind(3, 4, write.id);
      run(3);
    }
  }
  void bind(std::size_t statement, int parameter, const std::string& text) {
    sqlite3_bind_text(statements_[statement], parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void run(std::size_t statement) {
    require(sqlite3_step(statements_[statement]) == SQLITE_DONE, "the bare writer failed");
    sqlite3_reset(statements_[statement]);
  }

  sqlite3* handle_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  std::int64_t version_ = 0;
};

Outcome run_bare(const Settings& settings, const std::filesystem::path& path) {
  // The store makes the tables, so that both write the same ones.
  require(draas::stores::open_sqlite_store({.path = path}).has_value(), "cannot create the bare file");
  BareWriter writer(path);
  std::uint64_t round = 0;
  std::uint64_t commits = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < settings.duration) {
    std::vector<Batch> group;
    for (std::size_t committer = 0; committer < settings.committers; ++committer) {
      group.push_back(make_batch(committer, round));
    }
    writer.write(group);
    commits += group.size();
    ++round;
  }
  const std::chrono::duration<double> took = Clock::now() - start;
  return {static_cast<double>(commits) / took.count(), {}};
}

// The one loop that all committers run on.
class Loop {
 public:
  void post(std::function<void()> task) {
    bool wake = false;
    {
      const std::scoped_lock lock(mutex_);
      wake = tasks_.empty();
      tasks_.push_back(std::move(task));
    }
    if (wake) posted_.notify_one();
  }
  // Until `active` is 0.
  void run(const std::size_t& active) {
    std::deque<std::function<void()>> taken;
    while (active > 0) {
      {
        std::unique_lock lock(mutex_);
        posted_.wait(lock, [this] { return !tasks_.empty(); });
        taken.swap(tasks_);
      }
      for (auto& task : taken) task();
      taken.clear();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> tasks_;
};

Outcome run_store(const Settings& settings, draas::core::Store& store) {
  Loop loop;
  std::size_t active = settings.committers;
  std::uint64_t commits = 0;
  std::vector<double> latencies;
  const auto start = Clock::now();
  std::function<void(std::size_t, std::uint64_t)> commit = [&](std::size_t committer, std::uint64_t round) {
    if (Clock::now() - start >= settings.duration) {
      --active;
      return;
    }
    const auto sent = Clock::now();
    store.commit(make_batch(committer, round), [&, committer, round, sent](draas::Result<draas::core::Commit> done) {
      require(done.has_value(), "a commit failed");
      loop.post([&, committer, round, sent] {
        const std::chrono::duration<double, std::milli> latency = Clock::now() - sent;
        latencies.push_back(latency.count());
        ++commits;
        commit(committer, round + 1);
      });
    });
  };
  for (std::size_t committer = 0; committer < settings.committers; ++committer) {
    loop.post([&, committer] { commit(committer, 0); });
  }
  loop.run(active);
  const std::chrono::duration<double> took = Clock::now() - start;
  return {static_cast<double>(commits) / took.count(), std::move(latencies)};
}

double percentile(std::vector<double>& values, double fraction) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

void print(const char* name, Outcome& outcome) {
  std::printf("%-18s %9.0f commits/s %9.0f documents/s", name, outcome.commits_per_second,
              outcome.commits_per_second * 4);
  if (!outcome.latencies_ms.empty()) {
    std::printf("   latency ms: p50 %.2f  p99 %.2f  max %.2f", percentile(outcome.latencies_ms, 0.5),
                percentile(outcome.latencies_ms, 0.99), percentile(outcome.latencies_ms, 1));
  }
  std::printf("\n");
}

Settings read_arguments(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const std::string value = argument.substr(std::min(argument.size(), argument.find('=') + 1));
    if (argument.starts_with("--directory=")) settings.directory = value;
    if (argument.starts_with("--seconds=")) settings.duration = std::chrono::seconds(std::stoi(value));
    if (argument.starts_with("--committers=")) settings.committers = std::stoul(value);
  }
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  const Settings settings = read_arguments(count, arguments);
  const std::filesystem::path directory = settings.directory / ("store-bench-" + draas::random_hex(6));
  Outcome bare = run_bare(settings, directory / "bare.db");
  print("bare sqlite", bare);
  {
    auto store = draas::stores::open_sqlite_store({.path = directory / "store.db"});
    require(store.has_value(), "cannot open the store");
    Outcome outcome = run_store(settings, **store);
    print("sqlite store", outcome);
    std::printf("ratio              %9.2f of the bare writer (at least 0.50 is wanted)\n",
                outcome.commits_per_second / bare.commits_per_second);
    Settings alone = settings;
    alone.committers = 1;
    outcome = run_store(alone, **store);
    print("one committer", outcome);
  }
  const auto memory = draas::stores::make_memory_store();
  Outcome outcome = run_store(settings, *memory);
  print("memory store", outcome);
  std::filesystem::remove_all(directory);
}
