#pragma once
// Who may do what. Every route declares the permission it needs; this is the one place that is asked.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http_message.hpp"

namespace draas::api {

// Each includes nothing of the others: what a key may do is a set of these.
enum class Permission {
  Read,        // see instances, configurations, status, logs
  Operate,     // start, stop, restart, set a status; reach an instance through the proxy
  Administer,  // create, change, delete
  Report,      // post status updates (monitoring daemons)
  None,        // open to everyone: health, documentation
};
std::string_view to_string(Permission permission);

// Thread-safe; must not block.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // Unauthenticated or PermissionDenied when `request` may not use `permission`.
  virtual Status check(const net::Request& request, Permission permission) = 0;
  // Whom to name in revisions and events.
  virtual std::string actor_name(const net::Request& request) = 0;
};

// Lets everyone do everything, as "anonymous".
class AllowAll final : public Authorizer {
 public:
  Status check(const net::Request& request, Permission permission) override;
  std::string actor_name(const net::Request& request) override;
};

}  // namespace draas::api
