#include "cli/instance_change.hpp"

#include <algorithm>
#include <set>

#include "base/size.hpp"
#include "base/yaml.hpp"
#include "cli/json_order.hpp"
#include "cli/masking.hpp"
#include "cli/text_diff.hpp"
#include "drasi/configuration.hpp"
#include "net/text.hpp"

namespace draas::cli {
namespace {

using client::InstanceDocument;

std::string text_of(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(std::string(key)) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Do values differ that are the same once masked?
bool secrets_differ(const Json& from, const Json& to) {
  const Json masked_from = Masker().mask(from);
  const Json masked_to = Masker().mask(to);
  for (const Json& operation : diff_json(from, to)) {
    const Json::json_pointer path(text_of(operation, "path"));
    if (!masked_from.contains(path) || !masked_to.contains(path)) continue;
    if (masked_from[path] == masked_to[path]) return true;
  }
  return false;
}

// As it would be stored: what the document leaves to the control plane is as it is there.
Json wanted_configuration(const Json& document, const Json& stored) {
  Json wanted = drasi::normalise(document);
  if (!wanted.is_object() || !stored.is_object()) return wanted;
  for (const char* key : {"host", "port", "logLevel"}) {
    if (!wanted.contains(key) && stored.contains(key)) wanted[key] = stored[key];
  }
  return ordered_as(wanted, stored);
}

Json wanted_limits(const Json& limits) {
  if (!limits.is_object()) return limits;
  Json out = Json::object();
  for (const auto& [key, value] : limits.items()) {
    Json number = value;
    if (value.is_string()) {
      if (const auto bytes = parse_size(value.get<std::string>())) number = *bytes;
    }
    if (number != Json(0)) out[key == "memory" ? "memoryBytes" : key] = std::move(number);
  }
  return out;
}

std::string platform_name(const std::string& name) {
  const bool kubernetes = net::equals_ignoring_case(name, "kubernetes") || net::equals_ignoring_case(name, "k8s");
  return kubernetes ? "AKS" : name;
}

// What a label list of ours names.
std::set<std::string> names_in(const std::string& list) {
  std::set<std::string> names;
  for (std::string_view rest = list; !rest.empty();) {
    if (const auto name = net::next_list_item(rest); !name.empty()) names.emplace(name);
  }
  return names;
}

std::string joined_names(const Json& labels) {
  std::string all;
  if (!labels.is_object()) return all;
  for (const auto& [name, value] : labels.items()) all += (all.empty() ? "" : ",") + name;
  return all;
}

void compare_labels(const Json& wanted, const Json& current, Ownership ownership, InstanceChange& change) {
  const Json labels = wanted.is_object() ? wanted : Json::object();
  const Json there = current.is_object() ? current : Json::object();
  Json update = Json::object();
  for (const auto& [name, value] : labels.items()) {
    const bool met = value.is_null() ? !there.contains(name) : there.contains(name) && there[name] == value;
    if (met) continue;
    update[name] = value;
    change.fields.push_back("labels." + name);
  }
  if (ownership == Ownership::Leave) {
    if (!update.empty()) change.body["metadata"] = std::move(update);
    return;
  }
  for (const std::string& name : names_in(text_of(there, kLabelsLabel))) {
    if (labels.contains(name) || !there.contains(name)) continue;
    update[name] = nullptr;
    change.fields.push_back("labels." + name);
  }
  // The mark alone is a change, too: from now on apply sees to the instance.
  if (text_of(there, client::kSourceLabel) != kApplySource) {
    update[std::string(client::kSourceLabel)] = kApplySource;
    change.fields.emplace_back("owner");
  }
  const std::string list = joined_names(labels);
  if (text_of(there, kLabelsLabel) != list) update[std::string(kLabelsLabel)] = list.empty() ? Json() : Json(list);
  if (!update.empty()) change.body["metadata"] = std::move(update);
}

// Nothing, or as good as nothing.
bool is_unset(const Json& value) {
  return value.is_null() || value == Json("") || (value.is_object() && value.empty());
}

Json value_at(const Json& object, const char* key) { return object.contains(key) ? object[key] : Json(); }

bool is_met(const char* key, const Json& wanted, const Json& there) {
  if (is_unset(wanted)) return is_unset(there);
  if (key == std::string_view("limits")) {
    return json_equal(wanted_limits(wanted), there.is_null() ? Json::object() : there);
  }
  if (key == std::string_view("frontPort") && wanted == Json("auto")) return there.is_number();
  return json_equal(wanted, there);
}

void compare_fields(const Json& wanted, const Json& current, InstanceChange& change) {
  for (const char* key :
       {"name", "description", "restartPolicy", "desiredState", "platformOptions", "limits", "frontPort"}) {
    if (!wanted.contains(key)) continue;
    if (is_met(key, wanted[key], value_at(current, key))) continue;
    change.body[key] = wanted[key];
    change.fields.emplace_back(key);
  }
}

// What `before` has and the whole document `wanted` has not is to be as if it had never been said.
void reset_what_is_gone(const InstanceDocument& before, InstanceDocument& wanted) {
  for (const char* key : {"description", "restartPolicy", "limits", "frontPort", "platformOptions"}) {
    if (before.instance.contains(key) && !wanted.instance.contains(key)) wanted.instance[key] = Json();
  }
  if (before.policy.is_object() && wanted.policy.is_null()) wanted.policy = Json::object();
  if (!before.instance.contains("metadata")) return;
  for (const auto& [name, value] : before.instance["metadata"].items()) {
    if (!wanted.instance.contains("metadata") || !wanted.instance["metadata"].contains(name)) {
      wanted.instance["metadata"][name] = Json();
    }
  }
}

// As it looks in a document, with everything in it.
Json whole(const Json& instance, const Json& configuration, const Json& policy) {
  return client::to_instance_document(instance, configuration, policy);
}

Result<InstanceChange> new_instance(const InstanceDocument& document) {
  InstanceChange change;
  change.id = document.id;
  change.create = true;
  change.body = without_nulls(document.instance);
  if (!change.body.contains("name")) change.body["name"] = document.id;
  if (!change.body.contains("desiredState")) change.body["desiredState"] = "Running";
  const std::string labels = change.body.contains("metadata") ? joined_names(change.body["metadata"]) : "";
  change.body["metadata"][std::string(client::kSourceLabel)] = kApplySource;
  if (!labels.empty()) change.body["metadata"][std::string(kLabelsLabel)] = labels;
  if (document.policy.is_object() && !document.policy.empty()) change.policy = document.policy;
  const bool configured = change.body.contains("configuration");
  change.after = Masker().mask(
      whole(change.body, configured ? drasi::normalise(change.body["configuration"]) : Json(), document.policy));
  client::insist_on_port(change.body);
  change.fields.emplace_back("created");
  return change;
}

}  // namespace

Json without_nulls(Json instance) {
  std::vector<std::string> gone;
  for (const auto& [key, value] : instance.items()) {
    if (value.is_null()) gone.push_back(key);
  }
  for (const std::string& key : gone) instance.erase(key);
  return instance;
}

Result<InstanceChange> compare(const InstanceDocument& document, const CurrentInstance& current, Ownership ownership) {
  if (!current.instance.is_object()) return new_instance(document);
  const Json& wanted = document.instance;
  const Json metadata = current.instance.contains("metadata") ? current.instance["metadata"] : Json::object();
  const std::string owner = text_of(metadata, client::kSourceLabel);
  if (ownership == Ownership::Take && !owner.empty() && owner != kApplySource) {
    return fail(ErrorCode::Conflict, "Instance '" + document.id + "' belongs to source '" + owner +
                                         "' of a reconciler; change its file there");
  }
  const std::string platform = platform_name(text_of(wanted, "platformType"));
  if (!platform.empty() && !net::equals_ignoring_case(platform, text_of(current.instance, "platformType"))) {
    return fail(ErrorCode::InvalidArgument, document.place("/spec/platformType") + ": platformType: instance '" +
                                                document.id + "' runs on " + text_of(current.instance, "platformType") +
                                                "; `draas restart " + document.id + " --platform " + platform +
                                                "` moves it");
  }
  InstanceChange change;
  change.id = document.id;
  change.body = Json::object();
  compare_fields(wanted, current.instance, change);
  compare_labels(wanted.contains("metadata") ? wanted["metadata"] : Json(), metadata, ownership, change);
  Json configuration = current.configuration;
  if (wanted.contains("configuration")) {
    configuration = wanted_configuration(wanted["configuration"], current.configuration);
    if (!json_equal(configuration, current.configuration)) {
      change.configuration = wanted["configuration"];
      change.configuration_etag = current.configuration_etag;
      change.fields.emplace_back("configuration");
    }
  }
  const Json own = current.policy.is_object() ? current.policy : Json::object();
  if (document.policy.is_object() && !json_equal(document.policy, own)) {
    change.policy = document.policy;
    change.policy_etag = current.policy_etag;
    change.fields.emplace_back("reconciliation");
  }
  const Json before = whole(current.instance, current.configuration, own);
  const Json after = ordered_as(
      whole(apply_merge_patch(current.instance, change.body), configuration, change.policy ? *change.policy : own),
      before);
  change.hidden = secrets_differ(before, after);
  change.before = Masker().mask(before);
  change.after = Masker().mask(after);
  if (change.body.empty()) change.body = Json();
  return change;
}

Json to_document(const CurrentInstance& current) {
  return whole(current.instance, current.configuration, current.policy);
}

Result<InstanceChange> compare_whole(InstanceDocument document, const InstanceDocument& before,
                                     const CurrentInstance& current) {
  if (!document.instance.contains("configuration")) {
    return fail(ErrorCode::InvalidArgument,
                document.place("/spec") + ": spec.configuration cannot be removed; leave it as it is");
  }
  reset_what_is_gone(before, document);
  return compare(document, current, Ownership::Leave);
}

std::string diff_text(const InstanceChange& change) {
  if (change.empty()) return {};
  const std::string before = change.before.is_null() ? "" : to_yaml(change.before);
  std::string text = unified_diff(before, to_yaml(change.after), change.create ? "/dev/null" : "live/" + change.id,
                                  "file/" + change.id);
  if (text.empty()) {
    text = "--- live/" + change.id + "\n+++ file/" + change.id + "\n";
    if (!change.hidden) text += "(no longer left to others: apply sees to it from now on)\n";
  }
  if (change.hidden) text += "(the values of secrets differ; they are not shown)\n";
  return text;
}

}  // namespace draas::cli
