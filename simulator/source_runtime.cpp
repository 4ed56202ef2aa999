#include "simulator/source_runtime.hpp"

#include <cmath>
#include <set>

#include "simulator/clock_text.hpp"
#include "simulator/config_file.hpp"
#include "simulator/configuration.hpp"
#include "simulator/http_service.hpp"

namespace draas::simulator {

namespace {

std::uint64_t unsigned_field(const Json& config, const char* key, std::uint64_t fallback) {
  if (!config.contains(key)) return fallback;
  auto value = read_config_value(config[key], "u64");
  if (!value) return fallback;
  return resolve_unsigned(*value, UINT64_MAX).value_or(fallback);
}

std::string string_field(const Json& config, const char* key, const std::string& fallback) {
  if (!config.contains(key)) return fallback;
  auto value = read_config_value(config[key], "a string");
  if (!value) return fallback;
  return resolve_string(*value).value_or(fallback);
}

// Produces changes on a timer, the first at once.
class MockSource final : public SourceRuntime {
 public:
  MockSource(std::string id, Json config, RuntimeHost host, EmitChange emit)
      : id_(std::move(id)), config_(std::move(config)), host_(std::move(host)), emit_(std::move(emit)) {
    if (config_.contains("sim") && config_["sim"].is_object()) sim_ = config_["sim"];
    if (config_.contains("dataType") && config_["dataType"].is_object()) {
      type_ = config_["dataType"].value("type", "generic");
      sensors_ = config_["dataType"].value("sensorCount", std::uint32_t{5});
    }
    interval_ = Milliseconds(std::max<std::uint64_t>(1, unsigned_field(config_, "intervalMs", 5000)));
  }
  ~MockSource() override { cancel(); }

  std::string kind() const override { return "mock"; }
  Json properties() const override { return config_; }

  std::expected<void, std::string> start() override {
    host_.log(TraceLevel::Info, "Starting Mock Source component: " + id_);
    if (sim_.contains("fail") && sim_["fail"] != false) {
      return std::unexpected(sim_["fail"].is_string() ? sim_["fail"].get<std::string>() : "simulated source failure");
    }
    if (sim_.value("stayStarting", false)) return {};
    Milliseconds delay = delay_field("startingFor");
    timer_ = host_.reactor.after(delay, [this] { begin(); });
    if (delay == Milliseconds::zero()) {
      host_.reactor.cancel(timer_);
      begin();
    }
    return {};
  }

  void stop() override {
    host_.log(TraceLevel::Info, "Stopping Mock Source component: " + id_);
    cancel();
  }

  std::vector<GraphChange> initial_changes() const override {
    std::vector<GraphChange> out;
    for (int number = 1; number <= 10; ++number) {
      GraphChange change;
      change.element_id = "bootstrap_" + std::to_string(number);
      change.labels = {"Bootstrap"};
      change.properties = {{"value", number}, {"name", change.element_id}};
      out.push_back(std::move(change));
    }
    return out;
  }

 private:
  Milliseconds delay_field(const char* key) const {
    if (!sim_.contains(key)) return Milliseconds::zero();
    const Json& value = sim_[key];
    if (value.is_number_integer()) return Milliseconds(value.get<std::int64_t>());
    return value.is_string() ? parse_delay(value.get<std::string>()).value_or(Milliseconds::zero())
                             : Milliseconds::zero();
  }

  void begin() {
    host_.set_status(ComponentStatus::Running, std::nullopt);
    if (sim_.contains("failAfter")) {
      fail_timer_ = host_.reactor.after(delay_field("failAfter"), [this] {
        fail_timer_ = 0;
        cancel();
        host_.log(TraceLevel::Error, "Error in Mock Source component " + id_ + ": simulated failure");
        host_.set_status(ComponentStatus::Error, "simulated failure");
      });
    }
    if (sim_.value("frozen", false)) {
      timer_ = 0;
      return;
    }
    // Not from within the caller's start: a tick reaches queries and reactions.
    timer_ = host_.reactor.after(Milliseconds::zero(), [this] { tick(); });
  }

  void tick() {
    timer_ = host_.reactor.after(interval_, [this] { tick(); });
    std::uint64_t limit = sim_.value("changes", std::uint64_t{UINT64_MAX});
    std::uint64_t burst = sim_.value("burst", std::uint64_t{1});
    for (std::uint64_t count = 0; count < burst && sequence_ < limit; ++count) emit_(next_change());
  }

