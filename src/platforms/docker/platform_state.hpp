#pragma once
// The Docker platform itself; the parts of it are in several files: docker_platform.cpp (what is asked of it),
// engine_choice.cpp (which engine, and is it the one), container_image.cpp, container_start.cpp (from a specification
// to a running container), container_stop.cpp (to its end and removal), container_watch.cpp (how ends are noticed).

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "docker/engine_client.hpp"
#include "docker/events.hpp"
#include "net/calls_under_way.hpp"
#include "net/task.hpp"
#include "platforms/docker/container_logs.hpp"
#include "platforms/docker/container_specification.hpp"
#include "platforms/docker/container_user.hpp"
#include "platforms/docker/docker_platform.hpp"
#include "platforms/docker/instance_options.hpp"
#include "platforms/docker/marks.hpp"

namespace draas::platforms::docker {

class DockerPlatform final : public core::Platform {
 public:
  DockerPlatform(DockerPlatformOptions options, net::Executor control, net::WorkerPool& blocking, Clock& clock);

  std::string_view name() const override { return kPlatformName; }
  std::string_view monitoring() const override { return "engine events"; }
  void set_exit_handler(ExitHandler handler) override { exit_handler_ = std::move(handler); }
  void set_progress_handler(ProgressHandler handler) override { progress_handler_ = std::move(handler); }
  void set_condition_handler(ConditionHandler handler) override { condition_handler_ = std::move(handler); }
  net::Task<core::Availability> availability() override;
  bool port_is_free(const std::string& host, std::uint16_t port) override;
  bool port_seems_free(const std::string& host, std::uint16_t port) override;
  std::string default_host() const override { return options_.host_address; }
  core::ListenAddress listen_address(const std::string& host, std::uint16_t port,
                                     const std::vector<std::uint16_t>& component_ports) const override;
  std::vector<std::string_view> option_names() const override { return instance_option_names(); }
  Status check_options(const Json& platform_options) const override;
  Json effective_options(const Json& platform_options) const override;
  net::Task<Result<core::WorkloadHandle>> start(core::WorkloadSpec spec) override;
  void give_up_start(const std::string& instance_id) override;
  net::Task<Result<core::WorkloadExit>> stop(core::WorkloadHandle handle, std::chrono::milliseconds timeout) override;
  net::Task<Result<Recovered>> recover(core::WorkloadHandle handle) override;
  net::Task<Result<std::vector<core::FoundWorkload>>> list(std::string control_plane_id) override;
  net::Task<Result<std::vector<core::Remains>>> remains(std::string control_plane_id) override;
  net::Task<Status> remove(std::string instance_id, bool keep_data) override;
  net::Task<Status> remove_configuration(std::string instance_id) override;
  net::Task<Result<core::Usage>> usage(core::WorkloadHandle handle) override;
  net::Task<Result<std::unique_ptr<core::LogReader>>> logs(std::string instance_id, core::LogQuery query) override;
  net::Endpoint endpoint(const core::WorkloadSpec& spec) const override;
  std::map<std::string, std::string> describe(const core::WorkloadHandle& handle) const override;
  std::string base_directory(const std::string&) const override { return below(kDataMount); }
  net::Task<void> close() override;

 private:
  using Call = net::CallsUnderWay::Guard;

  // A container whose end is waited for.
  struct Watched {
    explicit Watched(net::Executor executor) : news(executor) {}
    core::WorkloadHandle handle;
    std::string container_id;
    bool end_expected = false;  // whoever asked learns of it, and the exit handler does not
    bool settling = false;      // an end is being looked into
    bool unheard = false;       // its end may have come while the engine's events were not followed
    bool out_of_memory = false;
    bool signalled = false;  // by somebody: the engine sent it a signal that we did not ask for
    bool paused = false;
    bool unwell = false;  // so says the image's own health check
    std::string told;     // the reason of the condition that was told last; "" = good
    std::size_t events = 0;
    std::int64_t newest_condition = 0;  // when it was told, nanoseconds since 1970 by the engine's clock
    Duration start_took{};              // 0 = not known
    net::Timer news;                    // cancelled when one of these becomes true
    bool is_stopped = false;            // the engine is done with what `docker stop` and `docker restart` begin with
    bool is_restarted = false;
  };
  using WatchedPtr = std::shared_ptr<Watched>;
  struct Ended {
    std::string container_id;
    core::WorkloadExit exit;
  };

  static std::unexpected<Error> closing() { return fail(ErrorCode::Cancelled, "The control plane is shutting down"); }
  // The engine; an error when it is switched off or its address is wrong.
  Result<draas::docker::EngineClient*> engine();
  // --- engine_choice.cpp ---
  void look_for_engine_again();
  bool is_local() const;
  // Asks the engine who it is, when that is not known.
  net::Task<void> identify(draas::docker::EngineClient* client);
  void take_identity(const draas::docker::EngineInfo& info);
  // Does a container of this handle belong to another engine than the one that is asked? Then that one knows nothing of
  // it, and must not be believed that it is gone.
  bool is_elsewhere(const core::WorkloadHandle& handle) const;
  std::string why_another_engine(const core::WorkloadHandle& handle) const;

