#include "simulator/reaction_runtime.hpp"

#include <charconv>
#include <deque>
#include <map>
#include <set>

#include "simulator/clock_text.hpp"
#include "simulator/config_file.hpp"
#include "simulator/configuration.hpp"
#include "simulator/http_service.hpp"
#include "simulator/template_text.hpp"

namespace draas::simulator {

namespace {

std::string text_setting(const Json& config, const char* key, const std::string& fallback) {
  if (!config.contains(key)) return fallback;
  auto value = read_config_value(config[key], "a string");
  return value ? resolve_string(*value).value_or(fallback) : fallback;
}

std::uint64_t number_setting(const Json& config, const char* key, std::uint64_t fallback) {
  if (!config.contains(key)) return fallback;
  auto value = read_config_value(config[key], "u64");
  return value ? resolve_unsigned(*value, UINT64_MAX).value_or(fallback) : fallback;
}

// What a template sees of one difference.
struct Difference {
  std::string operation;  // ADD, UPDATE, DELETE, AGGREGATION
  const char* slot;       // added, updated, deleted
  Json context = Json::object();
};

Difference describe(const Json& result, const std::string& query_id) {
  Difference out;
  std::string type = result.value("type", "");
  out.operation = type == "aggregation" ? "AGGREGATION" : type;
  out.slot = type == "ADD" ? "added" : type == "DELETE" ? "deleted" : "updated";
  out.context["query_name"] = query_id;
  out.context["operation"] = out.operation;
  if (type == "ADD") out.context["after"] = result["data"];
  if (type == "DELETE") out.context["before"] = result["data"];
  if (type == "UPDATE" || type == "aggregation") {
    out.context["before"] = result["before"];
    out.context["after"] = result["after"];
  }
  if (type == "UPDATE") out.context["data"] = result["data"];
  return out;
}

// The spec (`{template: ...}` and the like) that applies to a query and operation, or null.
const Json* find_spec(const Json& holder, const std::string& query_id, const char* slot) {
  const Json* block = nullptr;
  if (holder.contains("routes") && holder["routes"].is_object()) {
    const Json& routes = holder["routes"];
    if (auto found = routes.find(query_id); found != routes.end()) block = &*found;
  }
  if (block == nullptr && holder.contains("defaultTemplate")) block = &holder["defaultTemplate"];
  if (block == nullptr || !block->is_object()) return nullptr;
  auto spec = block->find(slot);
  return spec == block->end() || !spec->is_object() ? nullptr : &*spec;
}

class LogReaction final : public ReactionRuntime {
 public:
  LogReaction(std::string id, std::vector<std::string> queries, Json config, RuntimeHost host)
      : id_(std::move(id)), queries_(std::move(queries)), config_(std::move(config)), host_(std::move(host)) {}

  std::string kind() const override { return "log"; }
  Json properties() const override { return config_; }

  std::expected<void, std::string> start() override {
    host_.trace(TraceLevel::Info, "Starting Reaction component: " + id_);
    host_.set_status(ComponentStatus::Running, std::nullopt);
    std::string list;
    for (const std::string& query : queries_) list += (list.empty() ? "\"" : ", \"") + query + "\"";
    TracingLog::print("[" + id_ + "] Started - receiving results from queries: [" + list + "]");
    return {};
  }

  void stop() override { host_.trace(TraceLevel::Info, "Stopping reaction: " + id_); }

  void deliver(const QueryEmission& emission) override {
    std::string out =
        "[" + id_ + "] Query '" + emission.query_id + "' (" + std::to_string(emission.results.size()) + " items):\n";
    for (const Json& result : emission.results) out += "[" + id_ + "]   " + line(result, emission.query_id) + "\n";
    write_all(1, out);
  }

 private:
  std::string line(const Json& result, const std::string& query_id) const {
    Difference difference = describe(result, query_id);
    if (difference.operation == "AGGREGATION") return "[AGGREGATION] " + to_text(result);
    const Json* spec = find_spec(config_, query_id, difference.slot);
    if (spec != nullptr) return render_template(spec->value("template", ""), difference.context);
    if (difference.operation == "UPDATE") {
      return "[UPDATE] " + to_text(sorted_keys(result["before"])) + " -> " + to_text(sorted_keys(result["after"]));
    }
    return "[" + difference.operation + "] " + to_text(sorted_keys(result["data"]));
  }

  std::string id_;
  std::vector<std::string> queries_;
  Json config_;
  RuntimeHost host_;
};

// Serves results as server-sent events on its own port.
class SseReaction final : public ReactionRuntime {
 public:
  SseReaction(std::string id, Json config, RuntimeHost host)
      : id_(std::move(id)), config_(std::move(config)), host_(std::move(host)) {}
  ~SseReaction() override { close(); }

