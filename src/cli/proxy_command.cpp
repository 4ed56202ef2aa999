// proxy: an instance's own API on a local port, through the control plane.

#include <signal.h>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/local_hosts.hpp"
#include "net/http_server.hpp"
#include "net/relay.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::milliseconds kForever = std::chrono::hours(24 * 365);
constexpr std::size_t kMaxBodyBytes = 64U << 20U;

struct ProxyOptions {
  std::string instance;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::vector<std::string> accepted_hosts;
};

// "http://draas.example.org:5000", as a browser on the control plane's own page would say.
std::string origin_of(const net::Endpoint& endpoint) {
  const bool tls = endpoint.kind == net::Endpoint::Kind::Tls;
  const bool usual_port = endpoint.kind == net::Endpoint::Kind::Unix || endpoint.port == (tls ? 443 : 80);
  const bool bare = endpoint.host.find(':') != std::string::npos;
  return (tls ? "https://" : "http://") + (bare ? "[" + endpoint.host + "]" : endpoint.host) +
         (usual_port ? "" : ":" + std::to_string(endpoint.port));
}

// Passes every request on; one client, on the server's one loop.
class Forwarder final : public net::RequestHandler {
 public:
  Forwarder(net::Endpoint target, std::string api_key, std::string ca_file)
      : target_(std::move(target)), api_key_(std::move(api_key)), ca_file_(std::move(ca_file)) {}

  // On the loop, once the port is known; until then nobody is answered.
  void accept(LocalHosts hosts) { hosts_ = std::move(hosts); }
  // On the loop, before the first request.
  void make_client(const net::Executor& executor) {
    net::ClientOptions options;
    options.tls.ca_file = ca_file_;
    client_ = std::make_unique<net::HttpClient>(executor, std::move(options));
  }
  void drop_client() { client_.reset(); }

  std::optional<net::Response> try_handle(const net::Request& request) override {
    const std::string_view host = request.headers.get("Host");
    if (hosts_ && hosts_->accepts(host)) return std::nullopt;
    return error_response(403,
                          "This port answers to names of this machine alone, not to '" + printable(host) +
                              "'; --accept-hosts of draas proxy adds others",
                          &request);
  }

  net::Task<net::Response> handle(const net::Request& request) override {
    net::ClientRequest forwarded;
    forwarded.method = request.method;
    forwarded.target = request.target;
    for (const auto& [name, value] : request.headers) {
      if (!net::belongs_to_connection(request.headers, name)) forwarded.headers.add(name, value);
    }
    // A page of the instance asks for itself; to the control plane that is its own place.
    if (LocalHosts::is_same_place(request.headers.get("Origin"), request.headers.get("Host"))) {
      forwarded.headers.set("Origin", origin_of(target_));
    }
    if (!api_key_.empty()) forwarded.headers.set("X-Api-Key", api_key_);
    forwarded.body = request.body;
    net::Endpoint target = target_;
    auto opened = co_await client_->open(std::move(target), std::move(forwarded), kForever);
    if (!opened) co_return error_response(502, opened.error().message, &request);
    std::shared_ptr<net::ResponseStream> upstream = std::move(*opened);
    net::Response response;
    response.status = upstream->status();
    for (const auto& [name, value] : upstream->headers()) {
      if (!net::belongs_to_connection(upstream->headers(), name)) response.headers.add(name, value);
    }
    if (request.method == net::Method::Head || response.status == 204 || response.status == 304) co_return response;
    response.body = net::StreamBody([upstream](net::BodyWriter& writer) -> net::Task<void> {
      return net::relay_while_wanted(upstream, kForever, writer);
    });
    co_return response;
  }

  net::Response error_response(int status, std::string_view detail, const net::Request*) override {
    return net::Response::text(status, std::string(detail) + "\n");
  }

 private:
  net::Endpoint target_;
  std::string api_key_;
  std::string ca_file_;
  std::optional<LocalHosts> hosts_;  // none yet: nobody is answered
  std::unique_ptr<net::HttpClient> client_;
};

// Ctrl-C and SIGTERM end the forwarding; every thread must have them blocked.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }
  void wait() {
    int received = 0;
    sigwait(&set_, &received);
  }

 private:
  sigset_t set_{};
};

Status proxy(Session& session, const ProxyOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto id = find_id(**connection, options.instance);
  if (!id) return std::unexpected(std::move(id.error()));
  EndSignals signals;
  const ConnectionSettings& settings = (*connection)->settings();
  Forwarder forwarder((*connection)->api().below(client::instance_path(*id, "/proxy")), settings.api_key,
                      settings.ca_file);
  net::ServerOptions server_options;
  server_options.listen = {{options.address, options.port}};
  server_options.threads = 1;
  server_options.access_log = false;
  server_options.limits.max_body_bytes = kMaxBodyBytes;
  net::HttpServer server(std::move(server_options), forwarder);
  forwarder.make_client(server.loops().front()->executor());
  if (Status started = server.start(); !started) return started;
  const net::ListenAddress address = server.addresses().front();
  net::asio::post(server.loops().front()->executor(),
                  [&forwarder, hosts = LocalHosts(options.address, address.port, options.accepted_hosts)] {
                    forwarder.accept(hosts);
                  });
  session.print("http://" + address.host + ":" + std::to_string(address.port) + " -> " + *id + "\n");
  session.note("Ctrl-C ends it.");
  signals.wait();
  server.stop();
  forwarder.drop_client();
  return {};
}

}  // namespace

void add_proxy_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"proxy", "Offer an instance's own API on a local port", "Observe",
                                                "  draas proxy orders --port 8080\n"
                                                "  curl http://127.0.0.1:8080/api/v1/queries"});
  auto options = when_chosen<ProxyOptions>(command, session, proxy);
  command->add_option("instance", options->instance, "Id or name")->required()->type_name(kInstanceName);
  command->add_option("-p,--port", options->port, "The local port; 0 = any free one")
      ->type_name("PORT")
      ->check(whole_number(0, kMostPort))
      ->capture_default_str();
  command->add_option("--address", options->address, "The local address; others reach what is not 127.0.0.1")
      ->type_name("ADDRESS")
      ->capture_default_str();
  command
      ->add_option("--accept-hosts", options->accepted_hosts,
                   "Answer to these names as well, beside localhost: a name, name:port, or * for all")
      ->type_name("HOST")
      ->delimiter(',')
      ->allow_extra_args(false);
}

}  // namespace draas::cli
