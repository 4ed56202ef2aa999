#pragma once
// One state of an instance's configuration, with who, when and what. Never changed once written.

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::core {

// Document of collection "revisions"; id "<instance id>/<number, 10 digits>", index instance=<id>.
struct Revision {
  std::string instance_id;
  std::uint64_t number = 0;  // 1, 2, 3 ... without gaps
  WallTime created_at;
  std::string author;       // who: the key's or user's name, "anonymous" without authentication
  std::string change_type;  // Created, PatchApplied, Replaced, ServerSettingsChanged, RolledBack, Purged
  std::string description;  // what: e.g. "replace /queries/0/queryText", "rolled back to 3"
  std::shared_ptr<const std::string> configuration;  // API form, serialised
};

std::string revision_document_id(std::string_view instance_id, std::uint64_t number);
std::string to_document(const Revision& revision);
Result<Revision> revision_from_document(std::string_view body);
// For lists: everything but the configuration.
Json summary_json(const Revision& revision);
// Summary plus `configuration`.
Json to_json(const Revision& revision);

}  // namespace draas::core
