#include "simulator/rest_api.hpp"

#include <algorithm>
#include <charconv>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    auto slash = path.find('/');
    out.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

// GET answers HEAD too, and the Allow header says so.
std::string allow_text(const std::vector<std::string>& methods) {
  std::string out;
  for (const std::string& method : methods) {
    out += (out.empty() ? "" : ",") + method;
    if (method == "GET") out += ",HEAD";
  }
  return out;
}

}  // namespace

RestApi::RestApi(ServerState& state) : state_(state) {
  add("GET", "/health", [this](Call& call) { return faulty_health(call); });
  add("GET", "/api/versions", [](Call&) -> std::optional<HttpResponse> {
    return json_answer(200, Json{{"versions", {"v1"}}, {"current", "v1"}});
  });
  add("GET", "/api/v1/openapi.json", [this](Call&) -> std::optional<HttpResponse> { return openapi(); });
  add("GET", "/api/v1/docs",
      [](Call&) -> std::optional<HttpResponse> { return HttpResponse{303, {{"location", "/api/v1/docs/"}}, ""}; });
  add("GET", "/api/v1/docs/", [](Call&) -> std::optional<HttpResponse> {
    return HttpResponse{200,
                        {{"content-type", "text/html"}},
                        "<!DOCTYPE html><html><head><title>drasi-sim</title></head><body>"
                        "<a href=\"/api/v1/openapi.json\">openapi.json</a></body></html>"};
  });
  add_instance_routes();
  for (ComponentType type : {ComponentType::Source, ComponentType::Query, ComponentType::Reaction}) {
    add_component_routes(type);
  }
  add_source_and_reaction_routes();
  add_query_routes();
  add_plugin_routes();
}

void RestApi::add(const char* method, const std::string& pattern, Action action) {
  routes_.push_back({method, split_path(pattern), std::move(action)});
}

void RestApi::add_scoped(const char* method, const std::string& pattern, Action action, Missing missing,
                         bool also_default) {
  routes_.push_back({method, split_path("/api/v1/instances/*" + pattern), action, true, missing});
  if (also_default) {
    routes_.push_back({method, split_path("/api/v1" + pattern), [this, action](Call& call) {
                         call.instance = state_.first();
                         if (call.instance == nullptr) {
                           return std::optional(failure("INSTANCE_NOT_FOUND", "No instances configured"));
                         }
                         return action(call);
                       }});
  }
}

HeaderList RestApi::cors_headers(const HttpRequest& request) const {
  HeaderList headers = {{"vary", "origin, access-control-request-method, access-control-request-headers"}};
  const auto& origins = state_.definition().cors_allowed_origins;
  if (origins.empty()) {
    headers.emplace_back("access-control-allow-origin", "*");
    if (request.method != "OPTIONS") headers.emplace_back("access-control-expose-headers", "*");
    return headers;
  }
  std::string origin(header_value(request.headers, "origin"));
  if (std::find(origins.begin(), origins.end(), origin) != origins.end()) {
    headers.emplace_back("access-control-allow-origin", origin);
  }
  return headers;
}

HttpResponse RestApi::preflight(const HttpRequest&, const std::vector<std::string>& allowed) const {
  HttpResponse response;
  response.headers = {{"access-control-allow-methods", "*"}, {"access-control-allow-headers", "*"}};
  if (!allowed.empty()) response.headers.emplace_back("allow", allow_text(allowed));
  return response;
}

void RestApi::answer(const std::shared_ptr<HttpExchange>& exchange, const HttpRequest& request, HttpResponse response) {
  if (response.status >= 500) {
    state_.around().log.error("drasi_server::api::shared::error",
                              "Returning HTTP " + std::to_string(response.status) + " " + response.body);
  }
  for (auto& header : cors_headers(request)) response.headers.push_back(std::move(header));
  Milliseconds delay = state_.around().faults.response_delay;
  if (delay == Milliseconds::zero()) return exchange->respond(std::move(response));
  state_.around().reactor.after(delay, [exchange, response = std::move(response)] { exchange->respond(response); });
}

