#include "api/api.hpp"

#include <algorithm>

#include "api/context.hpp"
#include "api/cross_origin.hpp"
#include "api/dashboard.hpp"
#include "api/idempotency.hpp"
#include "api/openapi.hpp"
#include "base/id.hpp"
#include "base/json_reader.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

constexpr std::size_t kMaxIdempotencyKey = 255;

void fill_table(RouteTable& table, const Context& context) {
  add_instances_api(table, context);
  add_lifecycle_api(table, context);
  add_workloads_api(table, context);
  add_bulk_api(table, context);
  add_server_settings_api(table, context);
  add_configuration_api(table, context);
  add_revisions_api(table, context);
  add_status_api(table, context);
  add_logs_api(table, context);
  add_proxy_api(table, context);
  add_platforms_api(table, context);
  add_operations_api(table, context);
  add_reconciliation_fleet_api(table, context);
  add_reconciliation_workers_api(table, context);
  add_reconciliation_requests_api(table, context);
  add_reconciliation_audit_api(table, context);
  add_reconciliation_policies_api(table, context);
  add_reconciliation_approvals_api(table, context);
  add_reconciliation_rollouts_api(table, context);
  add_webhooks_api(table, context);
  add_documentation_api(table, context);
}

std::string join(const std::vector<net::Method>& methods) {
  std::string out;
  for (const auto method : methods) {
    if (!out.empty()) out += ", ";
    out += net::to_string(method);
  }
  return out;
}

template <class List>
std::string join_types(const List& types) {
  std::string out;
  for (const std::string_view type : types) {
    if (!out.empty()) out += ", ";
    out += type;
  }
  return out;
}

Error unknown_parameter(const RouteTable::Entry& entry, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& parameter : entry.spec->query) known.push_back(parameter.name);
  std::string message = "unknown parameter";
  if (const auto nearest = nearest_name(name, known); !nearest.empty()) {
    message += "; did you mean '" + nearest + "'?";
  } else if (known.empty()) {
    message += "; there are none here";
  } else {
    message += "; known are " + join_types(known);
  }
  Error error{.code = ErrorCode::InvalidArgument, .message = "?" + name + ": " + message};
  error.faults.push_back({"?" + name, std::move(message)});
  return error;
}

Status check_query(const RouteTable::Entry& entry, const Request& request) {
  if (request.query.empty()) return {};
  std::vector<std::string> seen;
  for (const auto& [name, value] : request.query_parameters()) {
    if (!entry.takes_query(name)) return std::unexpected(unknown_parameter(entry, name));
    const auto& spec = *std::find_if(entry.spec->query.begin(), entry.spec->query.end(),
                                     [&](const ParameterSpec& parameter) { return parameter.name == name; });
    if (!spec.repeatable && std::find(seen.begin(), seen.end(), name) != seen.end()) {
      return fail(ErrorCode::InvalidArgument, "?" + name + ": given twice", {{"?" + name, "given twice"}});
    }
    seen.push_back(name);
  }
  return {};
}

Status check_accept(const RouteTable::Entry& entry, const Request& request) {
  if (entry.produces.empty() || !request.headers.has("Accept")) return {};
  if (preferred_type(request, entry.produces)) return {};
  // A format asked for by name in the query does without Accept.
  if (request.query_parameter("format")) return {};
  return fail(ErrorCode::NotAcceptable, "This is available as " + join_types(entry.produces));
}

Status check_content_type(const RouteTable::Entry& entry, const Request& request) {
  if (!entry.spec->body || request.body.empty()) return {};
  const auto encoding = request.headers.get("Content-Encoding");
  if (!encoding.empty() && !net::equals_ignoring_case(encoding, "identity")) {
    return fail(ErrorCode::UnsupportedMedia, "Content-Encoding '" + std::string(encoding) + "' is not supported");
  }
  const auto type = media_type(request.headers.get("Content-Type"));
  if (type.empty()) return {};
  for (const auto known : entry.spec->body->media_types) {
    if (type == known || (known == kYaml && is_yaml(type)) || (known == kJson && type == "text/json")) return {};
  }
  return fail(ErrorCode::UnsupportedMedia,
              "Content-Type '" + type + "' is not supported here; send " + join_types(entry.spec->body->media_types));
}

