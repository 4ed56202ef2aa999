#pragma once
// Which requests a local port answers that adds the user's key: a page in the user's browser must not reach it under a
// name of its own (DNS rebinding), nor as another site. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace draas::cli {

class LocalHosts {
 public:
  // Names of this machine itself, and `address` where it is one. `more`: "name" with the port listened on,
  // "name:port", or "*" for every host.
  LocalHosts(const std::string& address, std::uint16_t port, const std::vector<std::string>& more);

  // Is this value of a Host field one of them, with the port?
  bool accepts(std::string_view host) const;
  // Does this Origin name the same place as `host`, so that a page from there asks for itself?
  static bool is_same_place(std::string_view origin, std::string_view host);

 private:
  std::vector<std::string> hosts_;  // "name:port"
  bool any_ = false;
};

}  // namespace draas::cli
