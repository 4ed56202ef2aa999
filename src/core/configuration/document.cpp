#include "core/configuration/document.hpp"

#include <algorithm>
#include <array>

#include "drasi/configuration.hpp"

namespace draas::core {
namespace {

constexpr std::array<std::string_view, 3> kServerFields{"host", "port", "logLevel"};
constexpr std::size_t kMaxDescribedOperations = 8;

bool is_server_field(std::string_view name) { return std::ranges::find(kServerFields, name) != kServerFields.end(); }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

Result<Json> patched_configuration(const Json& document, const Json& patch) {
  if (!patch.is_array() && !patch.is_object()) {
    return fail(ErrorCode::InvalidArgument, "A patch must be an array (JSON Patch) or an object (merge patch)",
                {{"", "must be an array or an object"}});
  }
  if (patch.is_object()) return drasi::normalise(apply_merge_patch(document, patch));
  auto patched = apply_json_patch(document, drasi::normalise_patch(patch));
  if (!patched) return patched;
  if (!patched->is_object()) {
    return fail(ErrorCode::InvalidArgument, "A configuration must be an object", {{"", "must be an object"}});
  }
  return drasi::normalise(std::move(*patched));
}

std::string describe_patch(const Json& patch) {
  std::string text;
  std::size_t operations = 0;
  auto add = [&](const std::string& operation) {
    if (++operations > kMaxDescribedOperations) return;
    if (!text.empty()) text += ", ";
    text += operation;
  };
  if (patch.is_array()) {
    auto text_of = [](const Json& operation, const char* key) {
      auto found = operation.is_object() ? operation.find(key) : operation.end();
      return operation.is_object() && found != operation.end() && found->is_string() ? found->get<std::string>() : "?";
    };
    for (const Json& operation : patch) add(text_of(operation, "op") + " " + text_of(operation, "path"));
  } else if (patch.is_object()) {
    for (const auto& [name, value] : patch.items())
      add(std::string(value.is_null() ? "remove" : "merge") + " /" + name);
  }
  if (operations > kMaxDescribedOperations) {
    text += " and " + std::to_string(operations - kMaxDescribedOperations) + " more";
  }
  return text;
}

Json with_server_settings_of(Json next, const Json& current) {
  for (std::string_view field : kServerFields) {
    auto present = next.find(field);
    if (present != next.end() && !present->is_null()) continue;
    if (auto kept = current.find(field); kept != current.end()) next[std::string(field)] = *kept;
  }
  return next;
}

Json server_settings_of(const Json& document) {
  Json settings = Json::object();
  for (std::string_view field : kServerFields) {
    auto value = document.find(field);
    settings[std::string(field)] = value == document.end() ? Json(nullptr) : *value;
  }
  return settings;
}

Status check_server_settings_patch(const Json& patch) {
  std::vector<Fault> faults;
  const std::string reason = "only host, port and logLevel can be changed here; use /api/configuration for the rest";
  if (patch.is_array()) {
    for (std::size_t i = 0; i < patch.size(); ++i) {
      for (const char* key : {"path", "from"}) {
        auto path = patch[i].is_object() ? patch[i].find(key) : patch[i].end();
        if (!patch[i].is_object() || path == patch[i].end() || !path->is_string()) continue;
        const auto& text = path->get_ref<const std::string&>();
        if (text.empty() || !is_server_field(std::string_view(text).substr(1))) {
          faults.push_back({"/" + std::to_string(i) + "/" + key, reason});
        }
      }
    }
  } else if (patch.is_object()) {
    for (const auto& [name, value] : patch.items()) {
      if (!is_server_field(name)) faults.push_back({"/" + name, reason});
    }
  }
  if (faults.empty()) return {};
  std::string message = faults.front().path + ": " + reason;
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(faults));
}

std::string fill_template(std::string text, std::string_view instance_id, std::uint16_t port, std::string_view host) {
  replace_all(text, "{InstanceId}", instance_id);
  replace_all(text, "{Port}", std::to_string(port));
  replace_all(text, "{Host}", host);
  return text;
}

}  // namespace draas::core
