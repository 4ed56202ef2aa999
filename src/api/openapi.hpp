#pragma once
// Describes the route table as an OpenAPI 3.1 document.

#include "api/route_table.hpp"
#include "base/json.hpp"

namespace draas::api {

struct OpenApiInfo {
  std::string version;
  std::string path_base;
};

Json make_openapi(const RouteTable& table, const OpenApiInfo& info);

}  // namespace draas::api
