// The document's top level, and validate() itself.
#include <algorithm>
#include <map>
#include <string>

#include "drasi/aliases.hpp"
#include "drasi/config_value.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

constexpr schema::Field kText{"", schema::Shape::Text, true};

bool is_host_label(std::string_view label) {
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (label.empty() || label.size() > 63 || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back()))
    return false;
  return std::ranges::all_of(label, [&](char c) { return is_alphanumeric(c) || c == '-'; });
}

// drasi-server's rule: empty, a host name (RFC 1123) or an IP address.
bool is_host(std::string_view host) {
  if (host.empty()) return true;
  if (host.find(':') != std::string_view::npos) {
    return host.size() <= 45 && std::ranges::all_of(host, [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
           });
  }
  if (host.size() > 253) return false;
  for (std::size_t at = 0; at <= host.size();) {
    const std::size_t end = std::min(host.find('.', at), host.size());
    if (!is_host_label(host.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

void check_host(const Json& document, Findings& findings) {
  const std::string* host = text_member(document, "host");
  if (host == nullptr || read_config_value(Json(*host)).form != ConfigValue::Form::Plain) return;
  if (!is_host(*host)) findings.error("/host", "'" + *host + "' is neither a host name nor an IP address");
}

void check_log_level(const Json& document, Findings& findings) {
  const std::string* level = text_member(document, "logLevel");
  if (level == nullptr || read_config_value(Json(*level)).form != ConfigValue::Form::Plain) return;
  const auto canonical = canonical_log_level(*level);
  if (!canonical) {
    findings.error("/logLevel", "'" + *level + "' is no log level; use trace, debug, info, warn or error" +
                                    suggestion(to_lower(*level), schema::log_levels()));
  } else if (*canonical != to_lower(*level)) {
    findings.warning("/logLevel", "'" + *level + "' is rendered as '" + *canonical + "', drasi-server's name for it");
  }
}

void check_plugins(const Json& plugins, Findings& findings) {
  if (!plugins.is_array()) return;
  for (std::size_t index = 0; index < plugins.size(); ++index) {
    const std::string path = child("/plugins", index);
    if (plugins[index].is_string()) {
      findings.error(path, "Must be an object with 'ref': write {ref: \"" + plugins[index].get<std::string>() + "\"}");
      continue;
    }
    if (!check_object(plugins[index], path, "an object {ref: \"kind/name\"}", findings)) continue;
    const Json* reference = member(plugins[index], "ref");
    if (reference == nullptr) {
      findings.error(child(path, "ref"), "'ref' is missing: a plugin reference such as \"source/postgres:0.1.8\"");
    } else {
      check_value(kText, *reference, child(path, "ref"), Resolver::Server, findings);
    }
    for (const auto& [key, value] : plugins[index].items()) {
      if (key != "ref")
        findings.warning(child(path, key), "drasi-server reads only 'ref' of a plugin and ignores this");
    }
  }
}

void check_trusted_identities(const Json& identities, Findings& findings) {
  if (!identities.is_array()) return;
  constexpr schema::Field kFields[] = {{"issuer", schema::Shape::Text, true},
                                       {"subjectPattern", schema::Shape::Text, true}};
  for (std::size_t index = 0; index < identities.size(); ++index) {
    const std::string path = child("/trustedIdentities", index);
    if (check_object(identities[index], path, "an object {issuer, subjectPattern}", findings)) {
      check_fields(identities[index], kFields, path, Resolver::Server, findings);
    }
  }
}

// The id that an entry of `instances` will have; "" where the document does not settle it.
std::string library_id(const Json& library, std::size_t index, std::string_view instance_id, Findings& findings) {
  const std::string path = child(child("/instances", index), "id");
  const Json* id = member(library, "id");
  if (id == nullptr) return instance_id.empty() ? "" : std::string(instance_id) + "-" + std::to_string(index);
  if (is_reference(*id)) {
    findings.error(path, "Must be written out: an id from the environment cannot be watched or addressed");
    return "";
  }
  const std::string* text = as_text(id);
  const auto number = as_integer(*id);
  std::string result = text != nullptr ? *text : number ? std::to_string(*number) : "";
  if (text != nullptr && text->empty()) findings.error(path, "Must not be empty");
  if (result.starts_with("__")) findings.error(path, "Ids that begin with '__' are drasi-server's own");
  return result;
}

std::vector<std::string> check_library_ids(const Json& instances, std::string_view instance_id, Findings& findings) {
  std::vector<std::string> ids;
  std::map<std::string, std::size_t> taken;
  for (std::size_t index = 0; index < instances.size(); ++index) {
    ids.push_back(library_id(instances[index], index, instance_id, findings));
    if (ids.back().empty()) continue;
    const auto [first, added] = taken.emplace(ids.back(), index);
    if (!added) {
      findings.error(child(child("/instances", index), "id"),
                     "'" + ids.back() + "' is also the id of /instances/" + std::to_string(first->second));
    }
  }
  return ids;
}

bool says_something(const Json& value) {
  return value.is_structured() ? !value.empty() : !(value.is_boolean() && !value.get<bool>());
}

void check_instances(const Json& document, const Json& instances, std::string_view instance_id, Findings& findings) {
  const std::vector<std::string> ids = check_library_ids(instances, instance_id, findings);
  const Json* shared_store = nullptr;
  for (std::size_t index = 0; index < instances.size(); ++index) {
    const std::string path = child("/instances", index);
    if (!check_object(instances[index], path, "an object", findings)) continue;
    check_no_unknown(instances[index], schema::library(), path, "an entry of 'instances'", findings);
    check_fields(instances[index], schema::library(), path, Resolver::Server, findings);
    std::vector<std::string> library_ids;
    if (!ids[index].empty()) library_ids.push_back(ids[index]);
    check_library(instances[index], path, library_ids, true, findings);
    const Json* store = member(instances[index], "secretStore");
    if (store == nullptr || !store->is_object()) continue;
    if (shared_store != nullptr && *shared_store != *store) {
      findings.error(child(path, "secretStore"), "All instances must name the same secret store: drasi-server has one");
    }
    shared_store = store;
  }
  for (const auto& [key, value] : document.items()) {
    if (std::ranges::find(schema::library_keys(), key) == schema::library_keys().end() || !says_something(value))
      continue;
    findings.warning(child("", key),
                     "Is ignored, because 'instances' is not empty; move it into an entry of 'instances'");
  }
}

void check_top(const Json& document, Findings& findings) {
  for (const auto& [key, value] : document.items()) {
    if (schema::find(schema::server(), key) != nullptr) continue;
    if (key == "serverConfiguration" && value.is_object()) {
      for (const auto& [inner, unused] : value.items()) {
        const bool setting = schema::find(schema::server(), inner) != nullptr;
        findings.error(
            child("/serverConfiguration", inner),
            setting ? "Says something else than /" + inner + "; give one of them"
                    : "'" + inner + "' is no server setting" + suggestion(inner, schema::names(schema::server())));
      }
      continue;
    }
    findings.error(child("", key), "'" + key +
                                       "' is not a field of a drasi-server configuration, and drasi-server refuses it" +
                                       suggestion(key, schema::names(schema::server())));
  }
  check_fields(document, schema::server(), "", Resolver::Server, findings);
  check_host(document, findings);
  check_log_level(document, findings);
  if (const Json* plugins = member(document, "plugins")) check_plugins(*plugins, findings);
  if (const Json* identities = member(document, "trustedIdentities")) check_trusted_identities(*identities, findings);
}

}  // namespace

std::vector<Finding> validate(const Json& document, std::string_view instance_id) {
  Findings findings;
  if (!document.is_object()) {
    findings.error("", "A configuration is an object with fields such as 'sources', 'queries' and 'reactions'");
    return std::move(findings).in_document_order(document);
  }
  check_top(document, findings);
  const Json* instances = member(document, "instances");
  const bool several = instances != nullptr && instances->is_array() && !instances->empty();
  std::vector<std::string> ids;
  if (!instance_id.empty()) ids.emplace_back(instance_id);
  if (const std::string* id = text_member(document, "id"); id != nullptr && !id->empty() && !is_reference(Json(*id))) {
    ids.push_back(*id);
  }
  check_library(document, "", ids, !several, findings);
  if (several) check_instances(document, *instances, instance_id, findings);
  check_ports(document, findings);
  return std::move(findings).in_document_order(document);
}

Status require_valid(const Json& document, std::string_view instance_id) {
  std::vector<Fault> faults;
  for (Finding& finding : validate(document, instance_id)) {
    if (finding.severity == Finding::Severity::Error)
      faults.push_back({std::move(finding.path), std::move(finding.message)});
  }
  if (faults.empty()) return {};
  std::string message = "The configuration is not valid: " + faults.front().path + ": " + faults.front().message;
  if (faults.size() > 1) message += " (and " + std::to_string(faults.size() - 1) + " more)";
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(faults));
}

}  // namespace draas::drasi
