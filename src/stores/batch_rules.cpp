#include "stores/batch_rules.hpp"

#include <string>

namespace draas::stores {
namespace {

// Row headers, page slack and the like; keeps many tiny writes from weighing nothing.
constexpr std::size_t kOverheadPerWrite = 64;

std::string name_of(const core::Write& write) { return "document '" + write.collection + "/" + write.id + "'"; }

Status check_name(std::string_view what, const std::string& name, bool may_be_empty) {
  if (name.empty() && !may_be_empty) {
    return fail(ErrorCode::InvalidArgument, std::string(what) + " must not be empty");
  }
  if (name.size() > kMaxNameBytes) {
    return fail(ErrorCode::InvalidArgument, std::string(what) + " is " + std::to_string(name.size()) +
                                                " bytes long; at most " + std::to_string(kMaxNameBytes) +
                                                " are allowed");
  }
  return {};
}

Status check_write(const core::Write& write) {
  if (Status ok = check_name("A collection name", write.collection, false); !ok) return ok;
  if (Status ok = check_name("A document id", write.id, false); !ok) return ok;
  if (write.body.size() > kMaxBodyBytes) {
    return fail(ErrorCode::PayloadTooLarge, name_of(write) + " has a body of " + std::to_string(write.body.size()) +
                                                " bytes; at most " + std::to_string(kMaxBodyBytes) + " are allowed");
  }
  if (write.indexes.size() > kMaxIndexesPerDocument) {
    return fail(ErrorCode::InvalidArgument, name_of(write) + " has " + std::to_string(write.indexes.size()) +
                                                " index entries; at most " + std::to_string(kMaxIndexesPerDocument) +
                                                " are allowed");
  }
  for (const core::IndexEntry& entry : write.indexes) {
    if (Status ok = check_name("An index name", entry.name, false); !ok) return ok;
    if (Status ok = check_name("An index value", entry.value, true); !ok) return ok;
  }
  return {};
}

}  // namespace

std::size_t size_of(const core::Batch& batch) {
  std::size_t bytes = 0;
  for (const core::Write& write : batch.writes) {
    bytes += kOverheadPerWrite + write.collection.size() + write.id.size() + write.body.size();
    for (const core::IndexEntry& entry : write.indexes) {
      bytes += kOverheadPerWrite + entry.name.size() + entry.value.size();
    }
  }
  return bytes;
}

Status check(const core::Batch& batch) {
  for (const core::Write& write : batch.writes) {
    if (Status ok = check_write(write); !ok) return ok;
  }
  if (const std::size_t bytes = size_of(batch); bytes > kMaxBatchBytes) {
    return fail(ErrorCode::PayloadTooLarge, "A batch of " + std::to_string(bytes) + " bytes is too large; at most " +
                                                std::to_string(kMaxBatchBytes) + " are allowed");
  }
  return {};
}

Error stale(const core::Write& write, core::Version found) {
  Error error;
  error.code = ErrorCode::PreconditionFailed;
  error.message = name_of(write);
  if (found == core::kAbsent) {
    error.message += " does not exist";
  } else if (write.expected == core::kAbsent) {
    error.message += " exists already, at version " + std::to_string(found);
  } else {
    error.message += " is at version " + std::to_string(found);
  }
  if (write.expected && *write.expected != core::kAbsent) {
    error.message += "; the change was based on version " + std::to_string(*write.expected);
  }
  return error;
}

}  // namespace draas::stores
