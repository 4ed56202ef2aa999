#pragma once
// Which instances a list or a bulk operation means.

#include <vector>

#include "api/query_reader.hpp"
#include "api/route_table.hpp"
#include "base/json_reader.hpp"
#include "core/instances/catalogue.hpp"

namespace draas::api {

// selector, status, platform, name.
std::vector<ParameterSpec> list_filter_parameters();
core::ListFilter read_list_filter(QueryReader& query);
// The same keys in a JSON body; `status` there is a name, an integer or an array of them.
core::ListFilter read_list_filter(JsonReader& reader);

}  // namespace draas::api
