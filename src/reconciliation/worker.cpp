#include "reconciliation/worker.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "base/log.hpp"
#include "reconciliation/fleet.hpp"
#include "reconciliation/json_fields.hpp"
#include "reconciliation/metrics.hpp"
#include "reconciliation/reconciler.hpp"
#include "reconciliation/requests.hpp"
#include "reconciliation/rollout_runner.hpp"

namespace draas::reconciliation {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLongPoll{25'000};
constexpr milliseconds kReconnectFirst{100};
constexpr milliseconds kReconnectMax{5'000};
constexpr milliseconds kObserveLimit{60'000};
constexpr int kHeartbeatsPerLease = 3;
constexpr Duration kMaxRetryDelay = std::chrono::minutes(5);
constexpr int kMaxDoublings = 10;
constexpr std::size_t kShards = 64;

}  // namespace

class Worker::Impl {
 public:
  Impl(net::EventLoop& loop, WorkerOptions options, StrategyRegistry strategies, Metrics& metrics)
      : loop_(loop),
        options_(std::move(options)),
        strategies_(std::move(strategies)),
        metrics_(metrics),
        http_(loop.executor()),
        api_(http_, options_.api),
        reconciler_(api_, strategies_, reconciler_options(), &metrics_),
        requests_(api_, reconciler_),
        rollouts_(api_),
        tasks_(loop.executor()),
        blocking_("desired", 1) {}

  void start() {
    net::asio::post(loop_.executor(), [this] {
      tasks_.spawn("lease", [this] { return keep_lease(); });
      tasks_.spawn("feed", [this] { return follow(); });
      tasks_.spawn("alarms", [this] { return watch_alarms(); });
      if (options_.sweep_interval.count() > 0) tasks_.spawn("sweep", [this] { return sweep(); });
      for (const DesiredStateSource& source : options_.sources) {
        tasks_.spawn("source", [this, source] { return watch_source(source); });
      }
    });
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    net::asio::co_spawn(loop_.executor(), close(), net::asio::use_future).get();
  }

  WorkerStatus status() const {
    const std::scoped_lock lock(status_mutex_);
    return status_;
  }

 private:
  struct Cycle {
    std::size_t drifted = 0, reconciled = 0, failed = 0;
  };

  ReconcilerOptions reconciler_options() {
    ReconcilerOptions options;
    options.worker = options_.name;
    options.defaults = options_.defaults;
    options.audit = options_.audit;
    options.executor.check_timeout = options_.check_timeout;
    options.executor.start_timeout = options_.defaults.timeout;
    options.executor.holds = [this](const std::string& id) { return holds(id); };
    return options;
  }

  // --- leases -------------------------------------------------------------------------------------------------------

  bool holds(const std::string& id) const {
    return steady_clock::now() < lease_end_ && shards_.contains(fnv1a(id) % kShards);
  }

  // What one worker is enough for is done by the one that holds the first shard.
  bool is_leader() const { return steady_clock::now() < lease_end_ && shards_.contains(0); }

  std::string lease_path() const { return "/api/reconciliation/leases/" + net::percent_encode(options_.name); }

  Json heartbeat_body() const {
    std::set<std::uint64_t> in_use;
    for (const auto& [id, count] : running_) in_use.insert(fnv1a(id) % kShards);
    Json busy = Json::array();
    for (const std::uint64_t shard : in_use) busy.push_back(shard);
    Json status{{"instances", fleet_.size()},
                {"drifted", fleet_.drifted()},
                {"busy", running_.size()},
                {"waiting", fleet_.waiting()}};
    if (last_sweep_) status["lastSweep"] = to_rfc3339(*last_sweep_);
    Json body{{"ttl", to_text(options_.lease_time)}, {"busyShards", std::move(busy)}, {"status", std::move(status)}};
    if (!options_.url.empty()) body["url"] = options_.url;
    return body;
  }

  net::Task<void> keep_lease() {
    while (true) {
      const auto asked = steady_clock::now();
      std::string path = lease_path();
      Json body = heartbeat_body();
      auto answer = co_await api_.put(std::move(path), std::move(body));
      if (answer) {
        take_shards(*answer, asked + options_.lease_time);
      } else {
        report_connection(false, answer.error().message);
      }
      const bool slept =
          co_await net::sleep_for(answer ? options_.lease_time / kHeartbeatsPerLease : kReconnectFirst * 5);
      if (!slept) co_return;
    }
  }

  void take_shards(const Json& answer, SteadyTime end) {
    std::set<std::uint64_t> shards;
    if (const Json* list = field(answer, "shards"); list != nullptr && list->is_array()) {
      for (const Json& shard : *list) {
        if (shard.is_number_unsigned()) shards.insert(shard.get<std::uint64_t>());
      }
    }
    if (shards != shards_) {
      log_info("shards of the fleet",
               {{"worker", options_.name}, {"shards", shards.size()}, {"workers", number_field(answer, "workers")}});
    }
    shards_ = std::move(shards);
    lease_end_ = end;
    metrics_.shards.set(static_cast<double>(shards_.size()));
    report_connection(true, "");
  }

  void report_connection(bool connected, const std::string& reason) {
    bool changed = false;
    {
      const std::scoped_lock lock(status_mutex_);
      changed = status_.connected != connected || !told_;
      told_ = true;
      status_ = {connected, reason, fleet_.size(), shards_.size()};
    }
    if (!changed) return;
    if (connected) {
      log_info("connected to the control plane", {{"url", options_.api.endpoint.to_string()}});
    } else {
      log_warn("the control plane does not answer; trying on",
               {{"url", options_.api.endpoint.to_string()}, {"reason", reason}});
    }
  }

  // --- the feed -----------------------------------------------------------------------------------------------------

  std::string feed_target(milliseconds wait, bool observe) const {
    std::string target = "/api/reconciliation/fleet?worker=" + net::percent_encode(options_.name) +
                         "&wait=" + std::to_string(wait.count()) + "ms";
    if (!version_.empty()) target += "&since=" + net::percent_encode(version_);
    if (observe) target += "&observe=true";
    return target;
  }

  net::Task<Result<client::Reply>> ask_feed(milliseconds wait, bool observe) {
    client::Call call;
    call.target = feed_target(wait, observe);
    if (!version_.empty()) call.if_none_match = "\"" + version_ + "\"";
    call.wait = wait + (observe ? kObserveLimit : milliseconds(0));
    co_return co_await api_.send(std::move(call));
  }

  net::Task<void> follow() {
    milliseconds pause = kReconnectFirst;
    while (true) {
      if (shards_.empty()) {  // until the first lease there is nothing to follow
        const bool slept = co_await net::sleep_for(kReconnectFirst);
        if (!slept) co_return;
        continue;
      }
      auto reply = co_await ask_feed(kLongPoll, false);
      if (!reply) {
        const bool slept = co_await net::sleep_for(pause);
        if (!slept) co_return;
        pause = std::min(pause * 2, kReconnectMax);
        continue;
      }
      pause = kReconnectFirst;
      if (!reply->not_modified()) take_in(reply->body, options_.event_driven);
    }
  }

  void take_in(const Json& answer, bool look_now) {
    const std::string version = text_field(answer, "version");
    if (flag_field(answer, "reset")) {
      // Items that are told anew are compared with what is remembered; those that are not told are gone.
      std::set<std::string> told;
      if (const Json* items = field(answer, "items")) {
        for (const Json& item : *items) told.insert(text_field(item, "id"));
      }
      fleet_.keep_only(told);
    }
    version_ = version;
    if (const Json* items = field(answer, "items"); items != nullptr && items->is_array()) {
      for (const Json& item : *items) fleet_.update(item);
    }
    if (const Json* removed = field(answer, "removed"); removed != nullptr && removed->is_array()) {
      for (const Json& id : *removed) {
        if (id.is_string()) fleet_.remove(id.get<std::string>());
      }
    }
    metrics_.instances.set(static_cast<double>(fleet_.size()));
    if (const Json* requests = field(answer, "requests"); requests != nullptr && requests->is_array()) {
      for (const Json& request : *requests) take_request(request);
    }
    const std::string rollouts = text_field(answer, "rollouts");
    if (!rollouts.empty() && rollouts != rollouts_version_ && shards_.contains(0)) {
      rollouts_version_ = rollouts;
      wake_rollouts();
    }
    if (look_now) pump(Trigger::Event);
  }

  // --- sweeps -------------------------------------------------------------------------------------------------------

  // One conditional request: the control plane looks at the live servers and tells what has changed.
  net::Task<void> sweep() {
    while (true) {
      const bool slept = co_await net::sleep_for(options_.sweep_interval);
      if (!slept) co_return;
      if (shards_.empty()) continue;
      auto reply = co_await ask_feed(milliseconds(0), true);
      if (!reply) continue;  // keep_lease() tells that nobody answers
      if (!reply->not_modified()) take_in(reply->body, true);
      fleet_.wake(steady_clock::now());
      pump(Trigger::Sweep);
      last_sweep_ = system_clock().now();
      metrics_.cycles.add();
      const Cycle cycle = std::exchange(cycle_, Cycle{});
      log_info("Checked: " + std::to_string(fleet_.size()) + ", Drift detected: " + std::to_string(cycle.drifted) +
                   ", Reconciled: " + std::to_string(cycle.reconciled) + ", Failed: " + std::to_string(cycle.failed),
               {{"worker", options_.name}});
    }
  }

  net::Task<void> watch_alarms() {
    constexpr milliseconds kLook{500};
    while (true) {
      const bool slept = co_await net::sleep_for(kLook);
      if (!slept) co_return;
      const auto now = steady_clock::now();
      if (const auto next = fleet_.next_wake(); next && *next <= now) {
        fleet_.wake(now);
        pump(Trigger::Sweep);
      }
    }
  }

  // --- work ---------------------------------------------------------------------------------------------------------

  // Starts as much as the limit allows; requests first.
  void pump(Trigger trigger) {
    while (running_.size() < options_.max_concurrent && !asked_.empty()) {
      // One of an instance that is busy waits for its turn without holding up the others.
      const auto next =
          std::ranges::find_if(asked_, [&](const Request& request) { return !fleet_.busy(request.instance); });
      if (next == asked_.end()) break;
      Request request = std::move(*next);
      asked_.erase(next);
      if (!fleet_.take(request.instance)) continue;
      running_[request.instance] = 1;
      tasks_.spawn("request " + request.instance, [this, request] { return answer(request); });
    }
    while (running_.size() < options_.max_concurrent) {
      auto id = fleet_.take();
      if (!id) break;
      running_[*id] = 1;
      tasks_.spawn("reconcile " + *id, [this, id = *id, trigger] { return look_at(id, trigger); });
    }
  }

  net::Task<void> look_at(std::string id, Trigger trigger) {
    Report report{.kind = Report::Kind::Failed, .reason = "this worker does not hold the instance"};
    if (holds(id)) {
      std::string copy = id;
      Wish wish;
      std::string no_request;
      report = co_await reconciler_.reconcile(std::move(copy), trigger, std::move(wish), std::move(no_request));
    }
    finish(id, report);
  }

  void finish(const std::string& id, const Report& report) {
    running_.erase(id);
    using Verdict = Fleet::Verdict;
    const auto now = steady_clock::now();
    switch (report.kind) {
      case Report::Kind::Reconciled:
      case Report::Kind::RolledBack:
        ++(report.kind == Report::Kind::Reconciled ? cycle_.reconciled : cycle_.failed);
        ++cycle_.drifted;
        fleet_.done(id, Verdict::Settled);
        break;
      case Report::Kind::InSync:
        fleet_.done(id, Verdict::Settled);
        break;
      case Report::Kind::Skipped:
      case Report::Kind::Pending:
        fleet_.done(id, Verdict::Settled, {}, report.drifted);
        break;
      case Report::Kind::Deferred: {
        const auto until = report.until.value_or(system_clock().now());
        const auto delay = std::max<WallTime::duration>(until - system_clock().now(), WallTime::duration::zero());
        fleet_.done(id, Verdict::Deferred, now + delay, true);
        break;
      }
      case Report::Kind::Failed: {
        ++cycle_.failed;
        const auto doublings = std::min<std::size_t>(fleet_.failures(id), kMaxDoublings);
        const Duration first = std::max<Duration>(options_.defaults.retry_delay, milliseconds(100));
        fleet_.done(id, Verdict::Retry, now + std::min<Duration>(first * (1 << doublings), kMaxRetryDelay), true);
        break;
      }
    }
    metrics_.drifted.set(static_cast<double>(fleet_.drifted()));
    pump(Trigger::Event);
  }

  // --- requests -----------------------------------------------------------------------------------------------------

  void take_request(const Json& item) {
    Request request = parse_request(item);
    if (request.id.empty() || !requests_seen_.insert(request.id).second) return;
    if (request.changes_something()) {
      asked_.push_back(std::move(request));
      pump(Trigger::Request);
    } else {
      tasks_.spawn("question " + request.instance, [this, request] { return question(request); });
    }
  }

  net::Task<void> question(Request request) {
    const std::string id = request.id;
    co_await requests_.answer_question(std::move(request));
    requests_seen_.erase(id);
  }

  net::Task<void> answer(Request request) {
    const std::string rid = request.id;
    const std::string instance = request.instance;
    Report report = co_await requests_.reconcile(std::move(request));
    requests_seen_.erase(rid);
    finish(instance, report);
  }

  // --- rollouts and sources -----------------------------------------------------------------------------------------

  void wake_rollouts() {
    if (std::exchange(rollouts_running_, true)) {
      rollouts_again_ = true;
      return;
    }
    tasks_.spawn("rollouts", [this] { return run_rollouts(); });
  }

  net::Task<void> run_rollouts() {
    do {
      rollouts_again_ = false;
      std::function<bool()> leads = [this] { return is_leader(); };
      co_await rollouts_.run_all(std::move(leads));
    } while (rollouts_again_);
    rollouts_running_ = false;
  }

  net::Task<void> watch_source(DesiredStateSource source) {
    const Duration interval = source.interval;
    DesiredState desired(api_, blocking_, std::move(source), reading_.get_token());
    std::string said;  // the failure that the log has already
    while (true) {
      if (is_leader()) co_await sync(desired, said);
      const bool slept = co_await net::sleep_for(interval);
      if (!slept) co_return;
    }
  }

  static net::Task<void> sync(DesiredState& desired, std::string& said) {
    auto summary = co_await desired.sync();
    const std::string& name = desired.source().name;
    if (!summary) {
      if (std::exchange(said, summary.error().message) != summary.error().message) {
        write_log(LogLevel::Error, "desired state could not be read", summary.error(), {{"source", name}});
      }
      co_return;
    }
    if (!std::exchange(said, std::string()).empty()) log_info("desired state is read again", {{"source", name}});
    if (!summary->unchanged) {
      log_info("desired state applied", {{"source", name},
                                         {"files", summary->files},
                                         {"created", summary->created},
                                         {"changed", summary->changed},
                                         {"pruned", summary->pruned},
                                         {"failed", summary->failed}});
    }
  }

  net::Task<void> close() {
    reading_.request_stop();
    co_await tasks_.close();
    co_await rollouts_.close();
    std::string path = lease_path();
    const Status released = co_await api_.remove(std::move(path));
    if (!released) write_log(LogLevel::Warn, "the lease was not released", released.error());
  }

  net::EventLoop& loop_;
  WorkerOptions options_;
  StrategyRegistry strategies_;
  ReconciliationMetrics metrics_;
  net::HttpClient http_;
  client::ApiClient api_;
  Reconciler reconciler_;
  Requests requests_;
  RolloutRunner rollouts_;
  net::TaskGroup tasks_;
  std::stop_source reading_;  // of files and repositories, on the thread below
  net::WorkerPool blocking_;
  Fleet fleet_;
  std::set<std::uint64_t> shards_;
  SteadyTime lease_end_{};
  std::string version_;
  std::string rollouts_version_;
  bool rollouts_running_ = false;
  bool rollouts_again_ = false;
  std::map<std::string, int> running_;  // instances that are being worked on
  std::deque<Request> asked_;
  std::set<std::string> requests_seen_;
  Cycle cycle_;
  std::optional<WallTime> last_sweep_;
  mutable std::mutex status_mutex_;
  WorkerStatus status_;
  bool told_ = false;
  bool stopped_ = false;
};

Worker::Worker(net::EventLoop& loop, WorkerOptions options, StrategyRegistry strategies, Metrics& metrics)
    : impl_(std::make_unique<Impl>(loop, std::move(options), std::move(strategies), metrics)) {}

Worker::~Worker() { stop(); }

void Worker::start() { impl_->start(); }

void Worker::stop() { impl_->stop(); }

WorkerStatus Worker::status() const { return impl_->status(); }

}  // namespace draas::reconciliation
