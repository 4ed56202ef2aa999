#pragma once
// Calls the control plane's REST API: JSON in and out, problem documents as errors, conditional requests. What the
// command line, the reconciler and the monitors share.
//
// Bound to one loop; all calls on its thread.

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/json.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::client {

struct ApiOptions {
  net::Endpoint endpoint;  // of the control plane
  std::string api_key;     // sent as X-Api-Key; "" = none
  std::chrono::milliseconds timeout{30'000};
};

struct Reply {
  int status = 0;
  std::string etag;
  std::string location;
  net::Headers headers;
  Json body;  // null when there is none

  bool not_modified() const { return status == 304; }
};

struct Call {
  net::Method method = net::Method::Get;
  std::string target;                 // path and query
  std::optional<Json> body;           // sent as JSON
  std::string content_type;           // "" = application/json
  std::string if_none_match;          // answered by 304
  std::string if_match;               // answered by PreconditionFailed
  std::string trace;                  // a traceparent to continue; "" = none
  std::chrono::milliseconds wait{0};  // what the server may take beyond the time-out of the options
};

class ApiClient {
 public:
  // `http` must outlive this object.
  ApiClient(net::HttpClient& http, ApiOptions options);

  // 2xx and 304 are replies. Everything else is an error: what the problem document says, with its code and faults;
  // Unavailable and DeadlineExceeded (retryable) when the control plane did not answer.
  net::Task<Result<Reply>> send(Call call);

  net::Task<Result<Json>> get(std::string target);
  net::Task<Result<Json>> post(std::string target, Json body, std::chrono::milliseconds wait = {});
  net::Task<Result<Json>> put(std::string target, Json body);
  net::Task<Status> remove(std::string target, std::chrono::milliseconds wait = {});

  // An answer that is read piece by piece: logs, events. Success when its header is in and says 2xx.
  net::Task<Result<std::unique_ptr<net::ResponseStream>>> open(std::string target, std::string accept);

  // The same server with another prefix of every target: an instance's own API behind the proxy.
  net::Endpoint below(const std::string& path) const;
  net::HttpClient& http() const { return http_; }
  const ApiOptions& options() const { return options_; }

 private:
  net::HttpClient& http_;
  ApiOptions options_;
};

// "/api/server/instances/{id}" with the id escaped, and `rest` behind it.
std::string instance_path(const std::string& id, std::string_view rest = {});

}  // namespace draas::client
