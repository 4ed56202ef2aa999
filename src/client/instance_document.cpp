#include "client/instance_document.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/json_reader.hpp"
#include "base/size.hpp"
#include "core/model/instance.hpp"

namespace draas::client {
namespace {

constexpr std::array<std::string_view, 5> kCopied{"platformType", "description", "desiredState", "restartPolicy",
                                                  "frontPort"};

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "/spec/limits/cpuCores" -> "spec.limits.cpuCores"
std::string field_name(std::string_view path) {
  std::string name(path.substr(path.starts_with('/') ? 1 : 0));
  std::replace(name.begin(), name.end(), '/', '.');
  for (std::size_t at = 0; (at = name.find("~1", at)) != std::string::npos; ++at) name.replace(at, 2, "/");
  return name;
}

// Null brings these back to their defaults.
constexpr std::array<std::string_view, 6> kResettable{"description", "restartPolicy",   "limits",
                                                      "frontPort",   "platformOptions", "reconciliation"};

// An absent value is left out.
void refuse_nulls(const Json& object, JsonReader& reader) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_null()) reader.add_fault(key, "is empty; leave it out");
  }
}

void refuse_nulls_of_spec(const Json& object, JsonReader& reader) {
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null() || std::ranges::find(kResettable, key) != kResettable.end()) continue;
    reader.add_fault(key, "is empty; leave it out");
  }
}

// One of `names`, spelled exactly so.
void read_word(JsonReader& reader, std::string_view key, std::initializer_list<std::string_view> names) {
  const auto word = reader.optional_string(key);
  if (!word || std::find(names.begin(), names.end(), *word) != names.end()) return;
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  reader.add_fault(key, "must be one of " + all);
}

void read_limits(JsonReader& spec) {
  const Json* value = spec.optional_object("limits");
  if (value == nullptr) return;
  JsonReader limits(*value);
  refuse_nulls(*value, limits);
  limits.optional_number("cpuCores", 0, 1024);
  if (const Json* memory = limits.optional_any("memoryBytes")) {
    const bool good = memory->is_number_unsigned() || (memory->is_string() && parse_size(memory->get<std::string>()));
    if (!good) limits.add_fault("memoryBytes", "must be a number of bytes, or text such as \"512Mi\"");
  }
  limits.optional_integer("openFiles", 0, 1 << 30);
  limits.reject_unknown();
  spec.add_faults("limits", limits.faults());
}

void read_front_port(JsonReader& spec) {
  const Json* port = spec.optional_any("frontPort");
  if (port == nullptr) return;
  const bool number = port->is_number_integer() && *port >= 1 && *port <= 65535;
  if (!number && *port != Json("auto")) spec.add_fault("frontPort", "must be a port, 1 to 65535, or \"auto\"");
}

// What is inside is for the control plane to judge; names and types are for the eye.
void read_policy(JsonReader& spec) {
  const Json* value = spec.optional_object("reconciliation");
  if (value == nullptr) return;
  JsonReader policy(*value);
  refuse_nulls(*value, policy);
  for (const char* key : {"strategy", "pauseReason", "retryDelay", "timeout", "fallback", "approvalExpiry"}) {
    policy.optional_string(key);
  }
  for (const char* key :
       {"paused", "autoReconcile", "reconcileErrorInstances", "reconcileStoppedInstances", "autoRollback"}) {
    policy.optional_boolean(key);
  }
  policy.optional_object("parameters");
  policy.optional_integer("maxRetries", 0, 100);
  policy.optional_array("windows");
  policy.reject_unknown();
  spec.add_faults("reconciliation", policy.faults());
}

void read_labels(JsonReader& metadata, Json& instance) {
  const auto labels = metadata.optional_string_map("labels");
  if (!labels) return;
  Json object = Json::object();
  for (const auto& [name, value] : *labels) object[name] = value;
  instance["metadata"] = std::move(object);
}

void read_metadata(JsonReader& whole, InstanceDocument& out) {
  const Json* value = whole.optional_object("metadata");
  if (value == nullptr) {
    whole.add_fault("metadata", "missing; it names the instance: {name: orders}");
    return;
  }
  JsonReader metadata(*value);
  refuse_nulls(*value, metadata);
  const std::string name = metadata.required_string("name");
  if (name.empty() && metadata.faults().empty()) metadata.add_fault("name", "must not be empty");
  out.id = metadata.optional_string("id").value_or(name);
  const bool own_id = value->contains("id");
  if (metadata.faults().empty() && !core::check_instance_id(out.id)) {
    metadata.add_fault(own_id ? "id" : "name",
                       own_id ? "must be letters, digits, '-', '_' or '.', beginning with a letter or digit"
                              : "cannot be the id as well (letters, digits, '-', '_', '.'); give an id beside it");
  }
  out.instance["id"] = out.id;
  out.instance["name"] = name;
  read_labels(metadata, out.instance);
  metadata.reject_unknown();
  whole.add_faults("metadata", metadata.faults());
}

