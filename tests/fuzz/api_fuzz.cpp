// The whole API over a control plane with the memory store and a platform of the test's: any requests, one a line as
// "METHOD target body", in one order. Whatever is asked, the answer is one that the API knows, never a fault of its
// own, and the fleet makes sense afterwards.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <boost/asio/use_future.hpp>

#include "api/api.hpp"
#include "base/log.hpp"
#include "stores/memory/memory_store.hpp"
#include "unit/api/api_call.hpp"
#include "unit/api/fake_platform.hpp"

namespace {

using draas::Json;
using draas::api::testing::Answer;
using draas::api::testing::Fields;

constexpr std::size_t kMostRequests = 24;
constexpr std::chrono::seconds kPatience{20};

[[noreturn]] void wrong(const std::string& what, const std::string& detail) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), detail.c_str());
  std::abort();
}

void require(bool condition, const char* what, const std::string& detail) {
  if (!condition) wrong(what, detail);
}

// One for all inputs: what an input leaves is deleted at its end. It is never taken down.
class Served {
 public:
  Served() : store_(draas::stores::make_memory_store()) {
    draas::configure_log({draas::LogLevel::Off, draas::LogFormat::Json});
    control_loop_.start();
    http_loop_.start();
    std::vector<std::unique_ptr<draas::core::Platform>> platforms;
    platforms.push_back(std::make_unique<draas::api::testing::FakePlatform>("Process", instances_));
    platforms.push_back(std::make_unique<draas::api::testing::FakePlatform>("Docker", instances_));
    draas::core::ControlPlaneOptions options;
    options.readiness_timeout = std::chrono::milliseconds(500);
    options.shutdown_timeout = std::chrono::milliseconds(100);
    options.event_log = 1'000;
    control_plane_ =
        std::make_unique<draas::core::ControlPlane>(control_loop_, options, *store_, std::move(platforms), nullptr);
    const auto opened = control_plane_->open();
    if (!opened) wrong("cannot open", opened.error().message);
    draas::api::ApiOptions api_options;
    api_options.max_wait = std::chrono::milliseconds(20);
    api_options.default_stop_wait = std::chrono::milliseconds(20);
    api_options.proxy_header_timeout = std::chrono::milliseconds(500);
    api_options.proxy_idle_timeout = std::chrono::milliseconds(100);
    api_options.heartbeat_interval = std::chrono::milliseconds(100);
    api_ = draas::api::make_api(api_options, *control_plane_, nullptr);
  }

  Answer ask(const std::string& method, const std::string& target, const std::string& body = "") {
    Fields headers;
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    auto request =
        std::make_shared<draas::net::Request>(draas::api::testing::make_request(method, target, headers, body));
    std::function<bool(const std::string&)> at_once = [](const std::string&) { return true; };
    std::function<draas::net::Task<Answer>()> work = [this, request, at_once] {
      return draas::api::testing::call_api(*api_, http_loop_.executor(), request, at_once);
    };
    auto future = draas::net::asio::co_spawn(http_loop_.executor(), std::move(work), draas::net::asio::use_future);
    if (future.wait_for(kPatience) != std::future_status::ready) wrong("no answer", method + " " + target);
    return future.get();
  }

 private:
  draas::api::testing::FakeInstances instances_;
  draas::net::EventLoop control_loop_{"control"};
  draas::net::EventLoop http_loop_{"http"};
  std::unique_ptr<draas::core::Store> store_;
  std::unique_ptr<draas::core::ControlPlane> control_plane_;
  std::unique_ptr<draas::net::RequestHandler> api_;
};

Served& served() {
  static Served* one = new Served();  // the loops' threads may run until the very end
  return *one;
}

void check_answer(const std::string& line, const Answer& answer) {
  const std::string shown = line + " -> " + std::to_string(answer.status) + " " + answer.body.substr(0, 500);
  require(answer.status >= 200 && answer.status <= 504, "a status that the API does not know", shown);
  require(answer.status != 500, "a fault of the server's own", shown);
  const std::string type = answer.header("Content-Type");
  if (answer.streamed || type.find("json") == std::string::npos) return;
  if (answer.body.empty()) return;
  const Json body = Json::parse(answer.body, nullptr, false);
  require(!body.is_discarded(), "JSON that is none", shown);
  if (answer.status < 400 || line.find("/proxy") != std::string::npos) return;
  require(type.find("problem+json") != std::string::npos, "an error of another kind", shown);
  require(body.value("status", 0) == answer.status && body.contains("title"), "a problem without its parts", shown);
}

// What must hold whatever was asked.
void check_fleet() {
  const Answer list = served().ask("GET", "/api/server/instances");
  require(list.status == 200, "the list", list.body);
  std::set<std::string> ids;
  std::set<int> ports;
  for (const Json& instance : Json::parse(list.body)) {
    const auto id = instance["id"].get<std::string>();
    require(ids.insert(id).second, "an id twice", list.body);
    const std::string path = "/api/server/instances/" + draas::net::percent_encode(id);
    const Answer one = served().ask("GET", path);
    require(one.status == 200, "listed but not there", id);
    const Answer configuration = served().ask("GET", "/api/configuration/instances/" + draas::net::percent_encode(id));
    require(configuration.status == 200, "an instance without a configuration", id + " " + configuration.body);
    const Json revisions = Json::parse(
        served()
            .ask("GET", "/api/configuration/instances/" + draas::net::percent_encode(id) + "/revisions?limit=1000")
            .body);
    require(revisions.size() == instance["configurationRevision"].get<std::size_t>(), "a gap in the history", id);
    const int port = Json::parse(served().ask("GET", path + "/server-configuration").body).value("port", 0);
    require(port == 0 || ports.insert(port).second, "a port twice", list.body);
  }
}

// Not for chance: hosts of others, and answers that only time ends.
bool is_left_out(std::string_view target) { return target.find("webhook") != std::string_view::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t requests = 0;
  for (std::size_t at = 0; at < text.size() && requests < kMostRequests; ++requests) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line(text.substr(at, end - at));
    at = end + 1;
    const std::size_t target_at = line.find(' ');
    if (target_at == std::string::npos || target_at + 1 >= line.size() || line[target_at + 1] != '/') continue;
    const std::size_t body_at = line.find(' ', target_at + 1);
    const std::string target =
        line.substr(target_at + 1, body_at == std::string::npos ? body_at : body_at - target_at - 1);
    if (is_left_out(target)) continue;
    const std::string body = body_at == std::string::npos ? "" : line.substr(body_at + 1);
    check_answer(line, served().ask(line.substr(0, target_at), target, body));
  }
  if (requests == 0) return 0;
  check_fleet();
  const Answer deleted = served().ask("POST", "/api/server/instances:delete", R"({"all":true})");
  require(deleted.status == 200, "what there is cannot be deleted", deleted.body);
  const Answer left = served().ask("GET", "/api/server/instances");
  require(left.body == "[]", "not all was deleted", left.body + deleted.body);
  return 0;
}