  std::string kind() const override { return "sse"; }
  Json properties() const override { return config_; }

  std::expected<void, std::string> start() override {
    host_.trace(TraceLevel::Info, "Starting SSE Reaction component: " + id_);
    host_.set_status(ComponentStatus::Running, std::nullopt);
    base_path_ = text_setting(config_, "ssePath", "/events");
    heartbeat_ = std::chrono::milliseconds(number_setting(config_, "heartbeatIntervalMs", 30'000));
    std::string host = text_setting(config_, "host", "0.0.0.0");
    auto port = static_cast<std::uint16_t>(number_setting(config_, "port", 8080));
    listener_ = std::make_unique<HttpListener>(
        host_.reactor, [this](const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange) {
          serve(request, exchange);
        });
    host_.trace(TraceLevel::Info, "Starting SSE server on " + host + ":" + std::to_string(port) + " with CORS enabled");
    // The server binds in the background: a port in use is only logged, and the reaction stays Running.
    if (int problem = listener_->open(host, port); problem != 0) {
      listener_.reset();
      host_.trace(TraceLevel::Error, "Failed to bind SSE server: " + os_error_text(problem));
    }
    beat();
    return {};
  }

  void stop() override { close(); }

  void deliver(const QueryEmission& emission) override {
    std::int64_t now = unix_nanoseconds() / 1'000'000;
    bool configured =
        config_.contains("defaultTemplate") ||
        (config_.contains("routes") && config_["routes"].is_object() && config_["routes"].contains(emission.query_id));
    if (!configured) {
      Json payload = {{"queryId", emission.query_id}, {"results", emission.results}, {"timestamp", now}};
      return broadcast(base_path_, to_text(payload));
    }
    for (const Json& result : emission.results) {
      Difference difference = describe(result, emission.query_id);
      const Json* spec = find_spec(config_, emission.query_id, difference.slot);
      if (spec == nullptr) continue;
      difference.context["timestamp"] = now;
      std::string path = base_path_;
      if (spec->contains("path") && (*spec)["path"].is_string()) {
        path = render_template((*spec)["path"].get<std::string>(), difference.context);
        if (!path.starts_with('/')) path.insert(0, base_path_ + "/");
      }
      std::string text = spec->value("template", "");
      broadcast(path, text.empty()
                          ? to_text(Json{{"queryId", emission.query_id}, {"result", result}, {"timestamp", now}})
                          : render_template(text, difference.context));
    }
  }

 private:
  struct Reader {
    std::string path;
    std::shared_ptr<HttpExchange> exchange;
  };

  void serve(const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange) {
    HeaderList cors = {{"vary", "origin, access-control-request-method, access-control-request-headers"},
                       {"access-control-allow-origin", "*"}};
    auto answer = [&](int status, HeaderList more) {
      more.insert(more.end(), cors.begin(), cors.end());
      return HttpResponse{status, std::move(more), ""};
    };
    if (request.method == "OPTIONS") {
      return exchange->respond(
          answer(200, {{"access-control-allow-methods", "GET,OPTIONS"}, {"access-control-allow-headers", "*"}}));
    }
    if (!serves(request.path)) return exchange->respond(answer(404, {}));
    HttpResponse head = answer(200, {{"content-type", "text/event-stream"}, {"cache-control", "no-cache"}});
    if (request.method == "HEAD") return exchange->respond(head);
    if (request.method != "GET") return exchange->respond(answer(405, {{"allow", "GET,HEAD"}}));
    std::uint64_t token = next_reader_++;
    readers_[token] = {request.path, exchange};
    exchange->begin_stream(head, [this, token, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) readers_.erase(token);
    });
  }

  // The base path, the fixed paths of templates, and those that an event has had.
  bool serves(const std::string& path) const {
    if (path == base_path_ || paths_.contains(path)) return true;
    bool found = false;
    auto look = [&](const Json& block) {
      if (!block.is_object()) return;
      for (const auto& [slot, spec] : block.items()) {
        if (!spec.is_object() || !spec.contains("path") || !spec["path"].is_string()) continue;
        std::string fixed = spec["path"].get<std::string>();
        found = found || fixed == path || base_path_ + "/" + fixed == path;
      }
    };
    if (config_.contains("defaultTemplate")) look(config_["defaultTemplate"]);
    if (config_.contains("routes") && config_["routes"].is_object()) {
      for (const auto& [query, block] : config_["routes"].items()) look(block);
    }
    return found;
  }

  void broadcast(const std::string& path, const std::string& payload) {
    paths_.insert(path);
    std::string text = "data: ";
    for (char c : payload) {
      text.push_back(c);
      if (c == '\n') text += "data: ";
    }
    text += "\n\n";
    auto readers = readers_;
    for (const auto& [token, reader] : readers) {
      if (reader.path == path) reader.exchange->send(text);
    }
  }

  void beat() {
    std::string text = to_text(Json{{"ts", unix_nanoseconds() / 1'000'000}, {"type", "heartbeat"}});
    auto readers = readers_;
    for (const auto& [token, reader] : readers) reader.exchange->send("data: " + text + "\n\n");
    timer_ = host_.reactor.after(heartbeat_, [this] { beat(); });
  }

  void close() {
    host_.reactor.cancel(timer_);
    readers_.clear();
    listener_.reset();
  }

  std::string id_;
  Json config_;
  RuntimeHost host_;
  std::string base_path_;
  std::chrono::milliseconds heartbeat_{30'000};
  Reactor::TimerId timer_ = 0;
  std::unique_ptr<HttpListener> listener_;
  std::set<std::string> paths_;
  std::map<std::uint64_t, Reader> readers_;
  std::uint64_t next_reader_ = 1;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Posts each difference to a base URL, in order, three attempts each.
class HttpReaction final : public ReactionRuntime {
 public:
  HttpReaction(std::string kind, std::string id, Json config, RuntimeHost host)
      : kind_(std::move(kind)), id_(std::move(id)), config_(std::move(config)), host_(std::move(host)) {}

  std::string kind() const override { return kind_; }
  Json properties() const override { return config_; }

  std::expected<void, std::string> start() override {
    base_url_ = text_setting(config_, "baseUrl", "http://localhost");
    token_ = text_setting(config_, "token", "");
    timeout_ = std::chrono::milliseconds(number_setting(config_, "timeoutMs", 5000));
    host_.trace(TraceLevel::Info, "[" + id_ + "] HTTP reaction starting in standard mode - base URL: " + base_url_);
    if (!base_url_.starts_with("http://") && !base_url_.starts_with("https://")) {
      return std::unexpected("Invalid HTTP reaction config: base URL must be http or https");
    }
    running_ = std::make_shared<int>(0);
    host_.set_status(ComponentStatus::Running, std::nullopt);
    return {};
  }

  void stop() override {
    running_.reset();
    queue_.clear();
    busy_ = false;
  }

  void deliver(const QueryEmission& emission) override {
    for (const Json& result : emission.results) {
      if (queue_.size() < kMaximumQueue) queue_.push_back(call_for(emission, result));
    }
    send_next();
  }

 private:
  struct Call {
    std::string url;
    std::string method = "POST";
    HeaderList headers;
    std::string body;
    std::string query_id;
    std::uint64_t sequence = 0;
    int attempts = 0;
  };
  static constexpr std::size_t kMaximumQueue = 10'000;
  static constexpr int kAttempts = 3;

  Call call_for(const QueryEmission& emission, const Json& result) const {
    Difference difference = describe(result, emission.query_id);
    Call call;
    call.query_id = emission.query_id;
    call.sequence = emission.sequence;
    call.headers = {{"content-type", "application/json"}};
    if (!token_.empty()) call.headers.emplace_back("authorization", "Bearer " + token_);
    std::string operation = difference.operation == "AGGREGATION" ? "UPDATE" : difference.operation;
    Json notification = {{"operation", operation},
                         {"queryId", emission.query_id},
                         {"sequenceId", emission.sequence},
                         {"timestamp", timestamp_text_with_offset(emission.time)}};
    for (const char* key : {"before", "after"}) {
      if (difference.context.contains(key)) notification[key] = difference.context[key];
    }
    notification["metadata"] = emission.metadata();
    difference.context["query_id"] = emission.query_id;
    difference.context["timestamp"] = notification["timestamp"];
    difference.context["metadata"] = emission.metadata();
    const Json& holder = config_.contains("outputTemplates") ? config_["outputTemplates"] : config_;
    const Json* spec = find_spec(holder, emission.query_id, difference.slot);
    call.url = "/changes/" + emission.query_id;
    call.body = to_text(notification);
    if (spec == nullptr) return call;
    if (std::string url = spec->value("url", ""); !url.empty()) call.url = render_template(url, difference.context);
    if (std::string method = spec->value("method", ""); !method.empty()) call.method = method;
    std::string body = spec->value("template", spec->value("body", ""));
    if (!body.empty()) call.body = render_template(body, difference.context);
    if (spec->contains("headers") && (*spec)["headers"].is_object()) {
      for (const auto& [name, value] : (*spec)["headers"].items()) {
        if (value.is_string())
          call.headers.emplace_back(name, render_template(value.get<std::string>(), difference.context));
      }
    }
    return call;
  }

  void send_next() {
    if (busy_ || queue_.empty() || !running_) return;
    busy_ = true;
    Call& call = queue_.front();
    ++call.attempts;
    std::string url =
        call.url.starts_with("http://") ? call.url : base_url_ + (call.url.starts_with('/') ? "" : "/") + call.url;
    std::string_view rest = std::string_view(url).substr(url.find("://") + 3);
    std::string_view authority = rest.substr(0, rest.find('/'));
    std::string target(rest.size() > authority.size() ? rest.substr(authority.size()) : std::string_view("/"));
    std::uint16_t port = 80;
    if (auto colon = authority.rfind(':'); colon != std::string_view::npos) {
      std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
      authority = authority.substr(0, colon);
    }
    http_call(host_.reactor, std::string(authority), port, call.method, target, call.headers, call.body, timeout_,
              [this, alive = std::weak_ptr<int>(running_)](const HttpCallResult& result) {
                if (!alive.expired()) finished(result);
              });
  }

  void finished(const HttpCallResult& result) {
    busy_ = false;
    if (queue_.empty()) return;
    Call& call = queue_.front();
    if (result.status >= 200 && result.status < 300) {
      queue_.pop_front();
      return send_next();
    }
    if (call.attempts < kAttempts) {
      auto pause = std::chrono::milliseconds(100) * call.attempts;
      host_.reactor.after(pause, [this, alive = std::weak_ptr<int>(running_)] {
        if (!alive.expired()) send_next();
      });
      return;
    }
    std::string reason = "HTTP delivery failed for query '" + call.query_id + "' (seq " +
                         std::to_string(call.sequence) + "); stopped per recovery policy";
    host_.log(TraceLevel::Error,
              "[" + id_ + "] Failed to process result: no success after " + std::to_string(kAttempts) + " attempts");
    stop();
    host_.set_status(ComponentStatus::Error, reason);
  }

  std::string kind_;
  std::string id_;
  Json config_;
  RuntimeHost host_;
  std::string base_url_;
  std::string token_;
  std::chrono::milliseconds timeout_{5000};
  std::deque<Call> queue_;
  bool busy_ = false;
  std::shared_ptr<int> running_;
};

// Runs and delivers nowhere.
class PlainReaction final : public ReactionRuntime {
 public:
  PlainReaction(std::string kind, Json properties, RuntimeHost host)
      : kind_(std::move(kind)), properties_(std::move(properties)), host_(std::move(host)) {}

  std::string kind() const override { return kind_; }
  Json properties() const override { return properties_; }
  std::expected<void, std::string> start() override {
    host_.set_status(ComponentStatus::Running, std::nullopt);
    return {};
  }
  void stop() override {}
  void deliver(const QueryEmission&) override {}

 private:
  std::string kind_;
  Json properties_;
  RuntimeHost host_;
};

// The built-in kind: delivers into a function, if there is one, and keeps no fields.
class ApplicationReaction final : public ReactionRuntime {
 public:
  ApplicationReaction(RuntimeHost host, std::function<void(const QueryEmission&)> sink, std::function<void()> ended)
      : host_(std::move(host)), sink_(std::move(sink)), ended_(std::move(ended)) {}

  std::string kind() const override { return "application"; }
  Json properties() const override { return Json::object(); }
  std::expected<void, std::string> start() override {
    host_.set_status(ComponentStatus::Running, "Application reaction started");
    return {};
  }
  void stop() override {
    if (ended_) ended_();
  }
  std::optional<std::string> stopped_message() const override { return "Application reaction stopped"; }
  void deliver(const QueryEmission& emission) override {
    if (sink_) sink_(emission);
  }

 private:
  RuntimeHost host_;
  std::function<void(const QueryEmission&)> sink_;
  std::function<void()> ended_;
};

}  // namespace

std::unique_ptr<ReactionRuntime> make_reaction_runtime(const std::string& kind, const std::string& id,
                                                       std::vector<std::string> queries, const Json& config,
                                                       RuntimeHost host) {
  if (kind == "log") return std::make_unique<LogReaction>(id, std::move(queries), config, std::move(host));
  if (kind == "sse") return std::make_unique<SseReaction>(id, config, std::move(host));
  if (kind == "http" || kind == "http-adaptive") {
    return std::make_unique<HttpReaction>(kind, id, config, std::move(host));
  }
  if (kind == "application") return std::make_unique<ApplicationReaction>(std::move(host), nullptr, nullptr);
  return std::make_unique<PlainReaction>(kind, config, std::move(host));
}

std::unique_ptr<ReactionRuntime> make_attach_reaction(std::function<void(const QueryEmission&)> sink,
                                                      std::function<void()> ended, RuntimeHost host) {
  return std::make_unique<ApplicationReaction>(std::move(host), std::move(sink), std::move(ended));
}

}  // namespace draas::simulator
