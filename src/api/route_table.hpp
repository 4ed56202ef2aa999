#pragma once
// All routes of the API with everything that is known about them: what serves them and what describes them come from
// the same declaration. Filled once at start, then immutable.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/authorizer.hpp"
#include "api/media_type.hpp"
#include "base/json.hpp"
#include "net/router.hpp"

namespace draas::api {

struct ParameterSpec {
  std::string name;
  std::string description;
  Json schema;
  bool repeatable = false;
};

struct BodySpec {
  std::string schema;                                   // name in schemas.cpp; "" = anything
  std::vector<std::string_view> media_types = {kJson};  // else 415
  bool required = true;
  std::string description;
};

struct ResponseSpec {
  int status = 200;
  std::string description;
  std::string schema;  // name in schemas.cpp; "[]" behind it: an array of them; "" = no JSON
  std::vector<std::string_view> media_types = {kJson};  // empty = no body
  std::vector<std::string_view> headers;                // beside those that every response has
};

// Answers at once, or nullopt to have the waiting handler called. Must not block.
using QuickHandler = std::function<std::optional<net::Response>(const net::Request&, const net::PathParameters&)>;

struct RouteSpec {
  std::optional<net::Method> method;  // nullopt = any
  std::string path;
  std::vector<std::string> aliases;  // other paths for the same; `/api/server/` has `/api/servers/` without saying so
  Permission permission = Permission::Administer;
  std::string operation_id;
  std::string summary;
  std::string tag;
  std::vector<ParameterSpec> query;  // others are refused by name
  std::optional<BodySpec> body;      // nullopt: a body is ignored
  std::vector<ResponseSpec> responses;
  std::vector<int> errors;    // of this route's own; 400, 406, 415, 500 and 503 go without saying
  bool conditional = false;   // takes If-Match
  bool replayable = false;    // takes Idempotency-Key; the answer is kept by the API
  bool pass_through = false;  // query, body and response belong to someone else
  QuickHandler quick;         // at least one of the two
  net::AsyncHandler handler;
};

class RouteTable {
 public:
  // One path that is served.
  struct Entry {
    std::shared_ptr<const RouteSpec> spec;
    std::string path;
    std::string operation_id;  // unique, also for aliases
    bool alias = false;
    std::vector<std::string_view> produces;  // media types of the successful responses; empty = not negotiated
    bool takes_query(std::string_view name) const;
  };

  // Throws std::logic_error for a route that is declared twice or incompletely.
  void add(RouteSpec spec);

  struct Match {
    const Entry* entry = nullptr;
    std::vector<net::Method> allowed;
  };
  Match match(net::Method method, std::string_view path, net::PathParameters& parameters) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  void serve(const std::shared_ptr<const RouteSpec>& spec, std::string path, std::size_t alias_number);
  std::vector<Entry> entries_;
  net::Router router_;
};

}  // namespace draas::api
