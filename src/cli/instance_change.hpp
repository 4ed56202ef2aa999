#pragma once
// What has to be done so that an instance is as its document says. Pure functions of values.

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "client/instance_document.hpp"

namespace draas::cli {

// Marks instances that `draas apply` made; only these does it prune.
inline constexpr std::string_view kApplySource = "draas/apply";
// Names of the labels that the document had when it was applied last, so that one that is gone from it can be removed.
inline constexpr std::string_view kLabelsLabel = "draas.labels";

// An instance as the control plane has it; all null when there is none.
struct CurrentInstance {
  Json instance;
  Json configuration;
  std::string configuration_etag;
  Json policy;  // its own
  std::string policy_etag;
};

struct InstanceChange {
  std::string id;
  bool create = false;
  Json body;                          // to POST when it is to be created, else merge patch of the instance; may be null
  std::optional<Json> configuration;  // to PUT
  std::string configuration_etag;
  std::optional<Json> policy;  // to PUT
  std::string policy_etag;
  std::vector<std::string> fields;  // what changes, for people: "configuration", "labels.team"
  Json before;  // both as DRaaS documents with secrets masked, for diffs; `before` is null for a new one
  Json after;
  bool hidden = false;  // secrets differ, whose values are not shown

  bool empty() const { return !create && fields.empty(); }
};

// Whose the instance is from now on.
enum class Ownership {
  Take,   // apply's; one that belongs to somebody else is refused
  Leave,  // as it was: changed by hand
};

// What the document leaves out stays, what is null in it is reset. Conflict when the instance belongs to somebody else;
// InvalidArgument for what cannot be changed.
Result<InstanceChange> compare(const client::InstanceDocument& document, const CurrentInstance& current,
                               Ownership ownership = Ownership::Take);

// The change from `before` to a document that was edited as a whole: what is gone from it is reset.
Result<InstanceChange> compare_whole(client::InstanceDocument document, const client::InstanceDocument& before,
                                     const CurrentInstance& current);

// Without the fields that are null: a new instance has nothing to reset.
Json without_nulls(Json instance);

// The instance as a DRaaS document, as an editor shows it.
Json to_document(const CurrentInstance& current);

// As `draas diff` shows it; "" when nothing changes.
std::string diff_text(const InstanceChange& change);

}  // namespace draas::cli