  GraphChange next_change() {
    ++sequence_;
    GraphChange change;
    std::string now = timestamp_text_with_offset(unix_nanoseconds());
    if (type_ == "counter") {
      change.element_id = "counter_" + std::to_string(sequence_);
      change.labels = {"Counter"};
      change.properties = {{"value", sequence_}, {"timestamp", now}};
    } else if (type_ == "sensorReading") {
      std::uint32_t sensor = random_u32() % std::max(1U, sensors_);
      change.element_id = "sensor_" + std::to_string(sensor);
      change.labels = {"SensorReading"};
      change.operation = seen_.insert(sensor).second ? GraphChange::Operation::Insert : GraphChange::Operation::Update;
      change.properties = {{"sensor_id", change.element_id},
                           {"temperature", 20.0 + random_unit() * 10.0},
                           {"humidity", 40.0 + random_unit() * 20.0},
                           {"timestamp", now}};
    } else {
      change.element_id = "generic_" + std::to_string(sequence_);
      change.labels = {"Generic"};
      change.properties = {
          {"value", static_cast<std::int32_t>(random_u32())}, {"message", "Generic mock data"}, {"timestamp", now}};
    }
    return change;
  }

  void cancel() {
    host_.reactor.cancel(timer_);
    host_.reactor.cancel(fail_timer_);
    timer_ = 0;
    fail_timer_ = 0;
  }

  std::string id_;
  Json config_;
  Json sim_ = Json::object();
  RuntimeHost host_;
  EmitChange emit_;
  std::string type_ = "generic";
  std::uint32_t sensors_ = 5;
  Milliseconds interval_{5000};
  std::uint64_t sequence_ = 0;
  std::set<std::uint32_t> seen_;
  Reactor::TimerId timer_ = 0;
  Reactor::TimerId fail_timer_ = 0;
};

// Takes events that are posted to its own port.
class HttpSource final : public SourceRuntime {
 public:
  HttpSource(std::string id, Json config, RuntimeHost host, EmitChange emit)
      : id_(std::move(id)), config_(std::move(config)), host_(std::move(host)), emit_(std::move(emit)) {}

  std::string kind() const override { return "http"; }
  Json properties() const override { return config_; }
  bool replays() const override {
    return config_.contains("durability") && config_["durability"].is_object() &&
           config_["durability"].value("enabled", false);
  }

  std::expected<void, std::string> start() override {
    std::string host = string_field(config_, "host", "0.0.0.0");
    auto port = static_cast<std::uint16_t>(unsigned_field(config_, "port", 8080));
    std::uint64_t batch = unsigned_field(config_, "adaptiveMaxBatchSize", 1000);
    std::string address = host + ":" + std::to_string(port);
    auto listener = std::make_unique<HttpListener>(
        host_.reactor, [this](const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange) {
          exchange->respond(answer(request));
        });
    batches_ = 0;
    events_ = 0;
    say(TraceLevel::Info, "Starting adaptive HTTP source");
    say(TraceLevel::Info, "HttpSource using batch channel capacity: " + std::to_string(batch * 5) +
                              " (max_batch_size: " + std::to_string(batch) + " x 5)");
    say(TraceLevel::Info, "Starting adaptive batcher task");
    say(TraceLevel::Info, "Standard mode enabled");
    say(TraceLevel::Info, "Adaptive HTTP batcher started with config: AdaptiveBatchConfig { max_batch_size: " +
                              std::to_string(batch) + ", min_batch_size: 10, max_wait_time: 100ms, min_wait_time: 1ms" +
                              ", throughput_window: 5s, adaptive_enabled: true }");
    say(TraceLevel::Info, "Adaptive HTTP source attempting to bind to " + address);
    if (int problem = listener->open(host, port); problem != 0) {
      listener_.reset();
      std::string reason = "Failed to bind HTTP server to " + address + ": " + os_error_text(problem);
      say(TraceLevel::Error, reason);
      say_end();
      reason += ". Common causes: port already in use, insufficient permissions";
      host_.set_status(ComponentStatus::Error, reason);
      return std::unexpected(reason);
    }
    listener_ = std::move(listener);
    say(TraceLevel::Info, "Adaptive HTTP source successfully listening on " + address);
    host_.set_status(ComponentStatus::Running, std::nullopt);
    return {};
  }

  void stop() override {
    if (listener_ == nullptr) return;
    listener_.reset();
    say(TraceLevel::Info, "Stopping adaptive HTTP source");
    say_end();
  }

 private:
  static HttpResponse json_response(int status, const Json& body) {
    return {status, {{"content-type", "application/json"}}, to_text(body)};
  }