Status check_idempotency_key(const Request& request) {
  if (!request.headers.has("Idempotency-Key")) return {};
  const auto key = request.headers.get("Idempotency-Key");
  if (!key.empty() && key.size() <= kMaxIdempotencyKey) return {};
  return fail(ErrorCode::InvalidArgument,
              "Idempotency-Key: must have 1 to " + std::to_string(kMaxIdempotencyKey) + " characters");
}

class Api final : public net::RequestHandler {
 public:
  Api(Context context)
      : context_(std::move(context)),
        cross_origin_(context_.options.cors_origins),
        dashboard_(context_.options.dashboard, context_.options.path_base),
        answers_(context_.options.idempotency_entries) {
    fill_table(table_, context_);
  }

  std::optional<Response> try_handle(const Request& request) override {
    net::PathParameters path;
    const auto match = table_.match(request.method, route_path(request), path);
    if (request.method == net::Method::Options) {
      if (auto response = answer_options(request, match)) return response;
    }
    if (match.entry == nullptr) return finish(request, refuse(request, match));
    const auto& spec = *match.entry->spec;
    if (auto ok = check(*match.entry, request); !ok) {
      auto response = problem(ok.error(), request);
      if (response.status == 415) response.headers.set(accept_header(request), join_types(spec.body->media_types));
      return finish(request, std::move(response));
    }
    if (!spec.quick) return std::nullopt;
    auto response = spec.quick(request, path);
    if (!response) return std::nullopt;
    return finish(request, std::move(*response));
  }

  net::Task<Response> handle(const Request& request) override {
    net::PathParameters path;
    const auto match = table_.match(request.method, route_path(request), path);
    const auto& spec = *match.entry->spec;
    if (spec.replayable && request.headers.has("Idempotency-Key")) {
      auto response = co_await handle_once(spec, request, path);
      co_return finish(request, std::move(response));
    }
    auto response = co_await spec.handler(request, path);
    if (!spec.pass_through) co_return finish(request, std::move(response));
    cross_origin_.decorate(request, response);
    co_return response;
  }

  Response error_response(int status, std::string_view detail, const Request* request) override {
    auto response = problem(status, detail, request);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Cache-Control", "no-store");
    return response;
  }

 private:
  // The path below the base; a proxy before us may have taken the base off already.
  std::string_view route_path(const Request& request) const {
    std::string_view path = request.path;
    const auto& base = context_.options.path_base;
    if (base.empty() || !path.starts_with(base)) return path;
    if (path.size() == base.size()) return "/";
    return path[base.size()] == '/' ? path.substr(base.size()) : path;
  }

  std::vector<net::Method> methods_at(const Request& request) const {
    net::PathParameters path;
    const auto match = table_.match(net::Method::Other, route_path(request), path);
    return match.allowed;
  }

  std::optional<Response> answer_options(const Request& request, const RouteTable::Match& match) const {
    const bool any_method = match.entry != nullptr;
    if (!CrossOrigin::is_preflight(request)) {
      if (any_method) return std::nullopt;
      auto methods = methods_at(request);
      if (methods.empty()) return std::nullopt;
      auto response = Response::empty(204);
      response.headers.set("Allow", join(methods) + ", OPTIONS");
      return response;
    }
    auto methods = any_method ? std::vector<net::Method>{net::Method::Get, net::Method::Head,  net::Method::Post,
                                                         net::Method::Put, net::Method::Patch, net::Method::Delete}
                              : methods_at(request);
    if (methods.empty()) return std::nullopt;
    return cross_origin_.preflight(request, methods);
  }

  Response refuse(const Request& request, const RouteTable::Match& match) const {
    if (match.allowed.empty()) {
      if (auto page = dashboard_.answer(request, route_path(request))) return std::move(*page);
      return problem(Error{.code = ErrorCode::NotFound, .message = "There is no such path"}, request);
    }
    const auto allow = join(match.allowed) + ", OPTIONS";
    auto response = problem(405, "Allowed here: " + allow, &request);
    response.headers.set("Allow", allow);
    return response;
  }

