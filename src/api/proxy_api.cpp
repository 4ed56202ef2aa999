// An instance's own API, through the control plane: any method, streams included.

#include <array>

#include "api/context.hpp"
#include "net/http_client.hpp"
#include "net/relay.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

constexpr int kServerError = 500;

// Ours are added instead; and what opens this API must not reach an instance.
constexpr std::array<std::string_view, 9> kReplacedInRequest{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
                                                             "Forwarded",       "traceparent",      "X-Request-Id",
                                                             "Authorization",   "X-Api-Key",        "Cookie"};
constexpr std::array<std::string_view, 4> kReplacedInResponse{
    "X-Request-Id", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  for (const auto known : names) {
    if (net::equals_ignoring_case(name, known)) return true;
  }
  return false;
}

// Each loop has one client; it lives and dies with the loop.
class LoopClient final : public net::asio::execution_context::service {
 public:
  using key_type = LoopClient;
  inline static net::asio::execution_context::id id;

  explicit LoopClient(net::asio::execution_context& context)
      : service(context),
        client_(std::make_unique<net::HttpClient>(static_cast<net::asio::io_context&>(context).get_executor())) {}
  net::HttpClient& client() { return *client_; }

 private:
  void shutdown() override { client_.reset(); }
  std::unique_ptr<net::HttpClient> client_;
};

// What follows ".../proxy", its last segment, in the target as the client sent it, escapes and query included.
std::string rest_of_target(const Context& api, const Request& request, std::size_t segments) {
  std::string_view target = request.target;
  const std::string_view raw_path = target.substr(0, target.find('?'));
  std::size_t at = 0;
  if (!api.options.path_base.empty() && raw_path.starts_with(api.options.path_base)) at = api.options.path_base.size();
  for (std::size_t i = 0; i < segments && at != std::string_view::npos; ++i) at = raw_path.find('/', at + 1);
  std::string out(at == std::string_view::npos ? std::string_view() : raw_path.substr(at));
  if (out.empty()) out = "/";
  if (raw_path.size() < target.size()) out += target.substr(raw_path.size());
  return out;
}

net::ClientRequest forward(const Context& api, const Request& request, std::size_t segments) {
  net::ClientRequest out;
  out.method = request.method;
  out.target = rest_of_target(api, request, segments);
  for (const auto& [name, value] : request.headers) {
    if (net::belongs_to_connection(request.headers, name) || is_one_of(name, kReplacedInRequest)) continue;
    out.headers.add(name, value);
  }
  std::string client(request.headers.get("X-Forwarded-For"));
  if (!client.empty()) client += ", ";
  client += request.peer.substr(0, request.peer.rfind(':'));
  out.headers.set("X-Forwarded-For", client);
  if (const auto host = request.headers.get("Host"); !host.empty()) out.headers.set("X-Forwarded-Host", host);
  const auto protocol = request.headers.get("X-Forwarded-Proto");
  out.headers.set("X-Forwarded-Proto", protocol.empty() ? "http" : protocol);
  out.headers.set("traceparent", request.trace.header());
  out.headers.set("X-Request-Id", request.request_id);
  out.body = request.body;
  return out;
}

Response upstream_problem(const Error& error, const Request& request) {
  const int status = error.code == ErrorCode::DeadlineExceeded ? 504 : 502;
  return problem(status, "The instance's own API failed: " + error.message, &request);
}

net::Task<Response> forward_to(const Context& api, const Request& request, const PathParameters& path,
                               core::ControlPlane::ProxyTo to, std::size_t segments) {
  if (request.method == net::Method::Other) {
    co_return problem(501, "The method " + request.method_name + " is not forwarded", &request);
  }
  std::string id = path["instanceId"];
  auto target = co_await api.core().proxy_target(std::move(id), to);
  if (!target) co_return problem(target.error(), request);
  const auto executor = co_await net::asio::this_coro::executor;
  auto& client = net::asio::use_service<LoopClient>(executor.context()).client();
  auto forwarded = forward(api, request, segments);
  auto opened = co_await client.open(target->endpoint, std::move(forwarded), api.options.proxy_header_timeout);
  if (!opened) {
    target->count_error();
    co_return upstream_problem(opened.error(), request);
  }
  std::shared_ptr<net::ResponseStream> upstream = std::move(*opened);
  if (upstream->status() >= kServerError) target->count_error();

  Response response;
  response.status = upstream->status();
  for (const auto& [name, value] : upstream->headers()) {
    if (net::belongs_to_connection(upstream->headers(), name) || is_one_of(name, kReplacedInResponse)) continue;
    response.headers.add(name, value);
  }
  if (request.method == net::Method::Head || response.status == 204 || response.status == 304) co_return response;
  const bool events = media_type(response.headers.get("Content-Type")) == kEventStream;
  constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 365);
  const std::chrono::milliseconds idle = events ? kForever : std::chrono::milliseconds(api.options.proxy_idle_timeout);
  // The request counts as under way until its last byte was relayed.
  response.body =
      net::StreamBody([upstream, idle, in_use = target->in_use](net::BodyWriter& writer) -> net::Task<void> {
        return net::relay_while_wanted(upstream, idle, writer);
      });
  co_return response;
}

net::Task<Response> proxy(const Context& api, const Request& request, const PathParameters& path) {
  constexpr std::size_t kSegments = 5;  // api, server(s), instances, {id}, proxy
  return forward_to(api, request, path, core::ControlPlane::ProxyTo::ByWeight, kSegments);
}

net::Task<Response> active_proxy(const Context& api, const Request& request, const PathParameters& path) {
  constexpr std::size_t kSegments = 6;  // api, server(s), instances, {id}, active, proxy
  return forward_to(api, request, path, core::ControlPlane::ProxyTo::Active, kSegments);
}

net::Task<Response> standby_proxy(const Context& api, const Request& request, const PathParameters& path) {
  constexpr std::size_t kSegments = 6;  // api, server(s), instances, {id}, standby, proxy
  return forward_to(api, request, path, core::ControlPlane::ProxyTo::Standby, kSegments);
}

}  // namespace

void add_proxy_api(RouteTable& table, const Context& context) {
  table.add({.method = std::nullopt,
             .path = "/api/server/instances/{instanceId}/proxy/{path...}",
             .permission = Permission::Operate,
             .operation_id = "proxy",
             .summary = "The instance's own API: any method, body and stream",
             .tag = "Proxy",
             .responses = {{.status = 200, .description = "What the instance answers", .media_types = {}}},
             .errors = {404, 409, 502, 504},
             .pass_through = true,
             .handler = waiting(context, proxy)});
  table.add({.method = std::nullopt,
             .path = "/api/server/instances/{instanceId}/active/proxy/{path...}",
             .permission = Permission::Operate,
             .operation_id = "activeProxy",
             .summary = "The active workload's own API, whatever share of the traffic a standby has",
             .tag = "Proxy",
             .responses = {{.status = 200, .description = "What the active workload answers", .media_types = {}}},
             .errors = {404, 409, 502, 504},
             .pass_through = true,
             .handler = waiting(context, active_proxy)});
  table.add({.method = std::nullopt,
             .path = "/api/server/instances/{instanceId}/standby/proxy/{path...}",
             .permission = Permission::Operate,
             .operation_id = "standbyProxy",
             .summary = "The standby's own API, whatever share of the traffic it has",
             .tag = "Proxy",
             .responses = {{.status = 200, .description = "What the standby answers", .media_types = {}}},
             .errors = {404, 409, 502, 504},
             .pass_through = true,
             .handler = waiting(context, standby_proxy)});
}

}  // namespace draas::api