  // --- container_image.cpp ---
  net::Task<Status> ensure_image(draas::docker::EngineClient* client, std::string image, PullPolicy policy,
                                 std::string workload);
  net::Task<Status> pull(draas::docker::EngineClient* client, draas::docker::ImageReference image,
                         std::string workload);
  // ensure_image(), which give_up_start() and close() end.
  net::Task<Status> wait_for_image(draas::docker::EngineClient* client, std::string image, PullPolicy policy,
                                   std::string workload);

  // --- container_start.cpp ---
  net::Task<Status> make_room(draas::docker::EngineClient* client, core::WorkloadSpec spec);
  net::Task<Status> make_volumes(draas::docker::EngineClient* client, core::WorkloadSpec spec);
  net::Task<Status> make_volume(draas::docker::EngineClient* client, std::string volume, std::string control_plane_id,
                                std::string workload);
  net::Task<Result<UserIds>> user_of(draas::docker::EngineClient* client, std::string container_id, std::string user,
                                     std::string image_id);
  net::Task<Status> write_files(draas::docker::EngineClient* client, std::string container_id,
                                std::string configuration, std::vector<std::string> directories, std::string image);
  net::Task<Status> check_volumes(draas::docker::EngineClient* client, InstanceOptions instance, std::string workload);
  net::Task<Result<core::WorkloadHandle>> start_container(draas::docker::EngineClient* client, core::WorkloadSpec spec,
                                                          InstanceOptions instance, std::string image);
  void tell_progress(const std::string& workload, const std::string& progress);

  // --- container_stop.cpp ---
  net::Task<Status> end_container(draas::docker::EngineClient* client, std::string id,
                                  std::chrono::milliseconds timeout);

  // --- container_watch.cpp ---
  WatchedPtr watch_container(const core::WorkloadHandle& handle);
  void forget(const WatchedPtr& watched);
  void begin_watching();
  net::Task<void> watch_events();
  // Until the stream ends; true when it was of use.
  net::Task<bool> follow_events();
  void lose_touch();
  net::Task<void> sweep_regularly();
  net::Task<bool> sweep();  // false when the engine could not be asked
  void on_event(const draas::docker::Event& event);
  net::Task<void> settle(WatchedPtr watched, std::optional<int> exit_code);
  // Waits for the start that follows an end when somebody restarts a container.
  net::Task<void> wait_for_restart(WatchedPtr watched);
  void tell_condition(const WatchedPtr& watched);
  void finish(const WatchedPtr& watched, core::WorkloadExit exit);

  const DockerPlatformOptions options_;
  const net::Executor control_;
  net::WorkerPool& workers_;
  Clock& clock_;
  std::unique_ptr<draas::docker::EngineClient> engine_;
  // Engines that were named before. Calls to them may still be under way.
  std::vector<std::unique_ptr<draas::docker::EngineClient>> retired_;
  core::Availability availability_;
  std::optional<SteadyTime> asked_at_;
  std::string control_plane_id_;  // once known
  ContainerLogs logs_;
  net::TaskGroup tasks_;
  ExitHandler exit_handler_;
  ProgressHandler progress_handler_;
  ConditionHandler condition_handler_;
  std::map<std::string, std::shared_ptr<net::asio::cancellation_signal>> awaiting_image_;  // by workload
  std::map<std::string, WatchedPtr> running_;                                              // by workload
  std::map<std::string, WatchedPtr> by_container_;                   // those in running_, and those about to run
  std::set<std::string> starting_;                                   // workloads
  std::map<std::string, Ended> ended_;                               // the last end of a workload
  std::map<std::string, UserIds> users_;                             // by image and user
  std::map<std::string, std::unique_ptr<net::AsyncMutex>> pulling_;  // by image
  draas::docker::EventCursor cursor_;
  bool watching_ = false;
  bool connected_ = false;                  // to the stream of events
  std::size_t losses_ = 0;                  // how often it broke off, or could not be opened
  bool away_ = false;                       // an engine that was there is not
  std::optional<SteadyTime> silent_since_;  // when it did not answer last, while containers were taken up
  bool engine_keeps_containers_ = false;    // live restore
  bool identified_ = false;                 // since the last loss
  std::string engine_id_;                   // "" = not known, or it has none
  std::string engine_name_;                 // of its machine
  net::CallsUnderWay calls_;                // close() waits for them
  bool closed_ = false;
};

}  // namespace draas::platforms::docker
