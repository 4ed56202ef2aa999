#include "docker/engine_client.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/log.hpp"
#include "docker/engine_error.hpp"
#include "docker/target.hpp"

namespace draas::docker {
namespace {

constexpr int kOldestMinor = 41;  // of API version 1
constexpr int kNotModified = 304;
constexpr int kFirstError = 400;
constexpr std::size_t kMaxErrorBody = 64U << 10U;
constexpr std::chrono::milliseconds kPingTimeout{5'000};
constexpr std::chrono::milliseconds kStopMargin{30'000};
constexpr std::chrono::milliseconds kErrorBodyTimeout{5'000};

// The minor number of "1.41"; nullopt when it is not of that form.
std::optional<int> minor_of(std::string_view version) {
  if (!version.starts_with("1.")) return std::nullopt;
  version.remove_prefix(2);
  int minor = 0;
  const auto parsed = std::from_chars(version.data(), version.data() + version.size(), minor);
  if (parsed.ec != std::errc() || parsed.ptr != version.data() + version.size()) return std::nullopt;
  return minor;
}

std::string seconds_text(WallTime time) {
  const auto micros = time.time_since_epoch().count();
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(micros / 1'000'000),
                static_cast<long long>(micros % 1'000'000));
  return text.data();
}

}  // namespace

// --- streams --------------------------------------------------------------------------------------------------------

net::Task<Result<std::vector<Event>>> EventStream::read(std::chrono::milliseconds idle_timeout) {
  std::vector<Event> events;
  while (events.empty()) {
    Result<std::string> piece = co_await stream_->read(idle_timeout);
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) {
      auto ended = fail(ErrorCode::Unavailable, "The Docker engine ended its stream of events");
      ended.error().retryable = true;
      co_return ended;
    }
    const std::size_t skipped = reader_.skipped();
    reader_.feed(*piece, events);
    if (reader_.skipped() == skipped) continue;
    log_warn("the Docker engine sent an event that cannot be read; it is left out", {{"so far", reader_.skipped()}});
    break;
  }
  co_return events;
}

net::Task<Result<std::vector<LogPiece>>> LogStream::read(std::chrono::milliseconds idle_timeout) {
  std::vector<LogPiece> pieces;
  while (pieces.empty()) {
    Result<std::string> bytes = co_await stream_->read(idle_timeout);
    if (!bytes) co_return std::unexpected(std::move(bytes.error()));
    if (bytes->empty()) break;
    if (Status read = demultiplexer_.feed(*bytes, pieces); !read && pieces.empty()) {
      co_return std::unexpected(std::move(read.error()));
    }
  }
  co_return pieces;
}

// --- calls ----------------------------------------------------------------------------------------------------------

EngineClient::EngineClient(net::Executor executor, EngineEndpoint endpoint, EngineClientOptions options)
    : endpoint_(std::move(endpoint)),
      options_(options),
      http_(executor, net::ClientOptions{.tls = endpoint_.tls, .connect_timeout = options.connect_timeout}) {}

net::ClientRequest EngineClient::request_of(Call call, const std::string& prefix) const {
  net::ClientRequest request;
  request.method = call.method;
  request.target = prefix + call.target;
  request.body = std::move(call.body);
  if (!request.body.empty()) request.headers.set("Content-Type", call.content_type);
  if (!call.authorization.empty()) request.headers.set("X-Registry-Auth", call.authorization);
  return request;
}

net::Task<Result<EngineVersion>> EngineClient::version() {
  const auto timeout = std::min(kPingTimeout, options_.call_timeout);
  Call call{.target = "/version", .timeout = timeout};
  net::ClientRequest request = request_of(std::move(call), "");
  // Until then, and after an answer that is merely late, what was agreed on before holds for other calls.
  auto answer = co_await http_.send(endpoint_.address, std::move(request), timeout);
  if (!answer) {
    if (answer.error().code == ErrorCode::Unavailable) version_.reset();
    co_return std::unexpected(error_of_connection(std::move(answer.error()), endpoint_));
  }
  if (answer->status >= kFirstError) co_return std::unexpected(error_of_answer(answer->status, answer->body));
  auto json = parse_json(answer->body);
  EngineVersion version = json ? read_version(*json) : EngineVersion();
  const auto newest = minor_of(version.api_version);
  if (!newest || *newest < kOldestMinor) version_.reset();
  if (!newest) {
    co_return fail(ErrorCode::Unavailable, "What answers at " + endpoint_.address.to_string() +
                                               " is not a Docker engine; name the engine with " +
                                               endpoint_.host_setting);
  }
  if (*newest < kOldestMinor) {
    co_return fail(ErrorCode::Unprocessable, "The Docker engine " + version.version + " is too old: it speaks API " +
                                                 version.api_version +
                                                 ", and 1.41 (Docker 20.10) is needed; update it");
  }
  const auto least = json->find("MinAPIVersion");
  const auto oldest = least != json->end() && least->is_string() ? minor_of(least->get<std::string>()) : std::nullopt;
  version.api_version = "1." + std::to_string(std::max(kOldestMinor, oldest.value_or(0)));
  version_ = version;
  co_return version;
}

net::Task<Status> EngineClient::agree() {
  if (version_) co_return Status();
  auto agreed = co_await version();
  if (!agreed) co_return std::unexpected(std::move(agreed.error()));
  co_return Status();
}

net::Task<Result<net::ClientResponse>> EngineClient::exchange(Call call) {
  Status agreed = co_await agree();
  if (!agreed) co_return std::unexpected(std::move(agreed.error()));
  const auto timeout = call.timeout.count() > 0 ? call.timeout : options_.call_timeout;
  net::ClientRequest request = request_of(std::move(call), "/v" + version_->api_version);
  auto answer = co_await http_.send(endpoint_.address, std::move(request), timeout);
  if (!answer) {
    // It may come back as another version.
    if (answer.error().code == ErrorCode::Unavailable) version_.reset();
    co_return std::unexpected(error_of_connection(std::move(answer.error()), endpoint_));
  }
  co_return answer;
}

net::Task<Result<net::ClientResponse>> EngineClient::call(Call call) {
  auto answer = co_await exchange(std::move(call));
  if (answer && answer->status >= kFirstError) {
    co_return std::unexpected(error_of_answer(answer->status, answer->body));
  }
  co_return answer;
}

net::Task<Result<Json>> EngineClient::call_json(Call call) {
  auto answer = co_await this->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  // Inspections of images with much history, and lists of many containers, are large.
  constexpr JsonLimits kLimits{.max_depth = 64, .max_values = 5'000'000};
  auto json = parse_json(answer->body, kLimits);
  if (!json) co_return std::unexpected(std::move(json.error()).with_context("The Docker engine gave what is not JSON"));
  co_return json;
}

net::Task<Status> EngineClient::perform(Call call) {
  auto answer = co_await this->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return Status();
}

net::Task<Result<std::unique_ptr<net::ResponseStream>>> EngineClient::open(Call call) {
  Status agreed = co_await agree();
  if (!agreed) co_return std::unexpected(std::move(agreed.error()));
  const auto timeout = call.timeout.count() > 0 ? call.timeout : options_.call_timeout;
  net::ClientRequest request = request_of(std::move(call), "/v" + version_->api_version);
  auto stream = co_await http_.open(endpoint_.address, std::move(request), timeout);
  if (!stream) {
    if (stream.error().code == ErrorCode::Unavailable) version_.reset();
    co_return std::unexpected(error_of_connection(std::move(stream.error()), endpoint_));
  }
  if ((*stream)->status() < kFirstError) co_return stream;
  std::string body;
  const auto deadline = std::chrono::steady_clock::now() + std::min(kErrorBodyTimeout, timeout);
  while (body.size() < kMaxErrorBody) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    auto piece = co_await (*stream)->read(left);
    if (!piece || piece->empty()) break;  // what has come will do
    body += *piece;
  }
  co_return std::unexpected(error_of_answer((*stream)->status(), body));
}

// --- the engine -----------------------------------------------------------------------------------------------------

net::Task<Status> EngineClient::ping() {
  Call call{.target = "/_ping", .timeout = std::min(kPingTimeout, options_.call_timeout)};
  co_return co_await perform(std::move(call));
}

net::Task<Result<EngineInfo>> EngineClient::info() {
  Call call{.target = "/info"};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  co_return read_info(*json);
}

// --- containers -----------------------------------------------------------------------------------------------------

net::Task<Result<CreatedContainer>> EngineClient::create_container(std::string name, Json specification) {
  Call call{.method = net::Method::Post,
            .target = "/containers/create?name=" + net::percent_encode(name),
            .body = to_text(specification)};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  CreatedContainer created = read_created_container(*json);
  if (created.id.empty()) {
    co_return fail(ErrorCode::Unavailable, "The Docker engine created a container and did not tell its id");
  }
  co_return created;
}

net::Task<Status> EngineClient::start_container(std::string id) {
  Call call{.method = net::Method::Post, .target = "/containers/" + in_path(id) + "/start"};
  co_return co_await perform(std::move(call));
}

net::Task<Status> EngineClient::stop_container(std::string id, std::chrono::milliseconds timeout) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
  Call call{.method = net::Method::Post,
            .target = "/containers/" + in_path(id) + "/stop?t=" + std::to_string(seconds),
            .timeout = timeout + kStopMargin};
  co_return co_await perform(std::move(call));
}

