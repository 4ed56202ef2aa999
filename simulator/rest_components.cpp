// The routes of sources, queries and reactions.

#include <charconv>

#include "simulator/clock_text.hpp"
#include "simulator/rest_api.hpp"

namespace draas::simulator {

namespace {

constexpr std::size_t kDefaultLimit = 100;
constexpr Milliseconds kHeartbeat{15'000};

std::string upper(std::string_view text) {
  std::string out;
  for (char c : text) out.push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
  return out;
}

std::string event_text(const Json& payload) { return "data: " + to_text(payload) + "\n\n"; }

// ?limit=; the answer to a malformed one is the error.
std::expected<std::size_t, HttpResponse> limit_of(const HttpRequest& request) {
  auto text = request.parameter("limit");
  if (!text) return kDefaultLimit;
  auto refuse = [](const std::string& reason) {
    return std::unexpected(text_answer(400, "Failed to deserialize query string: " + reason));
  };
  auto first = request.query.find("limit=");
  if (request.query.find("&limit=", first) != std::string::npos) return refuse("duplicate field `limit`");
  if (text->empty()) return refuse("cannot parse integer from empty string");
  std::size_t limit = 0;
  auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (end != text->data() + text->size()) return refuse("invalid digit found in string");
  if (problem != std::errc{}) return refuse("number too large to fit in target type");
  return limit;
}

template <class T>
Json newest(const std::deque<T>& items, std::size_t limit) {
  Json out = Json::array();
  std::size_t begin = items.size() > limit ? items.size() - limit : 0;
  for (std::size_t index = begin; index < items.size(); ++index) out.push_back(items[index].to_json());
  return out;
}

// A stream with a comment every 15 seconds; ends with its exchange.
class Heartbeat : public std::enable_shared_from_this<Heartbeat> {
 public:
  Heartbeat(Reactor& reactor, std::shared_ptr<HttpExchange> exchange)
      : reactor_(reactor), exchange_(std::move(exchange)) {}
  void start() {
    auto self = shared_from_this();
    timer_ = reactor_.after(kHeartbeat, [self] {
      if (self->exchange_->send(": heartbeat\n\n")) self->start();
    });
  }
  void stop() { reactor_.cancel(timer_); }

 private:
  Reactor& reactor_;
  std::shared_ptr<HttpExchange> exchange_;
  Reactor::TimerId timer_ = 0;
};

std::string unknown_kind(const PluginCatalog& plugins, PluginCategory category, const std::string& name,
                         const std::string& kind) {
  return "Unknown " + name + " kind: '" + kind + "'. Available: " + debug_list(plugins.kinds(category));
}

}  // namespace

std::optional<HttpResponse> RestApi::refuse_limit(const HttpRequest& request) {
  auto limit = limit_of(request);
  return limit ? std::nullopt : std::optional(limit.error());
}

template <class Entry>
HttpResponse RestApi::history(ComponentType type, Call& call, std::deque<Entry> Component::* entries) {
  auto limit = limit_of(call.request);
  if (!limit) return limit.error();
  const Component* component = call.instance->find(type, call.parameters[0]);
  if (component == nullptr) return failure(DrasiFailure::not_found(lower_name(type), call.parameters[0]));
  return success(newest(component->*entries, *limit));
}

template <class Entry>
std::optional<HttpResponse> RestApi::stream(ComponentType type, Call& call, std::deque<Entry> Component::* entries,
                                            Subscribers<Entry> Component::* live) {
  Component* component = call.instance->find(type, call.parameters[0]);
  if (component == nullptr) return failure(DrasiFailure::not_found(lower_name(type), call.parameters[0]));
  auto exchange = call.exchange;
  auto token = (component->*live).add([exchange](const Entry& entry) { exchange->send(event_text(entry.to_json())); });
  exchange->begin_stream(stream_head(call.request),
                         [this, type, live, token, instance = call.instance->id(), id = component->id] {
                           Instance* owner = state_.find(instance);
                           Component* target = owner != nullptr ? owner->find(type, id) : nullptr;
                           if (target != nullptr) (target->*live).remove(token);
                         });
  for (const Entry& entry : component->*entries) exchange->send(event_text(entry.to_json()));
  return std::nullopt;
}

void RestApi::add_component_routes(ComponentType type) {
  std::string base = "/" + std::string(plural_name(type));
  std::string one = base + "/*";
  auto answered = [](auto function) {
    return [function](Call& call) -> std::optional<HttpResponse> { return function(call); };
  };
  add_scoped("GET", base, answered([this, type](Call& call) { return list_components(type, *call.instance); }),
             Missing::PlainText);
  add_scoped("GET", one, answered([this, type](Call& call) { return get_component(type, call); }));
  add_scoped("DELETE", one, answered([this, type](Call& call) { return remove_component(type, call); }));
  std::size_t before = routes_.size();
  add_scoped("GET", one + "/events",
             answered([this, type](Call& call) { return history(type, call, &Component::events); }));
  add_scoped("GET", one + "/logs",
             answered([this, type](Call& call) { return history(type, call, &Component::logs); }));
  for (std::size_t index = before; index < routes_.size(); ++index) routes_[index].check = &RestApi::refuse_limit;
  add_scoped("GET", one + "/events/stream",
             [this, type](Call& call) { return stream(type, call, &Component::events, &Component::on_event); });
  add_scoped("GET", one + "/logs/stream",
             [this, type](Call& call) { return stream(type, call, &Component::logs, &Component::on_log); });
  std::string name(to_string(type));
  add_scoped("POST", one + "/start", answered([type, name](Call& call) {
               auto outcome = call.instance->start_component(type, call.parameters[0]);
               return outcome ? success_message(name + " started successfully") : failure(outcome.error());
             }));
  add_scoped("POST", one + "/stop", answered([type, name](Call& call) {
               auto outcome = call.instance->stop_component(type, call.parameters[0]);
               return outcome ? success_message(name + " stopped successfully") : failure(outcome.error());
             }));
}

void RestApi::add_source_and_reaction_routes() {
  add_scoped("POST", "/sources",
             [this](Call& call) -> std::optional<HttpResponse> { return write_source(call, Writing::Create); });
  add_scoped("PUT", "/sources/*",
             [this](Call& call) -> std::optional<HttpResponse> { return write_source(call, Writing::Upsert); });
  add_scoped("POST", "/sources/*/push", [this](Call& call) { return push(call); });
  add_scoped("POST", "/reactions",
             [this](Call& call) -> std::optional<HttpResponse> { return write_reaction(call, Writing::Create); });
  add_scoped("PUT", "/reactions/*",
             [this](Call& call) -> std::optional<HttpResponse> { return write_reaction(call, Writing::Upsert); });
  add_scoped("GET", "/events", [this](Call& call) { return stream_instance_events(call); });
}

void RestApi::add_query_routes() {
  add_scoped("POST", "/queries", [this](Call& call) -> std::optional<HttpResponse> { return create_query(call); });
  add_scoped("GET", "/queries/*/results", [](Call& call) -> std::optional<HttpResponse> {
    auto results = call.instance->results(call.parameters[0]);
    return results ? success(std::move(*results)) : failure(results.error());
  });
  add_scoped("GET", "/queries/*/attach", [this](Call& call) { return attach(call); }, Missing::NotFoundError);
}

Json RestApi::item(const Instance& instance, const Component& component, std::optional<Json> config) {
  std::string self = "/api/v1/instances/" + instance.id() + "/";
  self.append(plural_name(component.type)).append("/").append(component.id);
  Json out = {{"id", component.id}, {"status", to_string(component.status)}};
  if (component.status == ComponentStatus::Error) {
    if (auto message = component.last_error()) out["error_message"] = *message;
  }
  out["links"] = {{"self", self}, {"full", self + "?view=full"}};
  if (config) out["config"] = std::move(*config);
  return out;
}

HttpResponse RestApi::list_components(ComponentType type, const Instance& instance) {
  Json items = Json::array();
  for (const Component* component : instance.list(type)) items.push_back(item(instance, *component, std::nullopt));
  return success(std::move(items));
}

HttpResponse RestApi::get_component(ComponentType type, Call& call) {
  const Component* component = call.instance->find(type, call.parameters[0]);
  if (component == nullptr) return failure(DrasiFailure::not_found(lower_name(type), call.parameters[0]));
  std::optional<Json> config;
  if (call.request.parameter("view") == "full") {
    if (type == ComponentType::Query) {
      config = sorted_keys(component->query->to_yaml_form());
    } else {
      Json fields = type == ComponentType::Source ? component->source->properties() : component->reaction->properties();
      fields["kind"] = type == ComponentType::Source ? component->source->kind() : component->reaction->kind();
      fields["id"] = component->id;
      if (type == ComponentType::Reaction) fields["queries"] = component->reaction_queries;
      config = sorted_keys(fields);
    }
  }
  return success(item(*call.instance, *component, std::move(config)));
}

std::optional<HttpResponse> RestApi::stream_instance_events(Call& call) {
  auto exchange = call.exchange;
  auto heartbeat = std::make_shared<Heartbeat>(state_.around().reactor, exchange);
  auto token = call.instance->on_event().add(
      [exchange](const ComponentEvent& event) { exchange->send(event_text(event.to_json())); });
  exchange->begin_stream(stream_head(call.request), [this, token, heartbeat, instance = call.instance->id()] {
    heartbeat->stop();
    if (Instance* owner = state_.find(instance)) owner->on_event().remove(token);
  });
  heartbeat->start();
  return std::nullopt;
}

HttpResponse RestApi::remove_component(ComponentType type, Call& call) {
  if (auto refusal = refuse_read_only("delete " + std::string(plural_name(type)))) return *refusal;
  const std::string& id = call.parameters[0];
  std::string name(lower_name(type));
  auto outcome = call.instance->remove(type, id);
  if (!outcome) return failure(upper(name) + "_DELETE_FAILED", outcome.error().text());
  state_.forget(call.instance->id(), id);
  return saved(success_message(std::string(to_string(type)) + " deleted successfully"), "deleting " + name);
}

template <class Definition>
std::expected<Definition, HttpResponse> RestApi::read_definition(Call& call, ComponentType type, Writing writing,
                                                                 DecodeDefinition<Definition> decode) {
  auto body = read_config_body(call.request);
  if (!body) return std::unexpected(body.error());
  std::string action = writing == Writing::Upsert ? "create or update " : "create ";
  if (auto refusal = refuse_read_only(action.append(plural_name(type)))) return std::unexpected(*refusal);
  Decoder decoder;
  Definition definition = decode(decoder, *body, "", "");
  if (decoder.failed()) {
    // The server reads these bodies as values first, which costs the place of a fault and calls an absent value null.
    std::string text = decoder.fault()->message;
    if (auto at = text.find("unit value"); at != std::string::npos) text.replace(at, 10, "null");
    return std::unexpected(
        failure("INVALID_REQUEST", "Invalid " + std::string(lower_name(type)) + " configuration: " + text));
  }
  if (writing == Writing::Upsert && definition.id != call.parameters[0]) {
    return std::unexpected(failure(
        "INVALID_REQUEST", "Path id '" + call.parameters[0] + "' does not match body id '" + definition.id + "'"));
  }
  return definition;
}

HttpResponse RestApi::write_source(Call& call, Writing writing) {
  auto source = read_definition<SourceDefinition>(call, ComponentType::Source, writing, decode_source);
  if (!source) return source.error();
  Instance& instance = *call.instance;
  auto resolved = state_.with_bootstrap(instance.id(), *source);
  if (!resolved) {
    std::string reason = "Source '" + source->id + "' references unknown bootstrapProvider '" +
                         source->bootstrap_provider->get<std::string>() + "'";
    return failure("INVALID_REQUEST", "Source references an unknown bootstrapProvider",
                   ErrorDetails{"source", source->id, reason});
  }
  const PluginCatalog& plugins = state_.around().plugins;
  std::optional<std::string> fault;
  std::optional<std::string> bootstrap;
  if (resolved->bootstrap_provider && (*resolved->bootstrap_provider)["kind"].is_string()) {
    bootstrap = (*resolved->bootstrap_provider)["kind"].get<std::string>();
  }
  if (!plugins.has(PluginCategory::Source, source->kind)) {
    fault = unknown_kind(plugins, PluginCategory::Source, "source", source->kind);
  } else if (bootstrap && !plugins.has(PluginCategory::Bootstrap, *bootstrap)) {
    fault = unknown_kind(plugins, PluginCategory::Bootstrap, "bootstrap", *bootstrap);
  } else {
    fault = source_config_fault(source->kind, source->config);
    if (fault) fault->insert(0, "Failed to create source '" + source->id + "': ");
  }
  Change change{fault,
                [&]() -> Outcome<void> {
                  auto outcome = instance.add_source(*resolved);
                  bool twice = source->kind == "http" && selects(state_.around().faults.double_starts, source->id);
                  if (outcome && twice && started_twice_.insert(source->id).second) instance.start_twice(source->id);
                  return outcome;
                },
                [&] { return instance.update_source(*resolved); },
                [&] { state_.remember_source(instance.id(), *source); }};
  return apply(instance, ComponentType::Source, source->id, writing, change);
}

HttpResponse RestApi::write_reaction(Call& call, Writing writing) {
  auto reaction = read_definition<ReactionDefinition>(call, ComponentType::Reaction, writing, decode_reaction);
  if (!reaction) return reaction.error();
  Instance& instance = *call.instance;
  const PluginCatalog& plugins = state_.around().plugins;
  std::optional<std::string> fault;
  if (!plugins.has(PluginCategory::Reaction, reaction->kind)) {
    fault = unknown_kind(plugins, PluginCategory::Reaction, "reaction", reaction->kind);
  } else {
    fault = reaction_config_fault(reaction->kind, reaction->queries, reaction->config);
    if (fault) fault->insert(0, "Failed to create reaction '" + reaction->id + "': ");
  }
  Change change{fault, [&] { return instance.add_reaction(*reaction); },
                [&] { return instance.update_reaction(*reaction); },
                [&] { state_.remember_reaction(instance.id(), *reaction); }};
  return apply(instance, ComponentType::Reaction, reaction->id, writing, change);
}

HttpResponse RestApi::apply(Instance& instance, ComponentType type, const std::string& id, Writing writing,
                            const Change& change) {
  std::string title(to_string(type));
  std::string name(lower_name(type));
  std::string code = upper(name) + "_CREATE_FAILED";
  bool upsert = writing == Writing::Upsert;
  bool update = upsert && instance.find(type, id) != nullptr;
  if (change.fault) {
    return failure(code, "Failed to create " + name + (update ? " for update: " : ": ") + *change.fault);
  }
  if (update) {
    if (auto outcome = change.update(); !outcome) {
      return failure(code, "Failed to update " + name + ": " + outcome.error().text());
    }
    change.remember();
    return saved(success_message(title + " '" + id + "' updated successfully"), "upserting " + name);
  }
  auto outcome = change.add();
  if (outcome && selects(state_.around().faults.fail_creates, id)) {
    // What a failed start leaves behind: the component is there, in Error.
    instance.find(type, id)->status = ComponentStatus::Error;
    outcome = std::unexpected(DrasiFailure::operation("start", name, id, "simulated create failure"));
  }
  if (!outcome) {
    std::string text = outcome.error().text();
    if (!upsert && text.find("already exists") != std::string::npos) {
      return failure("DUPLICATE_RESOURCE", "Resource already exists");
    }
    return failure(code, text);
  }
  change.remember();
  return saved(success_message(title + " '" + id + "' created successfully"),
               (upsert ? "upserting " : "creating ") + name);
}

HttpResponse RestApi::create_query(Call& call) {
  auto body = read_config_body(call.request);
  if (!body) return body.error();
  Decoder decoder;
  QueryDefinition query = decode_query(decoder, *body, "", "");
  if (decoder.failed()) return unfit_body(call.request, decoder.fault()->message);
  if (auto refusal = refuse_read_only("create queries")) return *refusal;
  if (auto fault = query_mapping_fault(query)) {
    return failure("INVALID_REQUEST", "Invalid query configuration: " + *fault);
  }
  auto outcome = call.instance->add_query(query);
  if (outcome && selects(state_.around().faults.fail_creates, query.id)) {
    call.instance->find(ComponentType::Query, query.id)->status = ComponentStatus::Error;
    outcome = std::unexpected(DrasiFailure::operation("add", "query", query.id, "simulated create failure"));
  }
  if (!outcome) {
    std::string text = outcome.error().text();
    if (text.find("already exists") != std::string::npos || text.find("duplicate") != std::string::npos) {
      return failure("DUPLICATE_RESOURCE", "Resource already exists");
    }
    state_.around().log.error("drasi_server::api::shared::handlers::query_handlers", "Failed to create query: " + text);
    return failure("INTERNAL_ERROR", "Internal server error");
  }
  return saved(success_message("Query created successfully"), "creating query");
}

std::optional<HttpResponse> RestApi::attach(Call& call) {
  const std::string query_id = call.parameters[0];
  Instance* instance = call.instance;
  if (instance->find(ComponentType::Query, query_id) == nullptr) {
    return failure(DrasiFailure::not_found("query", query_id));
  }
  std::string reaction_id = "__attach_" + query_id + "_" + random_uuid();
  auto exchange = call.exchange;
  auto heartbeat = std::make_shared<Heartbeat>(state_.around().reactor, exchange);
  exchange->begin_stream(stream_head(call.request), [this, heartbeat, reaction_id, id = instance->id()] {
    heartbeat->stop();
    Instance* owner = state_.find(id);
    if (owner == nullptr || owner->find(ComponentType::Reaction, reaction_id) == nullptr) return;
    if (auto outcome = owner->remove(ComponentType::Reaction, reaction_id); !outcome) {
      state_.around().log.warn("drasi_sim", outcome.error().text());
    }
  });
  auto outcome = instance->add_attach_reaction(
      reaction_id, query_id,
      [exchange](const QueryEmission& emission) { exchange->send(event_text(emission.to_json())); },
      [exchange, heartbeat] {
        heartbeat->stop();
        exchange->end_stream();
      });
  if (!outcome) {
    exchange->abort();
  } else {
    heartbeat->start();
  }
  return std::nullopt;
}

std::optional<HttpResponse> RestApi::push(Call& call) {
  std::string type(header_value(call.request.headers, "content-type"));
  if (!type.starts_with("application/json")) {
    return text_answer(415, "Expected request with `Content-Type: application/json`");
  }
  auto body = parse_json(call.request.body);
  if (!body) return text_answer(400, "Failed to parse the request body as JSON: " + body.error().message);
  const std::string& id = call.parameters[0];
  const Component* source = call.instance->find(ComponentType::Source, id);
  if (source == nullptr) return failure(DrasiFailure::not_found("source", id));
  Json properties = source->source->properties();
  std::string host = properties.contains("host") && properties["host"].is_string()
                         ? properties["host"].get<std::string>()
                         : "127.0.0.1";
  if (host == "0.0.0.0") host = "127.0.0.1";
  std::uint16_t port = 8081;
  if (properties.contains("port") && properties["port"].is_number_unsigned()) {
    port = properties["port"].get<std::uint16_t>();
  } else if (properties.contains("port") && properties["port"].is_number_integer()) {
    port = static_cast<std::uint16_t>(properties["port"].get<std::int64_t>());
  }
  std::string endpoint = properties.value("endpoint", "");
  while (endpoint.starts_with('/')) endpoint.erase(0, 1);
  std::string target = (endpoint.empty() ? "" : "/" + endpoint) + "/sources/" + id + "/events";
  auto exchange = call.exchange;
  HeaderList cors = cors_headers(call.request);
  http_call(state_.around().reactor, host, port, "POST", target, {{"content-type", "application/json"}}, to_text(*body),
            std::chrono::seconds(30), [exchange, cors](const HttpCallResult& result) {
              HttpResponse response;
              if (result.status >= 200 && result.status < 300) {
                auto parsed = parse_json(result.body);
                response = success(parsed ? std::move(*parsed) : Json("ok"));
              } else {
                response = failure("INTERNAL_ERROR", "Upstream service unavailable");
              }
              response.headers.insert(response.headers.end(), cors.begin(), cors.end());
              exchange->respond(std::move(response));
            });
  return std::nullopt;
}

}  // namespace draas::simulator
