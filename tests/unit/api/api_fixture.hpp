#pragma once
// The whole API over a real control plane with the memory store, asked without a network in between.

#include <condition_variable>
#include <future>

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_future.hpp>

#include "api/api.hpp"
#include "fake_platform.hpp"
#include "net/http_server.hpp"
#include "stores/memory/memory_store.hpp"

namespace draas::api::testing {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Keeps what a stream writes; its client leaves when `enough` says so.
class RecordingWriter final : public net::BodyWriter {
 public:
  explicit RecordingWriter(net::Executor executor, std::function<bool(const std::string&)> enough)
      : left_(executor, net::Timer::time_point::max()), enough_(std::move(enough)) {}

  net::Task<Status> write(std::string_view data) override {
    text += data;
    if (!enough_(text)) co_return Status{};
    closed_ = true;
    left_.cancel();
    co_return fail(ErrorCode::Unavailable, "the client has gone");
  }
  bool closed() const override { return closed_; }
  net::Task<void> wait_closed() override {
    while (!closed_) {
      boost::system::error_code ignored;  // cancelled is how leaving looks
      auto token = net::asio::redirect_error(net::use_task, ignored);
      co_await left_.async_wait(token);
    }
  }

  std::string text;

 private:
  net::Timer left_;
  std::function<bool(const std::string&)> enough_;
  bool closed_ = false;
};

struct Answer {
  int status = 0;
  net::Headers headers;
  std::string body;
  bool streamed = false;
  bool broken_off = false;  // the stream ended by an exception

  Json json() const {
    auto parsed = parse_json(body);
    if (!parsed) throw std::runtime_error("not JSON: " + body);
    return *parsed;
  }
  std::string header(std::string_view name) const { return std::string(headers.get(name)); }
};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() : control_loop_("control"), http_loop_("http"), store_(stores::make_memory_store()) {
    control_loop_.start();
    http_loop_.start();
  }

  void SetUp() override { open(); }

  void open() {
    std::vector<std::unique_ptr<core::Platform>> platforms;
    platforms.push_back(std::make_unique<FakePlatform>("Process", instances_));
    platforms.push_back(std::make_unique<FakePlatform>("Docker", instances_));
    metrics_ = make_metrics();
    control_plane_ = std::make_unique<core::ControlPlane>(control_loop_, control_options_, *store_,
                                                          std::move(platforms), metrics_.get());
    const auto opened = control_plane_->open();
    ASSERT_TRUE(opened) << opened.error().message;
    api_ = make_api(options_, *control_plane_, metrics_.get());
  }

  void TearDown() override {
    if (control_plane_) control_plane_->close();
    // The clients of the loop end on their own thread, before the control plane they may be asked for.
    http_loop_.stop();
    api_.reset();
    control_plane_.reset();
    control_loop_.stop();
    store_->close();
  }

  static net::Request make_request(const std::string& method, const std::string& target, const Fields& headers,
                                   const std::string& body) {
    net::Request request;
    request.method = net::parse_method(method);
    request.method_name = method;
    request.target = target;
    request.path = net::percent_decode(target.substr(0, target.find('?'))).value_or("/");
    if (const auto question = target.find('?'); question != std::string::npos)
      request.query = target.substr(question + 1);
    request.headers.set("Host", "localhost:5000");
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    request.body = body;
    request.peer = "127.0.0.1:40000";
    request.request_id = "test-request";
    request.trace = {std::string(32, 'a'), std::string(16, 'b')};
    return request;
  }

  // As the server would: the quick path, else the waiting one, then the rules of HTTP; streams are read until their
  // text satisfies `enough`.
  Answer ask(
      const std::string& method, const std::string& target, const std::string& body = "", Fields headers = {},
      std::function<bool(const std::string&)> enough = [](const std::string&) { return false; }) {
    auto request = std::make_shared<net::Request>(make_request(method, target, headers, body));
    std::function<net::Task<Answer>()> work = [this, request, enough] { return answer(request, enough); };
    auto future = net::asio::co_spawn(http_loop_.executor(), std::move(work), net::asio::use_future);
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      throw std::runtime_error("no answer to " + method + ' ' + target);
    }
    return future.get();
  }

  Answer ask_json(const std::string& method, const std::string& target, const std::string& body, Fields headers = {}) {
    headers.insert(headers.begin(), {"Content-Type", "application/json"});
    return ask(method, target, body, std::move(headers));
  }

  // Creates an instance with this id.
  void create(const std::string& id, const std::string& more = "") {
    const auto answer = ask_json("POST", "/api/server/instances", R"({"id":")" + id + "\"" + more + "}");
    ASSERT_EQ(answer.status, 201) << answer.body;
  }

  ApiOptions options_;
  core::ControlPlaneOptions control_options_;
  FakeInstances instances_;
  net::EventLoop control_loop_;
  net::EventLoop http_loop_;
  std::unique_ptr<core::Store> store_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<core::ControlPlane> control_plane_;
  std::unique_ptr<net::RequestHandler> api_;

 private:
  net::Task<Answer> answer(std::shared_ptr<net::Request> request, std::function<bool(const std::string&)> enough) {
    net::Response response;
    auto quick = api_->try_handle(*request);
    if (quick) {
      response = std::move(*quick);
    } else {
      response = co_await api_->handle(*request);
    }
    net::finish_response(*request, response);
    Answer out;
    out.status = response.status;
    out.headers = response.headers;
    out.body = response.content();
    if (const auto* stream = std::get_if<net::StreamBody>(&response.body)) {
      out.streamed = true;
      RecordingWriter writer(http_loop_.executor(), enough);
      try {
        co_await (*stream)(writer);
      } catch (const std::exception&) {
        out.broken_off = true;
      }
      out.body = writer.text;
    }
    co_return out;
  }
};

}  // namespace draas::api::testing