void read_spec(JsonReader& whole, InstanceDocument& out) {
  const Json* value = whole.optional_object("spec");
  if (value == nullptr) {
    whole.add_fault("spec", "missing; it says what the instance is: {configuration: ...}");
    return;
  }
  JsonReader spec(*value);
  refuse_nulls_of_spec(*value, spec);
  if (const auto platform = spec.optional_string("platformType"); platform && platform->empty()) {
    spec.add_fault("platformType", "must not be empty");
  }
  spec.optional_string("description");
  read_word(spec, "desiredState", {"Running", "Stopped"});
  read_word(spec, "restartPolicy", {"Always", "OnFailure", "Never"});
  read_limits(spec);
  read_front_port(spec);
  read_policy(spec);
  spec.optional_object("platformOptions");
  spec.optional_object("configuration");
  spec.reject_unknown();
  for (const std::string_view key : kCopied) {
    if (const auto found = value->find(std::string(key)); found != value->end())
      out.instance[std::string(key)] = *found;
  }
  for (const char* key : {"limits", "platformOptions", "configuration"}) {
    if (value->contains(key)) out.instance[key] = (*value)[key];
  }
  if (const auto policy = value->find("reconciliation"); policy != value->end()) {
    out.policy = policy->is_null() ? Json::object() : *policy;
  }
  whole.add_faults("spec", spec.faults());
}

Status read_draas_document(const Json& document, InstanceDocument& out) {
  JsonReader whole(document);
  refuse_nulls(document, whole);
  const auto version = whole.optional_string("apiVersion");
  const auto kind = whole.optional_string("kind");
  if (whole.faults().empty()) {
    if (!version) whole.add_fault("apiVersion", "missing; must be " + std::string(kDocumentApiVersion));
    if (version && *version != kDocumentApiVersion) {
      whole.add_fault("apiVersion", "must be " + std::string(kDocumentApiVersion));
    }
    if (!kind) whole.add_fault("kind", "missing; must be " + std::string(kDocumentKind));
    if (kind && *kind != kDocumentKind) whole.add_fault("kind", "must be " + std::string(kDocumentKind));
  }
  read_metadata(whole, out);
  read_spec(whole, out);
  whole.reject_unknown();
  return whole.finish();
}

// Labels are texts; numbers and truth values stand for theirs.
Status texts_only(Json& instance) {
  const auto labels = instance.find("metadata");
  if (labels == instance.end()) return {};
  std::vector<Fault> faults;
  if (!labels->is_object()) faults.push_back({"/metadata", "must be an object of texts"});
  for (auto& [name, value] : labels->items()) {
    if (!labels->is_object() || value.is_string()) continue;
    if (value.is_structured() || value.is_null()) {
      faults.push_back({"/metadata/" + json_pointer_token(name), "must be text"});
    } else {
      value = to_text(value);
    }
  }
  if (!faults.empty()) return fail(ErrorCode::InvalidArgument, "metadata", std::move(faults));
  return {};
}

// A configuration, or an instance as the API takes it.
Status read_plain_document(Json document, const std::string& id, InstanceDocument& out) {
  const bool is_instance = document.contains("configuration");
  out.id = is_instance || id.empty() ? text_of(document, "id") : id;
  if (is_instance) {
    if (Status good = texts_only(document); !good) return good;
    out.instance = std::move(document);
    out.configuration_path = "/configuration";
  } else {
    out.instance["configuration"] = std::move(document);
  }
  if (out.id.empty() || out.id.find("${") != std::string::npos) {
    out.id = id.empty() ? std::filesystem::path(out.file == "-" ? "" : out.file).stem().string() : id;
  }
  if (out.id.empty()) {
    return fail(ErrorCode::InvalidArgument, "nothing names the instance; give it a name on the command line (--name)",
                {{"", "nothing names the instance; give it a name on the command line (--name)"}});
  }
  if (const Status good = core::check_instance_id(out.id); !good) {
    const std::string message = "'" + out.id + "' " + good.error().faults.front().message;
    return fail(ErrorCode::InvalidArgument, message, {{"/id", message}});
  }
  out.instance["id"] = out.id;
  return {};
}