net::Task<Status> EngineClient::kill_container(std::string id, std::string signal) {
  Call call{.method = net::Method::Post,
            .target = "/containers/" + in_path(id) + "/kill?signal=" + net::percent_encode(signal)};
  co_return co_await perform(std::move(call));
}

net::Task<Status> EngineClient::rename_container(std::string id, std::string name) {
  Call call{.method = net::Method::Post,
            .target = "/containers/" + in_path(id) + "/rename?name=" + net::percent_encode(name)};
  co_return co_await perform(std::move(call));
}

net::Task<Status> EngineClient::pause_container(std::string id) {
  Call call{.method = net::Method::Post, .target = "/containers/" + in_path(id) + "/pause"};
  co_return co_await perform(std::move(call));
}

net::Task<Status> EngineClient::unpause_container(std::string id) {
  Call call{.method = net::Method::Post, .target = "/containers/" + in_path(id) + "/unpause"};
  co_return co_await perform(std::move(call));
}

net::Task<Result<int>> EngineClient::wait_container(std::string id, std::chrono::milliseconds timeout) {
  Call call{.method = net::Method::Post,
            .target = "/containers/" + in_path(id) + "/wait?condition=not-running",
            .timeout = timeout};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  const auto code = json->find("StatusCode");
  co_return code != json->end() && code->is_number_integer() ? code->get<int>() : 0;
}

