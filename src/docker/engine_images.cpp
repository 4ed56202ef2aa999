// EngineClient: images.

#include "docker/engine_client.hpp"
#include "docker/engine_error.hpp"
#include "docker/target.hpp"

namespace draas::docker {

net::Task<Result<Image>> EngineClient::inspect_image(std::string image) {
  Call call{.target = "/images/" + in_path(image) + "/json"};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  co_return read_image(*json);
}

// The engine begins its answer with 200 and tells of failures inside the stream.
net::Task<Status> EngineClient::follow_progress(std::unique_ptr<net::ResponseStream> stream,
                                                std::function<void(const Json&)> on_object) {
  JsonStream objects;
  std::vector<Json> seen;
  for (;;) {
    auto piece = co_await stream->read(options_.pull_idle_timeout);
    if (!piece) co_return std::unexpected(error_of_connection(std::move(piece.error()), endpoint_));
    if (piece->empty()) break;
    seen.clear();
    Status fed = objects.feed(*piece, seen);
    for (const Json& object : seen) {
      const auto error = object.find("error");
      if (error != object.end() && error->is_string()) {
        co_return std::unexpected(error_of_message(error->get<std::string>()));
      }
      on_object(object);
    }
    if (!fed) co_return fed;
  }
  if (objects.in_object()) co_return fail(ErrorCode::Unavailable, "The Docker engine broke off its answer");
  co_return Status();
}

net::Task<Status> EngineClient::pull_image(ImageReference image, std::string authorization,
                                           std::function<void(const PullProgress&)> progress) {
  Call call{.method = net::Method::Post,
            .target = "/images/create?fromImage=" + net::percent_encode(image.name()) +
                      "&tag=" + net::percent_encode(image.version()),
            .authorization = std::move(authorization),
            .timeout = options_.pull_idle_timeout};
  auto stream = co_await open(std::move(call));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  std::function<void(const Json&)> on_object = [progress = std::move(progress)](const Json& object) {
    if (progress) progress(read_pull_progress(object));
  };
  co_return co_await follow_progress(std::move(*stream), std::move(on_object));
}

net::Task<Status> EngineClient::load_image(std::string archive) {
  Call call{.method = net::Method::Post,
            .target = "/images/load",
            .body = std::move(archive),
            .content_type = "application/x-tar",
            .timeout = kArchiveTimeout};
  auto stream = co_await open(std::move(call));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  std::function<void(const Json&)> nothing = [](const Json&) {};
  co_return co_await follow_progress(std::move(*stream), std::move(nothing));
}

net::Task<Result<std::string>> EngineClient::import_image(std::string archive, std::string name,
                                                          std::vector<std::string> changes) {
  const auto colon = name.rfind(':');
  std::string target = "/images/create?fromSrc=-&repo=" + net::percent_encode(name.substr(0, colon));
  if (colon != std::string::npos) target += "&tag=" + net::percent_encode(name.substr(colon + 1));
  for (const std::string& change : changes) target += "&changes=" + net::percent_encode(change);
  Call call{.method = net::Method::Post,
            .target = std::move(target),
            .body = std::move(archive),
            .content_type = "application/x-tar",
            .timeout = kArchiveTimeout};
  auto stream = co_await open(std::move(call));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  auto id = std::make_shared<std::string>();
  std::function<void(const Json&)> on_object = [id](const Json& object) {
    const PullProgress progress = read_pull_progress(object);
    if (progress.status.starts_with("sha256:")) *id = progress.status;
  };
  Status followed = co_await follow_progress(std::move(*stream), std::move(on_object));
  if (!followed) co_return std::unexpected(std::move(followed.error()));
  co_return *id;
}

net::Task<Status> EngineClient::remove_image(std::string image) {
  Call call{.method = net::Method::Delete, .target = "/images/" + in_path(image) + "?force=true"};
  co_return co_await perform(std::move(call));
}

}  // namespace draas::docker
