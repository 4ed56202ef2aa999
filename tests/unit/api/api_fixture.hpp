#pragma once
// The whole API over a real control plane with the memory store, asked without a network in between.

#include <condition_variable>
#include <future>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "api/api.hpp"
#include "api_call.hpp"
#include "fake_platform.hpp"
#include "stores/memory/memory_store.hpp"
#include "support/refusing_store.hpp"

namespace draas::api::testing {

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() : control_loop_("control"), http_loop_("http"), store_(stores::make_memory_store()) {
    control_loop_.start();
    http_loop_.start();
  }

  void SetUp() override { open(); }

  void open() {
    std::vector<std::unique_ptr<core::Platform>> platforms;
    auto process = std::make_unique<FakePlatform>("Process", instances_);
    process_ = process.get();
    platforms.push_back(std::move(process));
    platforms.push_back(std::make_unique<FakePlatform>("Docker", instances_));
    metrics_ = make_metrics();
    auto refusing = std::make_unique<tests::RefusingStore>(*store_);
    control_plane_ = std::make_unique<core::ControlPlane>(control_loop_, control_options_, *refusing,
                                                          std::move(platforms), metrics_.get());
    refusing_ = std::move(refusing);  // the former one goes after the control plane that had it
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

  // As the server would: the quick path, else the waiting one, then the rules of HTTP; streams are read until their
  // text satisfies `enough`.
  Answer ask(
      const std::string& method, const std::string& target, const std::string& body = "", Fields headers = {},
      std::function<bool(const std::string&)> enough = [](const std::string&) { return false; }) {
    auto request = std::make_shared<net::Request>(make_request(method, target, headers, body));
    std::function<net::Task<Answer>()> work = [this, request, enough] {
      return call_api(*api_, http_loop_.executor(), request, enough);
    };
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
  std::unique_ptr<tests::RefusingStore> refusing_;  // before the store
  FakePlatform* process_ = nullptr;                 // of the control plane, while it is there
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<core::ControlPlane> control_plane_;
  std::unique_ptr<net::RequestHandler> api_;
};

}  // namespace draas::api::testing
