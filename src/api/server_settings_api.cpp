// Host, port and log level of an instance's configuration, alone (R11-R13).

#include "api/context.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"
#include "drasi/configuration.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

constexpr std::string_view kSource = "ConfigurationController";

net::Task<Response> current_settings(const Context& api, const Request& request, std::string id) {
  const auto settings = co_await api.core().server_settings(id);
  if (!settings) co_return problem(settings.error(), request);
  auto response = Response::json(200, *settings);
  if (const auto view = api.core().catalogue()->find(id)) response.headers.add("ETag", view->configuration_etag.text());
  co_return response;
}

net::Task<Response> change_settings(const Context& api, const Request& request, std::string id, Json patch) {
  auto condition = if_match(request);
  auto actor = api.actor(request, kSource);
  const auto changed =
      co_await api.core().patch_server_settings(id, std::move(patch), std::move(condition), std::move(actor));
  if (!changed) co_return problem(changed.error(), request);
  co_return co_await current_settings(api, request, std::move(id));
}

net::Task<Response> get_settings(const Context& api, const Request& request, const PathParameters& path) {
  return current_settings(api, request, path["instanceId"]);
}

net::Task<Response> patch_settings(const Context& api, const Request& request, const PathParameters& path) {
  auto patch = read_patch(request);
  if (!patch) co_return problem(patch.error(), request);
  Json change = std::move(*patch);
  if (change.is_array()) {
    change = drasi::normalise_patch(std::move(change));
  } else if (change.size() == 1 && change.contains("serverConfiguration") &&
             change["serverConfiguration"].is_object()) {
    Json inner = change["serverConfiguration"];
    change = std::move(inner);
  }
  std::string id = path["instanceId"];
  co_return co_await change_settings(api, request, std::move(id), std::move(change));
}

// `8081`, `"debug"` or `{"port": 8081}` (C6). The object's key may be in any case.
Result<Json> read_setting(const Request& request, const std::string& key) {
  auto body = read_body(request);
  if (!body) return body;
  Json value = std::move(*body);
  if (value.is_object()) {
    Json found;
    bool has_key = false;
    for (const auto& [name, member] : value.items()) {
      if (!net::equals_ignoring_case(name, key)) {
        return fail(ErrorCode::InvalidArgument, "/" + name + ": unknown; only '" + key + "' is set here",
                    {{"/" + json_pointer_token(name), "unknown; only '" + key + "' is set here"}});
      }
      if (has_key) return fail(ErrorCode::InvalidArgument, key + " is given twice", {{"/" + name, "given twice"}});
      found = member;
      has_key = true;
    }
    value = std::move(found);
  }
  const bool number = key == "port";
  const std::string path = "/" + key;
  if (number && (!value.is_number_integer() || value.get<std::int64_t>() < 1 || value.get<std::int64_t>() > 65535)) {
    return fail(ErrorCode::InvalidArgument, path + ": must be a whole number from 1 to 65535",
                {{path, "must be a whole number from 1 to 65535"}});
  }
  if (!number && (!value.is_string() || value.get_ref<const std::string&>().empty())) {
    return fail(ErrorCode::InvalidArgument, path + ": must be text", {{path, "must be text"}});
  }
  Json patch;
  patch[key] = std::move(value);
  return patch;
}

net::Task<Response> put_setting(const Context& api, const Request& request, const PathParameters& path,
                                std::string key) {
  auto patch = read_setting(request, key);
  if (!patch) co_return problem(patch.error(), request);
  std::string id = path["instanceId"];
  co_return co_await change_settings(api, request, std::move(id), std::move(*patch));
}

net::Task<Response> put_host(const Context& api, const Request& request, const PathParameters& path) {
  return put_setting(api, request, path, "host");
}

net::Task<Response> put_port(const Context& api, const Request& request, const PathParameters& path) {
  return put_setting(api, request, path, "port");
}

net::Task<Response> put_log_level(const Context& api, const Request& request, const PathParameters& path) {
  return put_setting(api, request, path, "logLevel");
}

}  // namespace

void add_server_settings_api(RouteTable& table, const Context& context) {
  const std::string docs_path = "/api/server/instances/{instanceId}/server-configuration";
  const std::string code_path = "/api/server/instances/{instanceId}/configuration/server";
  const ResponseSpec settings{.status = 200,
                              .description = "Host, port and log level as they are now configured",
                              .schema = "ServerConfiguration",
                              .headers = {"ETag"}};
  // R11, R12
  table.add({.method = net::Method::Get,
             .path = docs_path,
             .aliases = {code_path},
             .permission = Permission::Read,
             .operation_id = "getServerConfiguration",
             .summary = "Host, port and log level",
             .tag = "Server configuration",
             .responses = {settings},
             .errors = {404},
             .handler = waiting(context, get_settings)});
  table.add({.method = net::Method::Patch,
             .path = docs_path,
             .aliases = {code_path},
             .permission = Permission::Administer,
             .operation_id = "patchServerConfiguration",
             .summary = "Change host, port or log level",
             .tag = "Server configuration",
             .body = BodySpec{.schema = "Patch", .media_types = {kJsonPatch, kMergePatch, kJson}},
             .responses = {settings},
             .errors = {404, 409, 412, 422},
             .conditional = true,
             .handler = waiting(context, patch_settings)});
  // R13
  struct Setting {
    std::string segment;
    std::string operation_id;
    std::string schema;
    net::AsyncHandler handler;
  };
  for (const auto& setting : {Setting{"host", "setHost", "SetHost", waiting(context, put_host)},
                              Setting{"port", "setPort", "SetPort", waiting(context, put_port)},
                              Setting{"loglevel", "setLogLevel", "SetLogLevel", waiting(context, put_log_level)}}) {
    table.add({.method = net::Method::Put,
               .path = docs_path + "/" + setting.segment,
               .aliases = {code_path + "/" + setting.segment},
               .permission = Permission::Administer,
               .operation_id = setting.operation_id,
               .summary = "Set the " + setting.segment + " alone",
               .tag = "Server configuration",
               .body = BodySpec{.schema = setting.schema},
               .responses = {settings},
               .errors = {404, 409, 412},
               .conditional = true,
               .handler = setting.handler});
  }
}

}  // namespace draas::api
