// Every client of ours against servers that break off, hang and lie: each call ends in its time with an error that says
// something, and the client serves the next call.

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "client/api_client.hpp"
#include "core/webhooks/webhook_sender.hpp"
#include "docker/engine_client.hpp"
#include "drasi/client.hpp"
#include "net/server_sent_events.hpp"
#include "support/misbehaving_server.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Task;
using net::testing::ScriptedPeer;
using std::chrono::milliseconds;

constexpr milliseconds kTimeout{400};
constexpr milliseconds kSlack{1'500};  // for a machine that is busy with other tests

// How a call ended: "" in good order, else the error's text.
using Outcome = std::string;

Outcome outcome_of(const Status& status) { return status ? "" : "error: " + status.error().message; }
template <class T>
Outcome outcome_of(const Result<T>& result) {
  return result ? "" : "error: " + result.error().message;
}

net::Endpoint endpoint_at(std::uint16_t port) {
  net::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port;
  return endpoint;
}

// Reads a stream to its end, but no more than a client that has other things to do would.
Task<Outcome> drain(std::unique_ptr<net::ResponseStream> stream) {
  constexpr std::size_t kMost = 4U << 20U;
  net::ServerSentEventParser events;
  std::size_t size = 0;
  const auto end = std::chrono::steady_clock::now() + kTimeout;
  while (size < kMost) {
    if (std::chrono::steady_clock::now() >= end) co_return "left";
    Result<std::string> piece = co_await stream->read(kTimeout);
    if (!piece) co_return outcome_of(piece);
    if (piece->empty()) co_return Outcome();
    size += piece->size();
    events.feed(*piece);
  }
  co_return "left";
}

// One kind of call of one kind of client.
struct Caller {
  std::string name;
  std::function<Task<Outcome>(net::HttpClient&, net::Endpoint)> call;
  bool streams = false;  // what comes after the header is the reader's
  bool tells = true;     // a wrong body behind a right header is an error
  milliseconds limit = kTimeout;
  bool may_hang = true;  // is tried on servers that hang

  friend void PrintTo(const Caller& caller, std::ostream* out) { *out << caller.name; }
};

Task<Outcome> send(net::HttpClient& http, net::Endpoint endpoint) {
  net::ClientRequest request;
  request.target = "/";
  auto sent = co_await http.send(std::move(endpoint), std::move(request), kTimeout);
  co_return outcome_of(sent);
}

Task<Outcome> open(net::HttpClient& http, net::Endpoint endpoint) {
  net::ClientRequest request;
  request.target = "/";
  auto opened = co_await http.open(std::move(endpoint), std::move(request), kTimeout);
  if (!opened) co_return outcome_of(opened);
  co_return co_await drain(std::move(*opened));
}

client::ApiOptions api_options(net::Endpoint endpoint) {
  client::ApiOptions options;
  options.endpoint = std::move(endpoint);
  options.timeout = kTimeout;
  return options;
}

Task<Outcome> api_get(net::HttpClient& http, net::Endpoint endpoint) {
  client::ApiClient api(http, api_options(std::move(endpoint)));
  std::string target = "/api/health";
  auto got = co_await api.get(std::move(target));
  co_return outcome_of(got);
}

Task<Outcome> api_open(net::HttpClient& http, net::Endpoint endpoint) {
  client::ApiClient api(http, api_options(std::move(endpoint)));
  std::string target = "/api/status/stream";
  std::string accept = "text/event-stream";
  auto opened = co_await api.open(std::move(target), std::move(accept));
  if (!opened) co_return outcome_of(opened);
  co_return co_await drain(std::move(*opened));
}

Task<Outcome> drasi_health(net::HttpClient& http, net::Endpoint endpoint) {
  drasi::Client client(http, std::move(endpoint), kTimeout);
  Status health = co_await client.health();
  co_return outcome_of(health);
}

Task<Outcome> drasi_readiness(net::HttpClient& http, net::Endpoint endpoint) {
  drasi::Client client(http, std::move(endpoint), kTimeout);
  drasi::ExpectedComponents expected;
  const drasi::ReadinessReport report = co_await client.readiness(std::move(expected));
  co_return report.readiness == drasi::Readiness::Ready ? "" : "error: " + report.reason;
}

Task<Outcome> drasi_execute(net::HttpClient& http, net::Endpoint endpoint) {
  drasi::Client client(http, std::move(endpoint), kTimeout);
  drasi::LiveAction action;
  action.verb = drasi::LiveAction::Verb::Start;
  action.kind = drasi::ComponentKind::Query;
  action.library = "one";
  action.id = "all";
  Status done = co_await client.execute(std::move(action), kTimeout);
  co_return outcome_of(done);
}

template <class Use>
Task<Outcome> with_engine(net::Endpoint endpoint, Use use) {
  const net::Executor executor = co_await net::asio::this_coro::executor;
  docker::EngineEndpoint engine;
  engine.address = std::move(endpoint);
  engine.origin = "the test";
  docker::EngineClientOptions options;
  options.connect_timeout = kTimeout;
  options.call_timeout = kTimeout;
  options.pull_idle_timeout = kTimeout;
  docker::EngineClient client(executor, std::move(engine), options);
  co_return co_await use(client);
}

Task<Outcome> engine_version(docker::EngineClient& client) {
  auto version = co_await client.version();
  co_return outcome_of(version);
}

Task<Outcome> engine_list(docker::EngineClient& client) {
  docker::Labels labels;
  auto listed = co_await client.list_containers(std::move(labels), true);
  co_return outcome_of(listed);
}

Task<Outcome> engine_events(docker::EngineClient& client) {
  docker::Labels labels;
  std::string since;
  auto stream = co_await client.events(std::move(labels), std::move(since));
  if (!stream) co_return outcome_of(stream);
  auto read = co_await stream->read(kTimeout);
  co_return outcome_of(read);
}

Task<Outcome> docker_version(net::HttpClient&, net::Endpoint endpoint) {
  return with_engine(std::move(endpoint), engine_version);
}
Task<Outcome> docker_list(net::HttpClient&, net::Endpoint endpoint) {
  return with_engine(std::move(endpoint), engine_list);
}
Task<Outcome> docker_events(net::HttpClient&, net::Endpoint endpoint) {
  return with_engine(std::move(endpoint), engine_events);
}

Task<Outcome> webhook(net::HttpClient& http, net::Endpoint endpoint) {
  const net::Executor executor = co_await net::asio::this_coro::executor;
  const core::WebhookSurroundings surroundings;
  core::Webhook hook;
  hook.id = "hook";
  hook.url = endpoint.to_string() + "/";
  core::WebhookSender sender(http, surroundings, executor, std::move(hook), 0);
  const core::WebhookDelivery delivery = co_await sender.send_test();
  co_await sender.close();
  co_return delivery.delivered() ? "" : "error: " + delivery.error;
}

std::vector<Caller> callers() {
  return {
      {"HttpClientSend", send},
      {"HttpClientOpen", open, true},
      {"ApiClientGet", api_get},
      {"ApiClientOpen", api_open, true},
      {"DrasiHealth", drasi_health},
      {"DrasiReadiness", drasi_readiness},
      // A lost answer is looked up, within a time of its own.
      {"DrasiExecute", drasi_execute, false, true, kTimeout * 2 + milliseconds(2'000)},
      {"DockerVersion", docker_version},
      {"DockerList", docker_list},
      {"DockerEvents", docker_events},
      // Its deadline of ten seconds is no option.
      {"Webhook", webhook, false, true, milliseconds(10'000), false},
  };
}

class Clients : public ::testing::TestWithParam<Caller> {
 protected:
  Clients() {
    loop_.start();
    make_client();
  }
  ~Clients() override {
    on_loop([this]() -> Task<Outcome> {
      http_.reset();
      co_return "";
    });
    loop_.stop();
  }

  void make_client() {
    net::ClientOptions options;
    options.connect_timeout = kTimeout;
    options.max_response_bytes = 8U << 20U;
    http_ = std::make_unique<net::HttpClient>(loop_.executor(), options);
  }

  Outcome on_loop(std::function<Task<Outcome>()> make) {
    return net::asio::co_spawn(loop_.executor(), std::move(make), net::asio::use_future).get();
  }

  Outcome call(std::uint16_t port) {
    return on_loop([this, port]() -> Task<Outcome> {
      net::Endpoint endpoint = endpoint_at(port);
      co_return co_await GetParam().call(*http_, std::move(endpoint));
    });
  }

 private:
  net::EventLoop loop_{"clients"};
  std::unique_ptr<net::HttpClient> http_;
};

TEST_P(Clients, SurviveEveryMisbehaviour) {
  const Caller& caller = GetParam();
  for (const Misbehaviour& one : misbehaviours()) {
    SCOPED_TRACE(one.name);
    if (one.kind == Misbehaviour::Kind::Hangs && !caller.may_hang) continue;
    ScriptedPeer peer(one.script);
    const auto begun = std::chrono::steady_clock::now();
    const Outcome outcome = call(peer.port());
    const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
    EXPECT_LT(took, caller.limit + kSlack) << outcome;
    // What a stream carries is judged by who reads it.
    if (!(caller.streams && one.after_header)) {
      EXPECT_TRUE(outcome.starts_with("error: ") && outcome.size() > 12) << "'" << outcome << "'";
    }
    EXPECT_EQ(outcome.find('\0'), std::string::npos) << "errors are text";
    EXPECT_LT(outcome.size(), 2'000U) << "an error does not repeat all that came";
  }
  SCOPED_TRACE("nobody listens");
  EXPECT_TRUE(call(free_port()).starts_with("error: "));
}

TEST_P(Clients, ServeTheNextCall) {
  const Caller& caller = GetParam();
  ScriptedPeer good(well_behaved());
  for (const Misbehaviour& one : misbehaviours()) {
    if (one.kind == Misbehaviour::Kind::Hangs) continue;
    SCOPED_TRACE(one.name);
    {
      ScriptedPeer peer(one.script);
      call(peer.port());
    }
    const Outcome outcome = call(good.port());
    // Some want more than the good peer's answer says; none may fail to get it.
    if (caller.name == "HttpClientSend" || caller.name == "HttpClientOpen" || caller.name == "ApiClientGet" ||
        caller.name == "DrasiHealth" || caller.name == "DockerVersion" || caller.name == "Webhook") {
      EXPECT_EQ(outcome, "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryOne, Clients, ::testing::ValuesIn(callers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace draas::tests
