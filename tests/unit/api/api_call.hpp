#pragma once
// Asks the handler of the API as the HTTP server would, without a network in between.

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/redirect_error.hpp>

#include "base/json.hpp"
#include "net/http_server.hpp"
#include "net/task.hpp"

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

inline net::Request make_request(const std::string& method, const std::string& target, const Fields& headers,
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

// The quick path, else the waiting one, then the rules of HTTP; a stream is read until its text satisfies `enough`.
inline net::Task<Answer> call_api(net::RequestHandler& api, net::Executor executor,
                                  std::shared_ptr<net::Request> request,
                                  std::function<bool(const std::string&)> enough) {
  net::Response response;
  auto quick = api.try_handle(*request);
  if (quick) {
    response = std::move(*quick);
  } else {
    response = co_await api.handle(*request);
  }
  net::finish_response(*request, response);
  Answer out;
  out.status = response.status;
  out.headers = response.headers;
  out.body = response.content();
  if (const auto* stream = std::get_if<net::StreamBody>(&response.body)) {
    out.streamed = true;
    RecordingWriter writer(executor, enough);
    try {
      co_await (*stream)(writer);
    } catch (const std::exception&) {
      out.broken_off = true;
    }
    out.body = writer.text;
  }
  co_return out;
}

}  // namespace draas::api::testing
