#include "monitors/docker/docker_monitor.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_future.hpp>

#include "base/log.hpp"
#include "docker/labels.hpp"
#include "monitors/docker/container_reports.hpp"
#include "monitors/report_buffer.hpp"

namespace draas::monitors::docker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{10'000};
constexpr milliseconds kQuietStream{120'000};  // after which the events are asked for anew
constexpr std::size_t kMaxBatchBytes = 512U << 10U;

// "" when there is none.
std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What the same report would meet again.
bool is_refusal(ErrorCode code) {
  return code == ErrorCode::InvalidArgument || code == ErrorCode::Unprocessable || code == ErrorCode::PayloadTooLarge;
}

}  // namespace

struct DockerMonitor::Impl {
  Impl(net::EventLoop& event_loop, DockerMonitorOptions monitor_options, Metrics& metrics)
      : loop(event_loop),
        options(std::move(monitor_options)),
        engine(loop.executor(), options.engine),
        http(loop.executor()),
        api(http, options.api),
        buffer(options.buffer_file, options.buffer_capacity),
        tasks(loop.executor()),
        looking(loop.executor()),
        work(loop.executor()),
        delivered(metrics.counter("draas_monitor_reports_delivered_total", "Reports that the control plane took")),
        rejected(metrics.counter("draas_monitor_reports_rejected_total", "Reports that the control plane refused")),
        dropped(metrics.counter("draas_monitor_reports_dropped_total", "Oldest reports that the buffer let go")),
        waiting(metrics.gauge("draas_monitor_reports_waiting", "Reports that wait for the control plane")),
        engine_up(metrics.gauge("draas_monitor_engine_connected", "1 while the engine's events are followed")),
        control_plane_up(metrics.gauge("draas_monitor_control_plane_connected", "1 while the control plane answers")) {
    options.labels.push_back(std::string(draas::docker::kLabelManaged) + "=true");
  }

  // --- the engine ---

  net::Task<void> watch() {
    milliseconds pause = kFirstPause;
    while (true) {
      auto labels = options.labels;
      std::string since = cursor.since();
      auto stream = co_await engine.events(std::move(labels), std::move(since));
      Status looked = stream ? Status{} : Status(std::unexpected(stream.error()));
      // What happened before the stream was opened is found by a look; what happens after it, by the stream.
      if (stream) looked = co_await look(false);
      if (!looked) {
        set_engine(looked);
        const bool slept = co_await net::sleep_for(pause);
        if (!slept) co_return;
        pause = std::min(pause * 2, kLongestPause);
        continue;
      }
      set_engine({});
      const auto opened_at = std::chrono::steady_clock::now();
      const bool is_new = co_await follow(*stream);
      // One that breaks at once is opened anew as slowly as one that cannot be opened.
      if (is_new || std::chrono::steady_clock::now() - opened_at > kLongestPause) pause = kFirstPause;
      const bool slept = co_await net::sleep_for(pause);
      if (!slept) co_return;
      pause = std::min(pause * 2, kLongestPause);
    }
  }

  // Until the stream ends; true when it brought something new.
  net::Task<bool> follow(draas::docker::EventStream& stream) {
    bool is_new = false;
    std::size_t skipped = 0;
    while (true) {
      auto events = co_await stream.read(kQuietStream);
      if (!events) {
        if (events.error().code != ErrorCode::DeadlineExceeded) set_engine(std::unexpected(events.error()));
        co_return is_new;
      }
      for (const draas::docker::Event& event : *events) {
        if (!cursor.accept(event)) continue;
        is_new = true;
        if (auto report = containers.on_event(event)) add(std::move(*report));
      }
      if (std::exchange(skipped, stream.skipped()) == stream.skipped()) continue;
      const Status looked = co_await look(false);
      if (!looked) co_return is_new;
    }
  }

  net::Task<Status> look(bool all) {
    net::AsyncMutex::Guard one_at_a_time = co_await looking.lock();
    containers.begin_look();
    auto labels = options.labels;
    auto listed = co_await engine.list_containers(std::move(labels), true);
    if (!listed) co_return std::unexpected(std::move(listed.error()));
    std::map<std::string, draas::docker::Container> inspected;
    for (const std::string& id : containers.to_inspect(*listed, all)) {
      auto container = co_await engine.inspect_container(id);
      if (container) {
        inspected.emplace(id, std::move(*container));
      } else if (container.error().code != ErrorCode::NotFound) {
        co_return std::unexpected(std::move(container.error()));
      }
    }
    std::vector<Report> reports = containers.on_list(*listed, inspected, all);
    if (all) leave_out_waiting(reports);
    for (Report& report : reports) add(std::move(report));
    co_return Status{};
  }