net::Task<Status> EngineClient::remove_container(std::string id, bool force) {
  Call call{.method = net::Method::Delete,
            .target = "/containers/" + in_path(id) + "?v=true" + (force ? "&force=true" : "")};
  Status removed = co_await perform(std::move(call));
  if (!removed && removed.error().code == ErrorCode::NotFound) co_return Status();
  co_return removed;
}

net::Task<Result<Container>> EngineClient::inspect_container(std::string id) {
  Call call{.target = "/containers/" + in_path(id) + "/json"};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  co_return read_container(*json);
}

net::Task<Result<std::vector<ContainerSummary>>> EngineClient::list_containers(Labels labels, bool all) {
  Call call{.target =
                std::string("/containers/json?all=") + (all ? "true" : "false") + "&filters=" + label_filter(labels)};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  std::vector<ContainerSummary> out;
  if (json->is_array()) {
    for (const Json& item : *json) out.push_back(read_container_summary(item));
  }
  co_return out;
}

net::Task<Result<ContainerUsage>> EngineClient::container_usage(std::string id) {
  Call call{.target = "/containers/" + in_path(id) + "/stats?stream=false&one-shot=true"};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  co_return read_usage(*json);
}

net::Task<Result<LogStream>> EngineClient::container_logs(std::string id, bool terminal, LogRequest request) {
  std::string target = "/containers/" + in_path(id) + "/logs?stdout=true&stderr=true";
  const bool stamped = request.follow && !terminal;
  if (request.follow) target += "&follow=true";
  if (stamped) target += "&timestamps=true";
  if (const auto after = parse_rfc3339(request.after)) {
    request.since = *after;
    request.tail.reset();
  }
  target += "&tail=" + (request.tail ? std::to_string(*request.tail) : "all");
  if (request.since) target += "&since=" + seconds_text(*request.since);
  Call call{.target = std::move(target)};
  auto stream = co_await open(std::move(call));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  co_return LogStream(std::move(*stream), LogDemultiplexer(terminal, stamped, std::move(request.after)));
}