  HttpResponse answer(const HttpRequest& request) {
    if (request.path == "/health") {
      return json_response(200, {{"features", {"adaptive-batching", "batch-endpoint", "webhooks"}},
                                 {"service", "http-source"},
                                 {"status", "healthy"}});
    }
    bool batch = request.path.ends_with("/events/batch");
    std::string path = batch ? request.path.substr(0, request.path.size() - 6) : request.path;
    auto marker = path.find("/sources/");
    if (marker == std::string::npos || !path.ends_with("/events")) return {404, {}, ""};
    if (request.method != "POST") return {405, {{"allow", "POST"}}, ""};
    std::string name = percent_decoded(path.substr(marker + 9, path.size() - marker - 16), false).value_or("");
    if (name != id_) {
      return json_response(400, {{"success", false},
                                 {"message", "Source name mismatch"},
                                 {"error", "Expected source '" + id_ + "', got '" + name + "'"}});
    }
    std::string type(header_value(request.headers, "content-type"));
    if (!type.starts_with("application/json")) {
      return text_response(415, "Expected request with `Content-Type: application/json`");
    }
    auto body = parse_json(request.body);
    if (!body) return text_response(400, "Failed to parse the request body as JSON: " + body.error().message);
    std::string fault = batch ? batch_fault(request.body, *body) : event_fault(request.body, *body);
    if (!fault.empty()) {
      return text_response(422, "Failed to deserialize the JSON body into the target type: " + fault);
    }
    Json events = batch ? (*body)["events"] : Json::array({*body});
    for (const Json& event : events) take(event);
    if (!events.empty()) ++batches_;
    events_ += events.size();
    return json_response(200, {{"success", true},
                               {"message", "All " + std::to_string(events.size()) + " events processed successfully"}});
  }

  static HttpResponse text_response(int status, std::string text) {
    return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
  }

  static std::string at_column(std::size_t column) { return " at line 1 column " + std::to_string(column); }

  // Why an element cannot be read, or "". What lies within an event is told without a place.
  static std::string element_fault(const Json& element) {
    auto text_fault = [&](const char* key) -> std::string {
      if (!element.contains(key)) return std::string("missing field `") + key + "`";
      if (!element[key].is_string()) return "invalid type: " + describe_value(element[key]) + ", expected a string";
      return "";
    };
    if (!element.is_object()) return "invalid type: " + describe_value(element) + ", expected a map";
    if (std::string fault = text_fault("type"); !fault.empty()) return fault;
    std::string type = element["type"].get<std::string>();
    if (type != "node" && type != "relation") {
      return "unknown variant `" + type + "`, expected `node` or `relation`";
    }
    if (std::string fault = text_fault("id"); !fault.empty()) return fault;
    if (!element.contains("labels")) return "missing field `labels`";
    if (!element["labels"].is_array()) {
      return "invalid type: " + describe_value(element["labels"]) + ", expected a sequence";
    }
    for (const Json& label : element["labels"]) {
      if (!label.is_string()) return "invalid type: " + describe_value(label) + ", expected a string";
    }
    if (type == "relation") {
      for (const char* end : {"from", "to"}) {
        if (std::string fault = text_fault(end); !fault.empty()) return fault;
      }
    }
    if (element.contains("properties") && !element["properties"].is_object()) {
      return "invalid type: " + describe_value(element["properties"]) + ", expected a map";
    }
    return "";
  }

  static std::string event_fault(std::string_view body, const Json& event) {
    if (event.is_array() && !event.empty() && !event[0].is_string()) {
      return "[0]: invalid type: " + describe_value(event[0]) + ", expected variant identifier" +
             at_column(1 + event[0].dump().size());
    }
    if (!event.is_object()) {
      return "invalid type: " + describe_value(event) + ", expected internally tagged enum DirectSourceChange" +
             at_column(body.size());
    }
    if (!event.contains("operation")) return "missing field `operation`" + at_column(body.size());
    const Json& operation = event["operation"];
    std::size_t end = body.find(':', body.find("\"operation\""));
    end =
        end == std::string_view::npos ? body.size() : body.find_first_not_of(" \t", end + 1) + operation.dump().size();
    if (!operation.is_string()) {
      return "operation: invalid type: " + describe_value(operation) + ", expected variant identifier" + at_column(end);
    }
    std::string name = operation.get<std::string>();
    if (name == "delete") {
      if (!event.contains("id")) return "missing field `id`";
      return event["id"].is_string() ? "" : "invalid type: " + describe_value(event["id"]) + ", expected a string";
    }
    if (name != "insert" && name != "update") {
      return "operation: unknown variant `" + name + "`, expected one of `insert`, `update`, `delete`" + at_column(end);
    }
    return event.contains("element") ? element_fault(event["element"]) : "missing field `element`";
  }

