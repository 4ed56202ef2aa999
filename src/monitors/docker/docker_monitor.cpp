#include "monitors/docker/docker_monitor.hpp"

#include <algorithm>
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
      pause = kFirstPause;
      co_await follow(*stream);
    }
  }

  net::Task<void> follow(draas::docker::EventStream& stream) {
    while (true) {
      auto events = co_await stream.read(kQuietStream);
      if (!events) {
        if (events.error().code != ErrorCode::DeadlineExceeded) set_engine(std::unexpected(events.error()));
        co_return;
      }
      for (const draas::docker::Event& event : *events) {
        if (!cursor.accept(event)) continue;
        if (auto report = containers.on_event(event)) add(std::move(*report));
      }
    }
  }

  net::Task<Status> look(bool all) {
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
    for (Report& report : containers.on_list(*listed, inspected, all)) add(std::move(report));
    co_return Status{};
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
    const std::string id = answer->value("controlPlaneId", "");
    // One that was away may have missed everything, and another one knows nothing.
    if (std::exchange(control_plane, id) != id || was_away) {
      was_away = false;
      if (engine_connected()) {
        const Status looked = co_await look(true);
        if (!looked) write_log(LogLevel::Warn, "the containers could not be listed", looked.error());
      }
    }
    while (buffer.size() > 0) {
      const Status sent = co_await send_batch();
      if (!sent) co_return sent;
    }
    co_return Status{};
  }

  net::Task<Status> send_batch() {
    const std::vector<Report> batch = buffer.front(options.batch_size);
    Json body = Json::array();
    for (const Report& report : batch) {
      if (report.control_plane.empty() || report.control_plane == control_plane) body.push_back(report_to_json(report));
    }
    const std::size_t count = body.size();
    if (count > 0) {
      std::string path = "/api/status/updates";
      auto answer = co_await api.post(std::move(path), std::move(body));
      if (!answer && !is_refusal(answer.error().code)) co_return std::unexpected(std::move(answer.error()));
      if (!answer)
        write_log(LogLevel::Error, "the control plane refused reports", answer.error(), {{"reports", count}});
      const std::size_t refused = answer ? count_rejected(*answer) : count;
      delivered.add(static_cast<double>(count - std::min(count, refused)));
      rejected.add(static_cast<double>(refused));
    }
    const Status kept = buffer.pop(batch.size());
    if (!kept) write_log(LogLevel::Warn, "delivered reports are still in the buffer's file", kept.error());
    waiting.set(static_cast<double>(buffer.size()));
    co_return Status{};
  }

  // Instances that are deleted while their containers end are nothing to talk about.
  static std::size_t count_rejected(const Json& answer) {
    const auto list = answer.find("rejected");
    if (list == answer.end() || !list->is_array()) return 0;
    for (const Json& one : *list) {
      if (one.value("code", "") == "NotFound") continue;
      log_warn("the control plane refused a report",
               {{"instanceId", one.value("instanceId", "")}, {"code", one.value("code", "")}});
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
  net::Timer work;  // cancelled when there is something to deliver
  bool ping = true;
  bool was_away = true;
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
