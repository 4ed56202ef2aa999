#include "net/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "net/http_server.hpp"

namespace draas::net {
namespace {

// Takes the first segment off `path` (which has no leading slash).
std::string_view take_segment(std::string_view& path) {
  const auto end = path.find('/');
  const auto segment = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  return segment;
}

// "{name}" or "{name...}": its name.
std::optional<std::string_view> parameter_name(std::string_view segment) {
  if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') return std::nullopt;
  return segment.substr(1, segment.size() - 2);
}

[[noreturn]] void refuse(const Route& route, std::string_view why) {
  throw std::logic_error("route '" + route.pattern + "': " + std::string(why));
}

}  // namespace

void PathParameters::add(std::string_view name, std::string_view value) {
  if (count_ == entries_.size()) throw std::logic_error("a route has too many parameters");
  entries_[count_].name = name;
  entries_[count_].value.assign(value);
  ++count_;
}

const std::string& PathParameters::operator[](std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (entries_[i].name == name) return entries_[i].value;
  }
  throw std::logic_error("the route has no parameter '" + std::string(name) + "'");
}

struct Router::Node {
  struct Literal {
    std::string text;
    std::unique_ptr<Node> node;
  };

  std::vector<Literal> literals;  // sorted by text
  std::unique_ptr<Node> parameter;
  std::vector<const Route*> routes;       // that end here
  std::vector<const Route*> rest_routes;  // that take whatever follows

  Node* literal(std::string_view text) const {
    const auto it = std::lower_bound(literals.begin(), literals.end(), text,
                                     [](const Literal& entry, std::string_view key) { return entry.text < key; });
    return it != literals.end() && it->text == text ? it->node.get() : nullptr;
  }

  Node& literal_or_new(std::string_view text) {
    const auto it = std::lower_bound(literals.begin(), literals.end(), text,
                                     [](const Literal& entry, std::string_view key) { return entry.text < key; });
    if (it != literals.end() && it->text == text) return *it->node;
    return *literals.insert(it, Literal{std::string(text), std::make_unique<Node>()})->node;
  }
};

namespace {

void add_once(std::vector<const Route*>& routes, const Route& route) {
  for (const auto* other : routes) {
    if (other->method == route.method) refuse(route, "is declared twice");
  }
  routes.push_back(&route);
}

struct Candidate {
  const std::vector<const Route*>* routes = nullptr;
  std::array<std::string_view, 4> values;
  std::size_t value_count = 0;
};

const Route* choose(const std::vector<const Route*>& routes, Method method) {
  const Route* any = nullptr;
  const Route* get = nullptr;
  for (const auto* route : routes) {
    if (!route->method)
      any = route;
    else if (*route->method == method)
      return route;
    else if (*route->method == Method::Get)
      get = route;
  }
  if (method == Method::Head && get != nullptr) return get;
  return any;
}

// Finds a place where a route for `method` ends, literals first; `other` keeps the first place that exists for other
// methods only.
template <class Node>
const Route* walk(const Node& node, std::string_view path, Method method, Candidate& at, Candidate& other) {
  const auto accept = [&](const std::vector<const Route*>& routes) -> const Route* {
    if (routes.empty()) return nullptr;
    if (const auto* route = choose(routes, method)) return route;
    if (other.routes == nullptr) other.routes = &routes;
    return nullptr;
  };
  if (path.empty()) {
    if (const auto* route = accept(node.routes)) return route;
  } else {
    std::string_view rest = path;
    const auto segment = take_segment(rest);
    if (const auto* next = node.literal(segment)) {
      if (const auto* route = walk(*next, rest, method, at, other)) return route;
    }
    if (node.parameter && !segment.empty() && at.value_count < at.values.size()) {
      at.values[at.value_count++] = segment;
      if (const auto* route = walk(*node.parameter, rest, method, at, other)) return route;
      --at.value_count;
    }
  }
  if (!node.rest_routes.empty() && at.value_count < at.values.size()) {
    at.values[at.value_count++] = path;
    if (const auto* route = accept(node.rest_routes)) return route;
    --at.value_count;
  }
  return nullptr;
}

}  // namespace