// Says of every fault where it is: "orders.yaml:7 (document 2): spec.limits: not an object".
Error located(const InstanceDocument& document, std::size_t documents, Error error) {
  std::string message;
  for (Fault& fault : error.faults) {
    std::string text = document.place(fault.path);
    if (documents > 1) text += " (document " + std::to_string(document.number) + ")";
    text += ": " + (fault.path.empty() ? "" : field_name(fault.path) + ": ") + fault.message;
    if (!message.empty()) message += "\n";
    message += text;
  }
  if (!message.empty()) error.message = std::move(message);
  return error;
}

}  // namespace

std::string InstanceDocument::place(std::string_view path) const {
  std::string at(path);
  for (;;) {
    const auto found = std::ranges::find(marks, at, &YamlMark::path);
    if (found != marks.end()) return file + ":" + std::to_string(found->key_line > 0 ? found->key_line : found->line);
    if (at.empty()) return file;
    at.resize(at.rfind('/') == std::string::npos ? 0 : at.rfind('/'));
  }
}

Result<std::vector<InstanceDocument>> read_instance_documents(const std::string& file, std::string_view text,
                                                              const std::string& id) {
  auto parsed = parse_yaml_stream(text);
  if (!parsed) return std::unexpected(std::move(parsed.error()).with_context(file));
  std::vector<InstanceDocument> documents;
  Error faults{.code = ErrorCode::InvalidArgument};
  std::size_t number = 0;
  for (YamlDocument& document : *parsed) {
    ++number;
    if (document.value.is_null()) continue;
    InstanceDocument out;
    out.file = file;
    out.number = number;
    out.instance = Json::object();
    out.marks = std::move(document.marks);
    Status read;
    if (!document.value.is_object()) {
      read = fail(ErrorCode::InvalidArgument, "not an object", {{"", "a document must be an object"}});
    } else if (document.value.contains("kind") || text_of(document.value, "apiVersion").starts_with("draas/")) {
      out.configuration_path = "/spec/configuration";
      read = read_draas_document(document.value, out);
    } else {
      read = read_plain_document(std::move(document.value), id, out);
    }
    if (read) {
      documents.push_back(std::move(out));
      continue;
    }
    Error error = located(out, parsed->size(), std::move(read.error()));
    faults.message += (faults.message.empty() ? "" : "\n") + error.message;
    std::ranges::move(error.faults, std::back_inserter(faults.faults));
  }
  if (!faults.message.empty()) return std::unexpected(std::move(faults));
  return documents;
}

void insist_on_port(Json& instance) {
  const auto configuration = instance.find("configuration");
  if (configuration == instance.end() || !configuration->is_object()) return;
  const auto port = configuration->find("port");
  if (port == configuration->end() || !port->is_number_unsigned()) return;
  Json wanted = *port;  // a new member may move those that are there
  instance["serverConfiguration"]["port"] = std::move(wanted);
}

Json to_instance_document(const Json& instance, const Json& configuration, const Json& policy) {
  const std::string id = text_of(instance, "id");
  const std::string name = text_of(instance, "name");
  Json metadata = Json::object();
  metadata["name"] = name.empty() ? id : name;
  if (id != name) metadata["id"] = id;
  Json labels = Json::object();
  if (const auto all = instance.find("metadata"); all != instance.end() && all->is_object()) {
    for (const auto& [key, value] : all->items()) {
      if (!key.starts_with("draas.")) labels[key] = value;
    }
  }
  if (!labels.empty()) metadata["labels"] = std::move(labels);
  Json spec = Json::object();
  for (const std::string_view key : kCopied) {
    const auto found = instance.find(std::string(key));
    if (found == instance.end() || found->is_null() || *found == Json("")) continue;
    spec[std::string(key)] = *found;
  }
  for (const char* key : {"limits", "platformOptions"}) {
    if (instance.contains(key) && !instance[key].is_null()) spec[key] = instance[key];
  }
  if (policy.is_object() && !policy.empty()) spec["reconciliation"] = policy;
  if (configuration.is_object()) spec["configuration"] = configuration;
  Json document = Json::object();
  document["apiVersion"] = kDocumentApiVersion;
  document["kind"] = kDocumentKind;
  document["metadata"] = std::move(metadata);
  document["spec"] = std::move(spec);
  return document;
}

}  // namespace draas::client
