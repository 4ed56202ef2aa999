#include "api/instance_fields.hpp"

#include <array>

#include "base/size.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

const std::vector<std::string_view> kStatusNames{"Created", "Running", "Stopped", "Error", "ConfigurationChanged"};
const std::vector<std::string_view> kDesiredStateNames{"Running", "Stopped"};
const std::vector<std::string_view> kRestartPolicyNames{"Always", "OnFailure", "Never"};
// The prototype's enumeration; platforms beyond it have names only.
constexpr std::array<std::string_view, 3> kNumberedPlatforms{"Process", "Docker", "AKS"};
constexpr std::array<std::string_view, 5> kLogLevels{"trace", "debug", "info", "warn", "error"};

std::optional<std::string> read_platform(JsonReader& reader) {
  const Json* value = reader.optional_any("platformType", {"platform"});
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) {
    const auto number = value->get<std::int64_t>();
    if (number >= 0 && number < static_cast<std::int64_t>(kNumberedPlatforms.size())) {
      return std::string(kNumberedPlatforms[static_cast<std::size_t>(number)]);
    }
  } else if (value->is_string()) {
    auto name = value->get<std::string>();
    if (net::equals_ignoring_case(name, "kubernetes") || net::equals_ignoring_case(name, "k8s")) return "AKS";
    if (!name.empty()) return name;
  }
  reader.add_fault("platformType", "must be the name of a platform, such as \"Process\"");
  return std::nullopt;
}

std::optional<core::Metadata> read_metadata(JsonReader& reader) {
  auto pairs = reader.optional_string_map("metadata");
  if (!pairs) return std::nullopt;
  return core::Metadata(std::move(*pairs));
}

// A number of bytes, or text such as "512Mi", "2G".
std::optional<std::uint64_t> read_size(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  return value.is_string() ? parse_size(value.get<std::string>()) : std::nullopt;
}

std::optional<core::ResourceLimits> read_limits(JsonReader& reader) {
  const Json* value = reader.optional_object("limits");
  if (value == nullptr) return std::nullopt;
  JsonReader inner(*value);
  core::ResourceLimits limits;
  limits.cpu_cores = inner.optional_number("cpuCores", 0, 1024).value_or(0);
  if (const Json* memory = inner.optional_any("memoryBytes", {"memory"})) {
    if (const auto bytes = read_size(*memory)) {
      limits.memory_bytes = *bytes;
    } else {
      inner.add_fault("memoryBytes", "must be a number of bytes, or text such as \"512Mi\"");
    }
  }
  limits.open_files = static_cast<std::uint64_t>(inner.optional_integer("openFiles", 0, 1 << 30).value_or(0));
  inner.reject_unknown();
  reader.add_faults("limits", inner.faults());
  return limits;
}

void read_server_configuration(JsonReader& reader, core::CreateRequest& request) {
  const Json* value = reader.optional_object("serverConfiguration");
  if (value == nullptr) return;
  JsonReader inner(*value);
  request.host = inner.optional_string("host");
  if (request.host && request.host->empty()) inner.add_fault("host", "must not be empty");
  if (const auto port = inner.optional_integer("port", 1, 65535)) request.port = static_cast<std::uint16_t>(*port);
  if (auto level = inner.optional_string("logLevel", {"loglevel"})) {
    bool known = level->starts_with("${");
    for (const auto name : kLogLevels) {
      if (!net::equals_ignoring_case(*level, name)) continue;
      *level = name;
      known = true;
    }
    if (!known) inner.add_fault("logLevel", "must be one of trace, debug, info, warn, error");
    request.log_level = std::move(level);
  }
  inner.reject_unknown();
  reader.add_faults("serverConfiguration", inner.faults());
}

// A number, or "auto".
std::optional<core::FrontPortWish> read_front_port(JsonReader& reader) {
  const Json* value = reader.optional_any("frontPort");
  if (value == nullptr) return std::nullopt;
  if (value->is_string() && net::equals_ignoring_case(value->get<std::string>(), "auto")) {
    return core::FrontPortWish{.automatic = true};
  }
  if (value->is_number_integer()) {
    const auto port = value->get<std::int64_t>();
    if (port >= 1 && port <= 65535) return core::FrontPortWish{.port = static_cast<std::uint16_t>(port)};
  }
  reader.add_fault("frontPort", "must be a port, 1 to 65535, or \"auto\", or null for none");
  return std::nullopt;
}