  Status check(const RouteTable::Entry& entry, const Request& request) const {
    const auto& spec = *entry.spec;
    if (!cross_origin_.may_change(request)) {
      return fail(ErrorCode::PermissionDenied, "Pages of '" + std::string(request.headers.get("Origin")) +
                                                   "' may not use this API; an administrator can list the origin");
    }
    if (spec.permission != Permission::None) {
      if (auto ok = context_.options.authorizer->check(request, spec.permission); !ok) return ok;
    }
    if (spec.pass_through) return {};
    if (auto ok = check_query(entry, request); !ok) return ok;
    if (auto ok = check_accept(entry, request); !ok) return ok;
    if (request.method == net::Method::Post) {
      if (auto ok = check_idempotency_key(request); !ok) return ok;
    }
    return check_content_type(entry, request);
  }

  static std::string_view accept_header(const Request& request) {
    if (request.method == net::Method::Patch) return "Accept-Patch";
    return request.method == net::Method::Post ? "Accept-Post" : "Accept";
  }

  net::Task<Response> handle_once(const RouteSpec& spec, const Request& request, const net::PathParameters& path) {
    const std::string key(request.headers.get("Idempotency-Key"));
    std::string identity(net::to_string(request.method));
    identity +=
        ' ' + request.target + ' ' + std::string(request.headers.get("Accept")) + ' ' + sha256_hex(request.body);
    auto outcome = answers_.claim(key, identity);
    switch (outcome.claim) {
      case IdempotencyCache::Claim::Done:
        outcome.response->headers.set("Idempotency-Replayed", "true");
        co_return std::move(*outcome.response);
      case IdempotencyCache::Claim::Mismatch: {
        const Error error{.code = ErrorCode::Unprocessable,
                          .message = "Idempotency-Key: was used for another request; take a new one"};
        co_return problem(error, request);
      }
      case IdempotencyCache::Claim::InProgress: {
        const Error error{.code = ErrorCode::Conflict,
                          .message = "Idempotency-Key: the request with this key is still being answered",
                          .retryable = true};
        co_return problem(error, request);
      }
      case IdempotencyCache::Claim::Mine:
        break;
    }
    // Given up on every way out but the good one, so that a failed request may be tried again.
    struct Guard {
      IdempotencyCache& answers;
      const std::string& key;
      bool kept = false;
      ~Guard() {
        if (!kept) answers.abandon(key);
      }
    } guard{answers_, key};
    auto response = co_await spec.handler(request, path);
    if (response.status < 500) {
      answers_.finish(key, response);
      guard.kept = true;
    }
    co_return response;
  }

  // What every response of ours carries.
  Response finish(const Request& request, Response response) const {
    auto& headers = response.headers;
    if (!headers.has("Cache-Control")) headers.add("Cache-Control", headers.has("ETag") ? "no-cache" : "no-store");
    headers.add("X-Content-Type-Options", "nosniff");
    cross_origin_.decorate(request, response);
    return response;
  }

  const Context context_;
  const CrossOrigin cross_origin_;
  const Dashboard dashboard_;
  RouteTable table_;
  IdempotencyCache answers_;
};

std::string normal_base(std::string base) {
  while (base.ends_with('/')) base.pop_back();
  if (!base.empty() && base.front() != '/') base.insert(base.begin(), '/');
  return base;
}

Context make_context(ApiOptions options, core::ControlPlane* control_plane, Metrics* metrics) {
  Context context;
  context.options = std::move(options);
  context.options.path_base = normal_base(std::move(context.options.path_base));
  if (!context.options.authorizer) context.options.authorizer = std::make_shared<AllowAll>();
  context.control_plane = control_plane;
  context.metrics = metrics;
  context.nonce = random_hex(6);
  return context;
}

}  // namespace

std::unique_ptr<net::RequestHandler> make_api(ApiOptions options, core::ControlPlane& control_plane, Metrics* metrics) {
  return std::make_unique<Api>(make_context(std::move(options), &control_plane, metrics));
}

Json openapi_document(const ApiOptions& options) {
  const auto context = make_context(options, nullptr, nullptr);
  RouteTable table;
  fill_table(table, context);
  return make_openapi(table, {context.options.version, context.options.path_base});
}

}  // namespace draas::api
