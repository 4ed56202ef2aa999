#include "api/list_filter.hpp"

#include "api/context.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

std::string canonical_platform(std::string name) {
  if (net::equals_ignoring_case(name, "kubernetes") || net::equals_ignoring_case(name, "k8s")) return "AKS";
  return name;
}

std::optional<core::InstanceStatus> status_of(const Json& value) {
  if (value.is_string()) return core::parse_instance_status(value.get_ref<const std::string&>());
  if (value.is_number_unsigned()) return core::parse_instance_status(to_text(value));
  return std::nullopt;
}

}  // namespace

std::vector<ParameterSpec> list_filter_parameters() {
  return {{.name = "selector",
           .description = "Over the metadata: `env=prod,tier in (web,api),!draft`",
           .schema = schema_string()},
          {.name = "status",
           .description = "One or more statuses, separated by commas or repeated",
           .schema = {{"type", "string"}},
           .repeatable = true},
          {.name = "platform", .description = "Name of a platform, in any case", .schema = schema_string()},
          {.name = "name",
           .description = "Part of the name, or a pattern with `*`, in any case",
           .schema = schema_string()}};
}

core::ListFilter read_list_filter(QueryReader& query) {
  core::ListFilter filter;
  if (const auto text = query.text("selector")) {
    auto selector = core::Selector::parse(*text);
    if (selector) {
      filter.selector = std::move(*selector);
    } else {
      query.add_fault("selector", selector.error().message);
    }
  }
  filter.statuses = query.statuses("status");
  filter.platform = canonical_platform(query.text("platform").value_or(""));
  filter.name = query.text("name").value_or("");
  return filter;
}

core::ListFilter read_list_filter(JsonReader& reader) {
  core::ListFilter filter;
  if (const auto text = reader.optional_string("selector")) {
    auto selector = core::Selector::parse(*text);
    if (selector) {
      filter.selector = std::move(*selector);
    } else {
      reader.add_fault("selector", selector.error().message);
    }
  }
  if (const Json* value = reader.optional_any("status")) {
    const Json one = Json::array({*value});
    for (const auto& item : value->is_array() ? *value : one) {
      if (const auto status = status_of(item)) {
        filter.statuses.push_back(*status);
      } else {
        reader.add_fault("status", "must be of Created, Running, Stopped, Error, ConfigurationChanged");
      }
    }
  }
  filter.platform = canonical_platform(reader.optional_string("platform").value_or(""));
  filter.name = reader.optional_string("name").value_or("");
  return filter;
}

}  // namespace draas::api
