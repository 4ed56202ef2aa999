#pragma once
// Cross-origin use by browsers (Fetch standard, CORS): only listed origins. Immutable after construction.

#include <string>
#include <vector>

#include "net/http_message.hpp"

namespace draas::api {

class CrossOrigin {
 public:
  explicit CrossOrigin(std::vector<std::string> origins);

  // A preflight request?
  static bool is_preflight(const net::Request& request);
  net::Response preflight(const net::Request& request, const std::vector<net::Method>& methods) const;

  // Adds what lets a listed origin read the response.
  void decorate(const net::Request& request, net::Response& response) const;

  // False for a request that would change something and that a browser sends for a page of a foreign origin that is
  // not listed: without credentials of its own, this API would otherwise obey any page its user looks at.
  bool may_change(const net::Request& request) const;

 private:
  bool listed(std::string_view origin) const;
  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace draas::api
