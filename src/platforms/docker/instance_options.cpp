#include "platforms/docker/instance_options.hpp"

#include <algorithm>
#include <limits>

#include "base/json_reader.hpp"
#include "docker/image_reference.hpp"

namespace draas::platforms::docker {
namespace {

constexpr std::string_view kOurLabels = "draas.";
constexpr std::string_view kOurVariables = "DRAAS_";
// Labels come with every event of the container.
constexpr std::size_t kMaxLabelBytes = 16U << 10U;

bool is_name(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !text.empty() && plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return plain(c) || c == '_' || c == '.' || c == '-'; });
}

std::string fault_of_volume(const std::string& volume) {
  const auto colon = volume.find(':');
  const std::string name = volume.substr(0, colon);
  std::string target = colon == std::string::npos ? std::string() : volume.substr(colon + 1);
  if (target.ends_with(":ro") || target.ends_with(":rw")) target.resize(target.size() - 3);
  if (name.starts_with('/') || name.starts_with('.')) {
    return "host paths are set by the operator alone (Docker:Volumes); name a volume, as in data:/data";
  }
  if (!is_name(name) || !target.starts_with('/') || target.find(':') != std::string::npos || target == "/") {
    return "'" + volume + "' is not of the form volume:/path or volume:/path:ro";
  }
  return {};
}

std::string fault_of_network(const std::string& network) {
  if (network == "host" || network == "none" || network.starts_with("container:")) {
    return "'" + network + "' gives no network of its own; name a network of the engine, as `docker network ls` does";
  }
  return is_name(network) ? "" : "'" + network + "' is not the name of a network";
}

std::string fault_of_host(const std::string& entry) {
  const auto colon = entry.find(':');
  return colon == std::string::npos || colon == 0 || colon + 1 == entry.size()
             ? "'" + entry + "' is not of the form name:address"
             : "";
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

std::map<std::string, std::string> read_map(JsonReader& reader, std::string_view key, std::string_view reserved) {
  std::map<std::string, std::string> out;
  const auto values = reader.optional_string_map(key);
  if (!values) return out;
  for (const auto& [name, value] : *values) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value)) {
      reader.add_fault(key, "'" + name + "' cannot be a name here");
    } else if (name.starts_with(reserved)) {
      reader.add_fault(key, "'" + name + "' is reserved: use a name that does not begin with " + std::string(reserved));
    } else {
      out.emplace(name, value);
    }
  }
  return out;
}

void check_each(JsonReader& reader, std::string_view key, const std::vector<std::string>& values,
                std::string (*fault_of)(const std::string&)) {
  for (const std::string& value : values) {
    if (std::string fault = fault_of(value); !fault.empty()) reader.add_fault(key, std::move(fault));
  }
}

}  // namespace

std::string_view to_string(PullPolicy policy) {
  switch (policy) {
    case PullPolicy::Always:
      return "Always";
    case PullPolicy::Never:
      return "Never";
    case PullPolicy::IfNotPresent:
      break;
  }
  return "IfNotPresent";
}

std::optional<PullPolicy> parse_pull_policy(std::string_view text) {
  for (const auto policy : {PullPolicy::IfNotPresent, PullPolicy::Always, PullPolicy::Never}) {
    if (text == to_string(policy)) return policy;
  }
  return std::nullopt;
}

std::vector<std::string_view> instance_option_names() {
  return {"image", "pullPolicy", "arguments", "environment", "network",     "extraHosts",
          "user",  "volumes",    "labels",    "pidsLimit",   "readOnlyRoot"};
}

Result<InstanceOptions> read_instance_options(const Json& platform_options) {
  InstanceOptions options;
  if (platform_options.is_null()) return options;
  JsonReader reader(platform_options, "/platformOptions");
  options.image = reader.optional_string("image");
  if (options.image) {
    if (auto parsed = draas::docker::parse_image_reference(*options.image); !parsed) {
      reader.add_fault("image", parsed.error().message);
    }
  }
  static const std::vector<std::string_view> policies{"IfNotPresent", "Always", "Never"};
  if (const auto policy = reader.optional_enum("pullPolicy", policies)) {
    options.pull_policy = static_cast<PullPolicy>(*policy);
  }
  options.arguments = reader.optional_strings("arguments").value_or(std::vector<std::string>());
  if (std::ranges::any_of(options.arguments, has_nul)) reader.add_fault("arguments", "holds a NUL");
  options.environment = read_map(reader, "environment", kOurVariables);
  options.labels = read_map(reader, "labels", kOurLabels);
  std::size_t label_bytes = 0;
  for (const auto& [name, value] : options.labels) label_bytes += name.size() + value.size();
  if (label_bytes > kMaxLabelBytes) {
    reader.add_fault("labels", "are " + std::to_string(label_bytes) + " bytes in all; at most 16384 are taken");
  }
  options.network = reader.optional_string("network");
  if (options.network) check_each(reader, "network", {*options.network}, fault_of_network);
  options.extra_hosts = reader.optional_strings("extraHosts").value_or(std::vector<std::string>());
  check_each(reader, "extraHosts", options.extra_hosts, fault_of_host);
  options.user = reader.optional_string("user");
  if (options.user && (options.user->empty() || has_nul(*options.user))) reader.add_fault("user", "is not a user");
  options.volumes = reader.optional_strings("volumes").value_or(std::vector<std::string>());
  check_each(reader, "volumes", options.volumes, fault_of_volume);
  if (const auto limit = reader.optional_integer("pidsLimit", 1, std::numeric_limits<std::int32_t>::max())) {
    options.pids_limit = static_cast<std::uint64_t>(*limit);
  }
  options.read_only_root = reader.optional_boolean("readOnlyRoot");
  reader.reject_unknown();
  if (Status read = reader.finish(); !read) return std::unexpected(std::move(read.error()));
  return options;
}

}  // namespace draas::platforms::docker