net::Task<Status> EngineClient::put_archive(std::string id, std::string path, std::string archive) {
  Call call{.method = net::Method::Put,
            .target = "/containers/" + in_path(id) + "/archive?path=" + net::percent_encode(path),
            .body = std::move(archive),
            .content_type = "application/x-tar",
            .timeout = kArchiveTimeout};
  co_return co_await perform(std::move(call));
}

net::Task<Result<std::string>> EngineClient::get_archive(std::string id, std::string path) {
  Call call{.target = "/containers/" + in_path(id) + "/archive?path=" + net::percent_encode(path),
            .timeout = kArchiveTimeout};
  auto answer = co_await this->call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::move(answer->body);
}

// --- volumes --------------------------------------------------------------------------------------------------------

net::Task<Result<Volume>> EngineClient::inspect_volume(std::string name) {
  Call call{.target = "/volumes/" + in_path(name)};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  co_return read_volume(*json);
}

net::Task<Status> EngineClient::create_volume(std::string name, std::map<std::string, std::string> labels) {
  Json body = Json::object();
  body["Name"] = std::move(name);
  body["Labels"] = std::move(labels);
  Call call{.method = net::Method::Post, .target = "/volumes/create", .body = to_text(body)};
  co_return co_await perform(std::move(call));
}

net::Task<Status> EngineClient::remove_volume(std::string name) {
  Call call{.method = net::Method::Delete, .target = "/volumes/" + in_path(name)};
  Status removed = co_await perform(std::move(call));
  if (!removed && removed.error().code == ErrorCode::NotFound) co_return Status();
  co_return removed;
}

net::Task<Result<std::vector<Volume>>> EngineClient::list_volumes(Labels labels) {
  Call call{.target = "/volumes?filters=" + label_filter(labels)};
  auto json = co_await call_json(std::move(call));
  if (!json) co_return std::unexpected(std::move(json.error()));
  std::vector<Volume> out;
  const auto volumes = json->find("Volumes");
  if (volumes != json->end() && volumes->is_array()) {
    for (const Json& item : *volumes) out.push_back(read_volume(item));
  }
  co_return out;
}

// --- events ---------------------------------------------------------------------------------------------------------

net::Task<Result<EventStream>> EngineClient::events(Labels labels, std::string since) {
  Json filters = Json::object();
  filters["type"] = Json::array({"container"});
  Call call{.target = "/events?filters=" + label_filter(labels, std::move(filters))};
  if (!since.empty()) call.target += "&since=" + since;
  auto stream = co_await open(std::move(call));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  co_return EventStream(std::move(*stream));
}

net::Task<Result<bool>> EngineClient::remembers_end(std::string id, WallTime finished) {
  // The event comes when the engine has cleaned up behind the container.
  constexpr std::chrono::seconds kBefore{1};
  constexpr std::chrono::seconds kAfter{3};
  Json filters = Json::object();
  filters["type"] = Json::array({"container"});
  filters["container"] = Json::array({id});
  filters["event"] = Json::array({"die"});
  Call call{.target = "/events?filters=" + net::percent_encode(to_text(filters)) +
                      "&since=" + seconds_text(finished - kBefore) + "&until=" + seconds_text(finished + kAfter)};
  auto stream = co_await open(std::move(call));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  auto first = co_await (*stream)->read(kPingTimeout);
  if (!first) co_return std::unexpected(error_of_connection(std::move(first.error()), endpoint_));
  co_return !first->empty();
}

}  // namespace draas::docker
