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
  std::string stopped_message() const override { return "Mock source stopped successfully"; }

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
    host_.set_status(ComponentStatus::Running, "Mock source started successfully");
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
  std::string stopped_message() const override { return "Adaptive HTTP source stopped"; }

  std::expected<void, std::string> start() override {
    std::string host = string_field(config_, "host", "0.0.0.0");
    auto port = static_cast<std::uint16_t>(unsigned_field(config_, "port", 8080));
    std::string address = host + ":" + std::to_string(port);
    listener_ = std::make_unique<HttpListener>(
        host_.reactor, [this](const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange) {
          exchange->respond(answer(request));
        });
    host_.log(TraceLevel::Info, "[" + id_ + "] Adaptive HTTP source attempting to bind to " + address);
    if (int problem = listener_->open(host, port); problem != 0) {
      listener_.reset();
      std::string reason = "Failed to bind HTTP server to " + address + ": " + os_error_text(problem) +
                           ". Common causes: port already in use, insufficient permissions";
      host_.log(TraceLevel::Error, "[" + id_ + "] " + reason);
      return std::unexpected(reason);
    }
    host_.set_status(ComponentStatus::Running, "Adaptive HTTP source running on " + address + " with batch support");
    return {};
  }

  void stop() override { listener_.reset(); }

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
    auto body = parse_json(request.body);
    if (!body)
      return {400, {{"content-type", "text/plain; charset=utf-8"}}, "Failed to parse the request body as JSON"};
    Json events = batch && body->is_object() ? body->value("events", Json::array()) : Json::array({*body});
    std::size_t accepted = 0;
    for (const Json& event : events) accepted += take(event) ? 1U : 0U;
    if (accepted < events.size() && accepted == 0) {
      return json_response(400, {{"success", false},
                                 {"message", "All " + std::to_string(events.size()) + " events failed"},
                                 {"error", "not an event"}});
    }
    return json_response(
        200, {{"success", true}, {"message", "All " + std::to_string(accepted) + " events processed successfully"}});
  }

  bool take(const Json& event) {
    if (!event.is_object()) return false;
    std::string operation = event.value("operation", "");
    GraphChange change;
    if (operation == "delete") {
      if (!event.contains("id") || !event["id"].is_string()) return false;
      change.operation = GraphChange::Operation::Delete;
      change.element_id = event["id"].get<std::string>();
      emit_(change);
      return true;
    }
    if (operation != "insert" && operation != "update") return false;
    if (!event.contains("element") || !event["element"].is_object()) return false;
    const Json& element = event["element"];
    if (!element.contains("id") || !element["id"].is_string()) return false;
    if (!element.contains("labels") || !element["labels"].is_array()) return false;
    change.operation = operation == "insert" ? GraphChange::Operation::Insert : GraphChange::Operation::Update;
    change.element_id = element["id"].get<std::string>();
    for (const Json& label : element["labels"]) {
      if (label.is_string()) change.labels.push_back(label.get<std::string>());
    }
    change.relation = element.value("type", "node") == "relation";
    if (element.contains("properties") && element["properties"].is_object()) change.properties = element["properties"];
    emit_(change);
    return true;
  }

  std::string id_;
  Json config_;
  RuntimeHost host_;
  EmitChange emit_;
  std::unique_ptr<HttpListener> listener_;
};

// Runs and yields nothing: kinds whose outside world is not simulated.
class SilentSource final : public SourceRuntime {
 public:
  SilentSource(std::string kind, std::string id, Json properties, RuntimeHost host, std::string running)
      : kind_(std::move(kind)),
        id_(std::move(id)),
        properties_(std::move(properties)),
        host_(std::move(host)),
        running_(std::move(running)) {}

  std::string kind() const override { return kind_; }
  Json properties() const override { return properties_; }
  std::string stopped_message() const override { return "Source '" + id_ + "' stopped"; }
  std::expected<void, std::string> start() override {
    host_.set_status(ComponentStatus::Running, running_);
    return {};
  }
  void stop() override {}

 private:
  std::string kind_;
  std::string id_;
  Json properties_;
  RuntimeHost host_;
  std::string running_;
};

}  // namespace

std::unique_ptr<SourceRuntime> make_source_runtime(const std::string& kind, const std::string& id, const Json& config,
                                                   RuntimeHost host, EmitChange emit) {
  if (kind == "mock") return std::make_unique<MockSource>(id, config, std::move(host), std::move(emit));
  if (kind == "http") return std::make_unique<HttpSource>(id, config, std::move(host), std::move(emit));
  return std::make_unique<SilentSource>(kind, id, config, std::move(host), kind + " source started");
}

std::unique_ptr<SourceRuntime> make_component_graph_source(const std::string& instance_id, RuntimeHost host) {
  return std::make_unique<SilentSource>("component_graph", std::string(kComponentGraphSource),
                                        Json{{"instance_id", instance_id}}, std::move(host),
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
