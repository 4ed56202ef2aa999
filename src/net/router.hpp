#pragma once
// Maps method and path to a handler. Immutable after construction; reads are thread-safe.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "net/http_message.hpp"

namespace draas::net {

// Values of the `{name}` segments, percent-decoded, in order of appearance.
class PathParameters {
 public:
  void add(std::string_view name, std::string_view value);
  const std::string& operator[](std::string_view name) const;  // the name must be in the pattern
  void clear() { count_ = 0; }

 private:
  struct Entry {
    std::string_view name;  // points into the route's pattern
    std::string value;
  };
  std::array<Entry, 4> entries_;
  std::size_t count_ = 0;
};

// Answers at once on the connection's loop; must not block.
using SyncHandler = std::function<Response(const Request&, const PathParameters&)>;
// May wait. Request and parameters outlive the task.
using AsyncHandler = std::function<Task<Response>(const Request&, const PathParameters&)>;
using Handler = std::variant<SyncHandler, AsyncHandler>;

struct Route {
  std::optional<Method> method;  // nullopt: any method
  std::string pattern;  // "/api/server/instances/{id}"; a last segment `{name...}` takes the rest, slashes and all
  Handler handler;
  std::size_t tag = 0;  // the caller's own index for this route
};

struct RouteMatch {
  const Route* route = nullptr;  // nullptr: no such route
  std::vector<Method> allowed;   // when the path exists but not for this method; for 405's Allow
};

class Router {
 public:
  // A path segment may carry a verb after a colon ("/instances:stop"); literals win over parameters.
  // Throws std::logic_error for a malformed or repeated pattern: that is a bug of the caller.
  void add(Route route);
  // HEAD falls back to GET. A trailing slash is not significant.
  RouteMatch match(Method method, std::string_view path, PathParameters& parameters) const;
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;
  std::vector<std::unique_ptr<Route>> routes_;
  std::shared_ptr<Node> root_;
};

// A RequestHandler over a router, with plain-JSON errors; enough for small services.
std::unique_ptr<class RequestHandler> make_router_handler(Router router);

}  // namespace draas::net
