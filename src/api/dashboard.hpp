#pragma once
// Serves the dashboard (web/dashboard): its page at "/" and at every path that belongs to one of its views, and the
// files that the page loads, with their licences. It is asked for what no route of the API takes.

#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::api {

// Immutable after construction; any thread.
class Dashboard {
 public:
  // `path_base`: prefix of every path, "" or "/draas". Without `enabled`, or in a build without it, nothing is served.
  Dashboard(bool enabled, const std::string& path_base);

  // The answer to a GET or HEAD of `path` (below the base), or nothing when it is not the dashboard's: below /api/ and
  // where no page is asked for.
  std::optional<net::Response> answer(const net::Request& request, std::string_view path) const;

 private:
  std::string page_;  // empty: there is none
  std::string etag_;
};

}  // namespace draas::api