  // What waits to be delivered need not be told twice.
  void leave_out_waiting(std::vector<Report>& reports) const {
    std::map<std::string, Report> newest;  // by container
    for (Report& waiting_report : buffer.front(buffer.size())) {
      const auto container = waiting_report.metadata.find("containerId");
      if (container != waiting_report.metadata.end()) newest[container->second] = std::move(waiting_report);
    }
    std::erase_if(reports, [&](const Report& report) {
      const auto container = report.metadata.find("containerId");
      const auto found = container == report.metadata.end() ? newest.end() : newest.find(container->second);
      return found != newest.end() && found->second == report;
    });
  }

  // Finds what the events missed, and whether the control plane is there.
  net::Task<void> look_regularly() {
    while (true) {
      const bool slept = co_await net::sleep_for(options.resync_interval);
      if (!slept) co_return;
      ping = true;
      work.cancel();
      if (!engine_connected()) continue;
      const Status looked = co_await look(false);
      if (!looked) write_log(LogLevel::Warn, "the containers could not be listed", looked.error());
    }
  }

  void add(Report report) {
    const Status kept = buffer.push(std::move(report));
    if (!kept) write_log(LogLevel::Error, "a report is kept in memory alone", kept.error());
    const std::size_t lost = buffer.dropped();
    dropped.add(static_cast<double>(lost - std::exchange(told_dropped, lost)));
    waiting.set(static_cast<double>(buffer.size()));
    work.cancel();
  }

  // --- the control plane ---

  net::Task<void> deliver() {
    milliseconds pause = kFirstPause;
    while (true) {
      co_await wait_for_work();
      const Status sent = co_await deliver_once();
      set_control_plane(sent);
      if (sent) {
        pause = kFirstPause;
        continue;
      }
      const bool slept = co_await net::sleep_for(pause);
      if (!slept) co_return;
      pause = std::min(pause * 2, kLongestPause);
      ping = true;
    }
  }

  net::Task<void> wait_for_work() {
    while (buffer.size() == 0 && !ping) {
      work.expires_at(net::Timer::time_point::max());
      boost::system::error_code woken;
      auto token = net::asio::redirect_error(net::use_task, woken);
      co_await work.async_wait(token);
    }
    // What belongs together comes together; a throw ends this coroutine when the group is closed.
    const bool slept = co_await net::sleep_for(ping ? milliseconds(0) : options.flush_interval);
    if (slept) ping = false;
  }

  net::Task<Status> deliver_once() {
    std::string health = "/api/health";
    auto answer = co_await api.get(std::move(health));
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    if (!answer->is_object() || text_of(*answer, "controlPlaneId").empty()) {
      co_return fail(ErrorCode::Unavailable,
                     "What answers at ControlPlaneUrl is not a control plane; check the address");
    }
    const std::string id = text_of(*answer, "controlPlaneId");
    // One that was away may have missed everything, and another one knows nothing.
    if (!control_plane.empty() && control_plane != id) was_away = true;
    control_plane = id;
    if (was_away && engine_connected()) {
      const Status looked = co_await look(true);
      if (looked) was_away = false;
      if (!looked) write_log(LogLevel::Warn, "the containers could not be listed", looked.error());
    }
    while (buffer.size() > 0) {
      const Status sent = co_await send_batch();
      if (!sent) co_return sent;
    }
    co_return Status{};
  }

  net::Task<Status> send_batch() {
    const std::size_t most = std::clamp<std::size_t>(batch_limit, 1, options.batch_size);
    const std::vector<Report> waiting_reports = buffer.front(most);
    Json body = Json::array();
    std::size_t taken = 0;
    std::size_t bytes = 0;
    for (const Report& report : waiting_reports) {
      if (report.control_plane.empty() || report.control_plane == control_plane) {
        Json json = report_to_json(report);
        bytes += to_text(json).size();
        if (bytes > kMaxBatchBytes && !body.empty()) break;
        body.push_back(std::move(json));
      }
      ++taken;
    }
    const std::uint64_t end = buffer.first() + taken;
    const std::size_t count = body.size();
    if (count > 0) {
      std::string path = "/api/status/updates";
      auto answer = co_await api.post(std::move(path), std::move(body));
      if (!answer && !is_refusal(answer.error().code)) co_return std::unexpected(std::move(answer.error()));
      if (!answer && taken > 1) {
        // One of them spoils the others: in halves, down to that one.
        batch_limit = taken / 2;
        co_return Status{};
      }
      if (!answer) {
        write_log(LogLevel::Error, "the control plane refused a report", answer.error(),
                  {{"instanceId", waiting_reports.front().instance_id}});
      }
      const std::size_t refused = answer ? count_rejected(*answer) : count;
      delivered.add(static_cast<double>(count - std::min(count, refused)));
      rejected.add(static_cast<double>(refused));
    }
    batch_limit = std::min(2 * most, options.batch_size);
    const Status kept = buffer.pop_before(end);
    if (!kept) write_log(LogLevel::Warn, "delivered reports are still in the buffer's file", kept.error());
    waiting.set(static_cast<double>(buffer.size()));
    co_return Status{};
  }