template <class Enum>
std::optional<Enum> read_enum(JsonReader& reader, std::string_view key, const std::vector<std::string_view>& names) {
  const auto index = reader.optional_enum(key, names);
  if (!index) return std::nullopt;
  return static_cast<Enum>(*index);
}

bool is_null_at(const Json& body, std::string_view key) {
  if (!body.is_object()) return false;
  const auto it = body.find(std::string(key));
  return it != body.end() && it->is_null();
}

void read_metadata_change(const Json& body, JsonReader& reader, core::InstanceChange& change) {
  if (is_null_at(body, "metadata")) {
    change.metadata = core::Metadata{};
    reader.optional_any("metadata");
    return;
  }
  const Json* metadata = reader.optional_object("metadata");
  if (metadata == nullptr) return;
  for (const auto& [name, value] : metadata->items()) {
    if (value.is_null()) {
      change.metadata_changes.emplace_back(name, std::nullopt);
    } else if (value.is_string()) {
      change.metadata_changes.emplace_back(name, value.template get<std::string>());
    } else if (value.is_primitive()) {
      change.metadata_changes.emplace_back(name, to_text(value));
    } else {
      reader.add_faults("metadata", {{"/" + json_pointer_token(name), "must be text, or null to remove it"}});
    }
  }
}

}  // namespace

core::CreateRequest read_create_request(JsonReader& reader) {
  core::CreateRequest request;
  request.id = reader.optional_string("id", {"instanceId"});
  const auto faults = reader.faults().size();
  const auto name = reader.optional_string("name");
  if (!name && !request.id && reader.faults().size() == faults)
    reader.add_fault("name", "missing; needed unless an id is given");
  if (name && name->empty()) reader.add_fault("name", "must not be empty");
  request.name = name.value_or("");
  request.description = reader.optional_string("description").value_or("");
  request.platform = read_platform(reader);
  request.metadata = read_metadata(reader).value_or(core::Metadata{});
  request.restart_policy = read_enum<core::RestartPolicy>(reader, "restartPolicy", kRestartPolicyNames);
  request.desired_state = read_enum<core::DesiredState>(reader, "desiredState", kDesiredStateNames);
  request.limits = read_limits(reader).value_or(core::ResourceLimits{});
  if (const Json* options = reader.optional_object("platformOptions")) request.platform_options = *options;
  read_server_configuration(reader, request);
  if (const Json* configuration = reader.optional_object("configuration")) request.configuration = *configuration;
  request.front_port = read_front_port(reader);
  request.start = reader.optional_boolean("start").value_or(false);
  reader.reject_unknown();
  return request;
}

core::InstanceChange read_instance_change(const Json& body, JsonReader& reader) {
  core::InstanceChange change;
  change.name = reader.optional_string("name");
  if (is_null_at(body, "name") || (change.name && change.name->empty())) reader.add_fault("name", "must not be empty");
  change.description = reader.optional_string("description");
  if (is_null_at(body, "description")) change.description = "";
  read_metadata_change(body, reader, change);
  if (const auto policy = read_enum<core::RestartPolicy>(reader, "restartPolicy", kRestartPolicyNames)) {
    change.restart_policy = std::optional<core::RestartPolicy>(*policy);
  }
  if (is_null_at(body, "restartPolicy")) change.restart_policy = std::optional<core::RestartPolicy>();
  change.desired_state = read_enum<core::DesiredState>(reader, "desiredState", kDesiredStateNames);
  change.limits = read_limits(reader);
  if (is_null_at(body, "limits")) change.limits = core::ResourceLimits{};
  if (const Json* options = reader.optional_object("platformOptions")) change.platform_options = *options;
  if (is_null_at(body, "platformOptions")) change.platform_options = Json();
  change.front_port = read_front_port(reader);
  if (is_null_at(body, "frontPort")) change.front_port = core::FrontPortWish{};
  reader.reject_unknown();
  return change;
}

std::optional<core::InstanceStatus> read_status(JsonReader& reader, std::string_view key) {
  return read_enum<core::InstanceStatus>(reader, key, kStatusNames);
}

std::optional<Json> unwrap_configuration(Json body) {
  if (body.is_object() && body.size() == 1 && body.contains("configuration") && body["configuration"].is_object()) {
    Json inner = std::move(body["configuration"]);
    return inner;
  }
  if (body.is_object() && body.empty()) return std::nullopt;
  return body;
}

}  // namespace draas::api