void RestApi::handle(const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange) {
  std::vector<std::string> segments = split_path(request.path);
  std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::vector<std::string> allowed;
  for (const Route& route : routes_) {
    if (route.segments.size() != segments.size()) continue;
    bool fits = std::equal(route.segments.begin(), route.segments.end(), segments.begin(),
                           [](const std::string& pattern, const std::string& segment) {
                             return pattern == "*" ? !segment.empty() : pattern == segment;
                           });
    if (!fits) continue;
    if (route.method != method) {
      allowed.push_back(route.method);
      continue;
    }
    Call call{request, exchange, {}};
    for (std::size_t index = 0; index < segments.size(); ++index) {
      if (route.segments[index] != "*") continue;
      auto decoded = percent_decoded(segments[index], false);
      if (!decoded) return answer(exchange, request, text_answer(400, "Invalid URL: malformed escape"));
      call.parameters.push_back(std::move(*decoded));
    }
    if (auto response = run(route, call)) answer(exchange, request, std::move(*response));
    return;
  }
  if (method == "OPTIONS") return answer(exchange, request, preflight(request, allowed));
  HttpResponse response = empty_answer(allowed.empty() ? 404 : 405);
  if (!allowed.empty()) response.headers.emplace_back("allow", allow_text(allowed));
  answer(exchange, request, std::move(response));
}

std::optional<HttpResponse> RestApi::run(const Route& route, Call& call) {
  if (route.check != nullptr) {
    if (auto refusal = route.check(call.request)) return refusal;
  }
  if (!route.in_instance) return route.action(call);
  std::string id = call.parameters.front();
  call.parameters.erase(call.parameters.begin());
  call.instance = state_.find(id);
  if (call.instance != nullptr) return route.action(call);
  std::string text = "Instance '" + id + "' not found";
  switch (route.missing) {
    case Missing::PlainText:
      return text_answer(404, text);
    case Missing::NotFoundError:
      return failure("INSTANCE_NOT_FOUND", text);
    default:
      return failure("INTERNAL_ERROR", "Instance not found");
  }
}

HttpResponse RestApi::health() {
  return json_answer(200, Json{{"status", "ok"}, {"timestamp", timestamp_text(unix_nanoseconds())}});
}

std::optional<HttpResponse> RestApi::faulty_health(Call& call) {
  switch (state_.around().faults.health) {
    case HealthFault::Unavailable:
      return json_answer(503, Json{{"status", "unavailable"}});
    case HealthFault::Garbage:
      return text_answer(200, "<html>not the answer you expect");
    case HealthFault::Close:
      call.exchange->abort();
      return std::nullopt;
    case HealthFault::Hang:
      return std::nullopt;
    default:
      return health();
  }
}

std::optional<HttpResponse> RestApi::refuse_read_only(std::string_view what) {
  if (!state_.read_only) return std::nullopt;
  return failure("CONFIG_READ_ONLY", "Server is in read-only mode. Cannot " + std::string(what) + ".");
}

HttpResponse RestApi::saved(HttpResponse response, std::string_view operation) {
  std::string reason = state_.save();
  if (reason.empty()) return response;
  state_.around().log.error("drasi_server::api::shared::handlers",
                            "Failed to persist configuration after " + std::string(operation) + ": " + reason);
  return failure("PERSISTENCE_FAILED",
                 "The change is applied in memory, but could not be persisted to disk after " + std::string(operation) +
                     ": the file and the running server now differ.",
                 ErrorDetails{{}, {}, reason});
}

HttpResponse RestApi::stream_head(const HttpRequest& request) const {
  HttpResponse head{200, {{"content-type", "text/event-stream"}, {"cache-control", "no-cache"}}, ""};
  for (auto& header : cors_headers(request)) head.headers.push_back(std::move(header));
  return head;
}

HttpResponse RestApi::openapi() {
  Json paths = Json::object();
  for (const Route& route : routes_) {
    std::string path;
    Json parameters = Json::array();
    for (std::size_t index = 0; index < route.segments.size(); ++index) {
      std::string segment = route.segments[index];
      if (segment == "*") {
        bool instance = index > 0 && route.segments[index - 1] == "instances";
        std::string name = instance ? "instanceId" : "id";
        if (!instance && !parameters.empty() && parameters.back()["name"] == "id") name = "kind";
        segment = "{" + name + "}";
        parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
      }
      path += "/" + segment;
    }
    std::string method;
    for (char c : route.method) method.push_back(static_cast<char>(c - 'A' + 'a'));
    Json operation = {{"responses", {{"200", {{"description", "Success"}}}}}};
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    paths[path][method] = std::move(operation);
  }
  return json_answer(200, Json{{"openapi", "3.0.3"},
                               {"info", {{"title", "Drasi Server API (simulated)"}, {"version", "1.0.0"}}},
                               {"paths", std::move(paths)}});
}

}  // namespace draas::simulator