void Router::add(Route new_route) {
  if (!root_) root_ = std::make_shared<Node>();
  routes_.push_back(std::make_unique<Route>(std::move(new_route)));
  const Route& route = *routes_.back();
  if (!route.pattern.starts_with('/')) refuse(route, "must begin with '/'");
  Node* node = root_.get();
  std::string_view rest = std::string_view(route.pattern).substr(1);
  std::size_t parameters = 0;
  while (!rest.empty()) {
    const auto segment = take_segment(rest);
    if (segment.empty()) refuse(route, "has an empty segment");
    const auto name = parameter_name(segment);
    if (!name) {
      if (segment.find_first_of("{}") != std::string_view::npos) refuse(route, "a parameter is a whole segment");
      node = &node->literal_or_new(segment);
      continue;
    }
    if (++parameters > std::tuple_size_v<decltype(Candidate::values)>) refuse(route, "has too many parameters");
    if (name->ends_with("...")) {
      if (!rest.empty()) refuse(route, "the rest parameter must come last");
      add_once(node->rest_routes, route);
      return;
    }
    if (!node->parameter) node->parameter = std::make_unique<Node>();
    node = node->parameter.get();
  }
  add_once(node->routes, route);
}

RouteMatch Router::match(Method method, std::string_view path, PathParameters& parameters) const {
  RouteMatch result;
  parameters.clear();
  if (!root_ || !path.starts_with('/')) return result;
  path.remove_prefix(1);
  Candidate at;
  Candidate other;
  const Route* route = walk(*root_, path, method, at, other);
  if (route != nullptr) {
    std::string_view pattern = std::string_view(route->pattern).substr(1);
    std::size_t next = 0;
    while (!pattern.empty()) {
      const auto segment = take_segment(pattern);
      auto name = parameter_name(segment);
      if (!name) continue;
      if (name->ends_with("...")) name->remove_suffix(3);
      parameters.add(*name, at.values[next++]);
    }
    result.route = route;
  } else if (other.routes != nullptr) {
    for (const auto* candidate : *other.routes) {
      result.allowed.push_back(*candidate->method);
      if (*candidate->method == Method::Get) result.allowed.push_back(Method::Head);
    }
    std::sort(result.allowed.begin(), result.allowed.end());
    result.allowed.erase(std::unique(result.allowed.begin(), result.allowed.end()), result.allowed.end());
  }
  return result;
}

namespace {

std::string join(const std::vector<Method>& methods) {
  std::string out;
  for (const auto method : methods) {
    if (!out.empty()) out += ", ";
    out += to_string(method);
  }
  return out;
}

class RouterHandler final : public RequestHandler {
 public:
  explicit RouterHandler(Router router) : router_(std::move(router)) {}

  std::optional<Response> try_handle(const Request& request) override {
    PathParameters parameters;
    const auto match = router_.match(request.method, request.path, parameters);
    if (match.route == nullptr) return refusal(request, match);
    if (const auto* handler = std::get_if<SyncHandler>(&match.route->handler)) return (*handler)(request, parameters);
    return std::nullopt;
  }

  Task<Response> handle(const Request& request) override {
    PathParameters parameters;
    const auto match = router_.match(request.method, request.path, parameters);
    const auto& handler = std::get<AsyncHandler>(match.route->handler);
    co_return co_await handler(request, parameters);
  }

  Response error_response(int status, std::string_view detail, const Request* request) override {
    Json body;
    body["status"] = status;
    body["title"] = reason_phrase(status);
    if (!detail.empty()) body["detail"] = detail;
    if (request != nullptr) body["requestId"] = request->request_id;
    return Response::json(status, body);
  }

 private:
  Response refusal(const Request& request, const RouteMatch& match) {
    if (match.allowed.empty()) return error_response(404, "no such path", &request);
    const auto allow = join(match.allowed);
    auto response = error_response(405, "allowed here: " + allow, &request);
    response.headers.set("Allow", allow);
    return response;
  }

  Router router_;
};

}  // namespace

std::unique_ptr<RequestHandler> make_router_handler(Router router) {
  return std::make_unique<RouterHandler>(std::move(router));
}

}  // namespace draas::net