  // Instances that are deleted while their containers end are nothing to talk about.
  static std::size_t count_rejected(const Json& answer) {
    const auto list = answer.find("rejected");
    if (list == answer.end() || !list->is_array()) return 0;
    for (const Json& one : *list) {
      if (text_of(one, "code") == "NotFound") continue;
      log_warn("the control plane refused a report",
               {{"instanceId", text_of(one, "instanceId")}, {"code", text_of(one, "code")}});
    }
    return list->size();
  }

  // --- state ---

  bool engine_connected() const {
    const std::scoped_lock lock(mutex);
    return engine_state.has_value();
  }

  void set_engine(const Status& now) {
    const std::scoped_lock lock(mutex);
    if (now && !engine_state)
      log_info("following the Docker engine", {{"engine", engine.endpoint().address.to_string()}});
    if (!now && (engine_state || engine_state.error().message != now.error().message)) {
      write_log(LogLevel::Warn, "the Docker engine is away", now.error());
    }
    engine_state = now;
    engine_up.set(now ? 1 : 0);
  }

  void set_control_plane(const Status& now) {
    const std::scoped_lock lock(mutex);
    if (now && !control_plane_state) log_info("reporting to the control plane", {{"controlPlane", control_plane}});
    if (!now && (control_plane_state || control_plane_state.error().message != now.error().message)) {
      write_log(LogLevel::Warn, "the control plane is away", now.error());
    }
    if (!now) was_away = true;
    control_plane_state = now;
    control_plane_up.set(now ? 1 : 0);
  }

  net::EventLoop& loop;
  DockerMonitorOptions options;
  draas::docker::EngineClient engine;
  net::HttpClient http;
  client::ApiClient api;
  ReportBuffer buffer;
  ContainerReports containers;
  draas::docker::EventCursor cursor;
  net::TaskGroup tasks;
  net::AsyncMutex looking;
  std::size_t batch_limit = options.batch_size;  // less after a refusal
  net::Timer work;                               // cancelled when there is something to deliver
  bool ping = true;
  bool was_away = false;      // the first look tells everything
  std::string control_plane;  // its id
  std::size_t told_dropped = 0;
  Counter& delivered;
  Counter& rejected;
  Counter& dropped;
  Gauge& waiting;
  Gauge& engine_up;
  Gauge& control_plane_up;
  bool stopped = false;

  mutable std::mutex mutex;
  Status engine_state = fail(ErrorCode::Unavailable, "the Docker engine was not reached yet");
  Status control_plane_state = fail(ErrorCode::Unavailable, "the control plane was not reached yet");
};

DockerMonitor::DockerMonitor(net::EventLoop& loop, DockerMonitorOptions options, Metrics& metrics)
    : impl_(std::make_shared<Impl>(loop, std::move(options), metrics)) {}

DockerMonitor::~DockerMonitor() { stop(); }

Status DockerMonitor::start() {
  if (Status loaded = impl_->buffer.load(); !loaded) return loaded;
  net::asio::post(impl_->loop.executor(), [impl = impl_.get()] {
    impl->tasks.spawn("engine", [impl] { return impl->watch(); });
    impl->tasks.spawn("look", [impl] { return impl->look_regularly(); });
    impl->tasks.spawn("deliver", [impl] { return impl->deliver(); });
  });
  return {};
}

void DockerMonitor::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  net::asio::co_spawn(impl_->loop.executor(), impl_->tasks.close(), net::asio::use_future).get();
}

client::DaemonHealth DockerMonitor::health() const {
  const std::scoped_lock lock(impl_->mutex);
  client::DaemonHealth health{.ready = impl_->engine_state && impl_->control_plane_state};
  if (!impl_->engine_state) {
    health.reason = impl_->engine_state.error().message;
  } else if (!impl_->control_plane_state) {
    health.reason = impl_->control_plane_state.error().message;
  }
  health.details = Json{{"engine", impl_->engine_state ? "connected" : "away"},
                        {"controlPlane", impl_->control_plane_state ? "connected" : "away"}};
  return health;
}

}  // namespace draas::monitors::docker
