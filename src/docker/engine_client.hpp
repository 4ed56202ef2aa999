#pragma once
// A client of the Docker Engine API, 1.41 and later: https://docs.docker.com/engine/api/v1.41/
//
// It speaks the oldest version from 1.41 on that the engine knows, because what a version means never changes.
// Bound to one event loop; all calls on its thread. Every wait is bounded. Errors say the way out:
// Unavailable (cannot be reached), PermissionDenied (the socket, the registry), NotFound, Conflict, ResourceExhausted
// (disk full), Unprocessable (engine too old), InvalidArgument, DeadlineExceeded, Cancelled.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "docker/endpoint.hpp"
#include "docker/engine_types.hpp"
#include "docker/events.hpp"
#include "docker/image_reference.hpp"
#include "docker/log_demultiplexer.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::docker {

struct EngineClientOptions {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds call_timeout{60'000};        // an engine under load takes its time to create and start
  std::chrono::milliseconds pull_idle_timeout{120'000};  // between two steps of a pull
};

using Labels = std::vector<std::string>;  // "name" or "name=value"

// Events as they come. Dropping it closes the connection.
class EventStream {
 public:
  explicit EventStream(std::unique_ptr<net::ResponseStream> stream) : stream_(std::move(stream)) {}
  // At least one event, or none when one was left out because it could not be read (skipped() grows). DeadlineExceeded
  // when none came within `idle_timeout` (read() may be called again only on a new stream), Unavailable when the stream
  // ended.
  net::Task<Result<std::vector<Event>>> read(std::chrono::milliseconds idle_timeout);
  std::size_t skipped() const { return reader_.skipped(); }

 private:
  std::unique_ptr<net::ResponseStream> stream_;
  EventReader reader_;
};

struct LogRequest {
  bool follow = false;
  std::optional<std::size_t> tail;  // lines; nullopt = all
  std::optional<WallTime> since;
  std::string after{};  // LogStream::newest() of a stream that broke: what came up to there is left out
};

// What a container wrote.
class LogStream {
 public:
  LogStream(std::unique_ptr<net::ResponseStream> stream, LogDemultiplexer demultiplexer)
      : stream_(std::move(stream)), demultiplexer_(std::move(demultiplexer)) {}
  // The next pieces; empty at the end.
  net::Task<Result<std::vector<LogPiece>>> read(std::chrono::milliseconds idle_timeout);
  // Where it is; "" before the first piece, and for one that is not followed.
  const std::string& newest() const { return demultiplexer_.newest(); }

 private:
  std::unique_ptr<net::ResponseStream> stream_;
  LogDemultiplexer demultiplexer_;
};

class EngineClient {
 public:
  EngineClient(net::Executor executor, EngineEndpoint endpoint, EngineClientOptions options = {});
  EngineClient(const EngineClient&) = delete;
  EngineClient& operator=(const EngineClient&) = delete;

  const EngineEndpoint& endpoint() const { return endpoint_; }

  // --- the engine ---
  // Asks for its version and agrees on one to speak. Every other call does so by itself when it has not been done.
  net::Task<Result<EngineVersion>> version();
  net::Task<Status> ping();
  net::Task<Result<EngineInfo>> info();

  // --- images ---
  net::Task<Result<Image>> inspect_image(std::string image);
  // `authorization` as registry_authorization() gives it. `progress` is called for every step.
  net::Task<Status> pull_image(ImageReference image, std::string authorization,
                               std::function<void(const PullProgress&)> progress);
  // A tar archive as `docker save` writes it.
  net::Task<Status> load_image(std::string archive);
  // Makes an image from a tar archive of its files; `changes` are Dockerfile instructions ("CMD [...]").
  net::Task<Result<std::string>> import_image(std::string archive, std::string name, std::vector<std::string> changes);
  net::Task<Status> remove_image(std::string image);

  // --- containers; `id` is an id or a name ---
  // `specification` is the body of POST /containers/create.
  net::Task<Result<CreatedContainer>> create_container(std::string name, Json specification);
  net::Task<Status> start_container(std::string id);  // success when it runs already
  // SIGKILL after `timeout`, rounded up to seconds. Success when it has ended already.
  net::Task<Status> stop_container(std::string id, std::chrono::milliseconds timeout);
  net::Task<Status> kill_container(std::string id, std::string signal);  // Conflict when it does not run
  net::Task<Status> rename_container(std::string id, std::string name);
  net::Task<Status> pause_container(std::string id);
  net::Task<Status> unpause_container(std::string id);
  // The exit code, or DeadlineExceeded while it runs.
  net::Task<Result<int>> wait_container(std::string id, std::chrono::milliseconds timeout);
  // Also one that runs when `force`; its anonymous volumes go with it. Success when there is none.
  net::Task<Status> remove_container(std::string id, bool force);
  net::Task<Result<Container>> inspect_container(std::string id);
  net::Task<Result<std::vector<ContainerSummary>>> list_containers(Labels labels, bool all);
  net::Task<Result<ContainerUsage>> container_usage(std::string id);
  net::Task<Result<LogStream>> container_logs(std::string id, bool terminal, LogRequest request);
  // Unpacks a tar archive below `path`, a directory in the container that exists. The container need not run.
  net::Task<Status> put_archive(std::string id, std::string path, std::string archive);
  net::Task<Result<std::string>> get_archive(std::string id, std::string path);

  // --- volumes ---
  net::Task<Result<Volume>> inspect_volume(std::string name);
  // Success when it exists already.
  net::Task<Status> create_volume(std::string name, std::map<std::string, std::string> labels);
  net::Task<Status> remove_volume(std::string name);  // success when there is none
  net::Task<Result<std::vector<Volume>>> list_volumes(Labels labels);

  // --- events ---
  // Of containers with all these labels; `since` from an EventCursor ("" = from now on).
  net::Task<Result<EventStream>> events(Labels labels, std::string since);
  // Does the engine remember that this container ended at `finished`? It remembers the newest 256 events since it was
  // itself started. Waits a few seconds when it does not and that has only just been.
  net::Task<Result<bool>> remembers_end(std::string id, WallTime finished);

 private:
  struct Call {
    net::Method method = net::Method::Get;
    std::string target;  // without the version
    std::string body;
    std::string content_type = "application/json";
    std::string authorization;
    std::chrono::milliseconds timeout{};  // 0 = call_timeout
  };

  net::Task<Status> agree();
  net::ClientRequest request_of(Call call, const std::string& prefix) const;
  // Any status; the engine's errors are the caller's to map.
  net::Task<Result<net::ClientResponse>> exchange(Call call);
  // A status below 400, or 304.
  net::Task<Result<net::ClientResponse>> call(Call call);
  net::Task<Result<Json>> call_json(Call call);
  net::Task<Status> perform(Call call);
  net::Task<Result<std::unique_ptr<net::ResponseStream>>> open(Call call);
  net::Task<Status> follow_progress(std::unique_ptr<net::ResponseStream> stream,
                                    std::function<void(const Json&)> on_object);

  EngineEndpoint endpoint_;
  EngineClientOptions options_;
  net::HttpClient http_;
  std::optional<EngineVersion> version_;
};

}  // namespace draas::docker