  static std::string batch_fault(std::string_view body, const Json& document) {
    if (document.is_array()) {
      return "invalid length " + std::to_string(document.size()) +
             ", expected struct BatchEventRequest with 1 element" + at_column(body.size());
    }
    if (!document.is_object()) {
      return "invalid type: " + describe_value(document) + ", expected struct BatchEventRequest" +
             at_column(body.size());
    }
    if (!document.contains("events")) return "missing field `events`" + at_column(body.size());
    if (!document["events"].is_array()) {
      return "events: invalid type: " + describe_value(document["events"]) + ", expected a sequence" +
             at_column(body.size());
    }
    for (std::size_t index = 0; index < document["events"].size(); ++index) {
      const Json& event = document["events"][index];
      std::string fault = event_fault(event.dump(), event);
      if (fault.empty()) continue;
      if (auto place = fault.find(" at line 1 column"); place != std::string::npos) fault.resize(place);
      return "events[" + std::to_string(index) + "]: " + fault + at_column(body.size() - 1);
    }
    return "";
  }

  // `event` has no fault.
  void take(const Json& event) {
    std::string operation = event["operation"].get<std::string>();
    GraphChange change;
    if (operation == "delete") {
      change.operation = GraphChange::Operation::Delete;
      change.element_id = event["id"].get<std::string>();
      return emit_(change);
    }
    const Json& element = event["element"];
    change.operation = operation == "insert" ? GraphChange::Operation::Insert : GraphChange::Operation::Update;
    change.element_id = element["id"].get<std::string>();
    for (const Json& label : element["labels"]) change.labels.push_back(label.get<std::string>());
    change.relation = element["type"] == "relation";
    if (element.contains("properties")) change.properties = element["properties"];
    emit_(change);
  }

  void say(TraceLevel level, const std::string& text) { host_.log(level, "[" + id_ + "] " + text); }
  void say_end() {
    say(TraceLevel::Info, "Adaptive HTTP batcher stopped - Total batches: " + std::to_string(batches_) +
                              ", Total events: " + std::to_string(events_));
  }

  std::string id_;
  Json config_;
  RuntimeHost host_;
  EmitChange emit_;
  std::unique_ptr<HttpListener> listener_;
  std::size_t batches_ = 0;
  std::size_t events_ = 0;
};

// Runs and yields nothing: kinds whose outside world is not simulated.
class SilentSource final : public SourceRuntime {
 public:
  SilentSource(std::string kind, Json properties, RuntimeHost host, std::optional<std::string> running)
      : kind_(std::move(kind)),
        properties_(std::move(properties)),
        host_(std::move(host)),
        running_(std::move(running)) {}

  std::string kind() const override { return kind_; }
  Json properties() const override { return properties_; }
  std::expected<void, std::string> start() override {
    host_.set_status(ComponentStatus::Running, running_);
    return {};
  }
  void stop() override {}

 private:
  std::string kind_;
  Json properties_;
  RuntimeHost host_;
  std::optional<std::string> running_;
};

}  // namespace

std::unique_ptr<SourceRuntime> make_source_runtime(const std::string& kind, const std::string& id, const Json& config,
                                                   RuntimeHost host, EmitChange emit) {
  if (kind == "mock") return std::make_unique<MockSource>(id, config, std::move(host), std::move(emit));
  if (kind == "http") return std::make_unique<HttpSource>(id, config, std::move(host), std::move(emit));
  return std::make_unique<SilentSource>(kind, config, std::move(host), std::nullopt);
}

std::unique_ptr<SourceRuntime> make_component_graph_source(const std::string& instance_id, RuntimeHost host) {
  return std::make_unique<SilentSource>("component_graph", Json{{"instance_id", instance_id}}, std::move(host),
                                        "Component graph source running");
}

GraphChange component_graph_change(const ComponentEvent& event) {
  GraphChange change = component_graph_node(event.type, event.id, event.status);
  if (event.status == ComponentStatus::Added) {
    change.properties["status"] = "Stopped";
  } else if (event.status == ComponentStatus::Removed) {
    change.operation = GraphChange::Operation::Delete;
  } else {
    change.operation = GraphChange::Operation::Update;
    if (event.status == ComponentStatus::Error && event.message) change.properties["error"] = *event.message;
  }
  return change;
}

GraphChange component_graph_node(ComponentType type, const std::string& id, ComponentStatus status) {
  GraphChange change;
  change.element_id = std::string(lower_name(type)) + ":" + id;
  change.labels = {std::string(to_string(type))};
  change.properties = {{"id", id}, {"status", to_string(status)}};
  return change;
}

}  // namespace draas::simulator
