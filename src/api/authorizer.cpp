#include "api/authorizer.hpp"

namespace draas::api {

std::string_view to_string(Permission permission) {
  switch (permission) {
    case Permission::Read:
      return "read";
    case Permission::Operate:
      return "operate";
    case Permission::Administer:
      return "administer";
    case Permission::Report:
      return "report";
    case Permission::None:
      return "none";
  }
  return "none";
}

Status AllowAll::check(const net::Request&, Permission) { return {}; }

std::string AllowAll::actor_name(const net::Request&) { return "anonymous"; }

}  // namespace draas::api
