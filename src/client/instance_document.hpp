#pragma once
// Instances as files have them: what `draas apply` and the reconciler's desired state from files read. A YAML (or JSON)
// document is one of
//   a DRaaS document                {apiVersion: draas/v1, kind: Instance, metadata, spec}; docs/schemas/instance.json
//   a configuration of drasi-server  as drasi-server itself reads it
//   an instance as the REST API takes it  {id, name, ..., configuration}
//
// Pure and thread-safe.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/yaml.hpp"

namespace draas::client {

inline constexpr std::string_view kDocumentApiVersion = "draas/v1";
inline constexpr std::string_view kDocumentKind = "Instance";

// Labels that those who apply documents set: whose instance it is, and who nobody else takes it from.
inline constexpr std::string_view kSourceLabel = "draas.source";

struct InstanceDocument {
  std::string file;        // for people; "-" = standard input
  std::size_t number = 1;  // of the document in the file, from 1
  std::string id;
  Json instance;                   // as POST and PATCH of instances take it, with `id`; null resets a field
  Json policy;                     // own reconciliation policy; null = the document says nothing, {} = the fleet's
  std::string configuration_path;  // JSON pointer to the configuration in the document
  std::vector<YamlMark> marks;     // of the whole document

  // "orders.yaml:7", of the value at this JSON pointer of the document, or of the nearest that is there.
  std::string place(std::string_view path) const;
};

// All documents of one file, empty ones left out. `id` is for a configuration of drasi-server, which names itself only
// sometimes: "" = its own literal id, else the file's name without extension. InvalidArgument names file, line,
// document and field of every fault.
Result<std::vector<InstanceDocument>> read_instance_documents(const std::string& file, std::string_view text,
                                                              const std::string& id = {});

// A port that the document names is the port, or the create fails: with another one the document and the instance would
// differ for ever. `instance` is the body of the create.
void insist_on_port(Json& instance);

// The same instance as a DRaaS document. `configuration` and `policy` may be null.
Json to_instance_document(const Json& instance, const Json& configuration, const Json& policy);

}  // namespace draas::client
