#pragma once
// The tables, how older files become newer ones, and whether a file is sound.
//
//   documents        one row per document; `indexes` is the column form of its index entries (index_column.hpp)
//   document_indexes one row per document and index entry, to find documents by
//   meta             schema_version, store_id, commit_sequence (the version of the newest commit)

#include <filesystem>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "stores/sqlite/connection.hpp"

namespace draas::stores {

// One step from version - 1 to version. Runs inside a transaction that also records the new version.
struct Migration {
  int version;
  Status (*apply)(Connection& connection);
};

// In order, from 1. The last one is the newest schema this program knows.
std::span<const Migration> known_migrations();

// 0 for an empty file. Unprocessable for an SQLite file that is not ours.
Result<int> schema_version(Connection& connection);

// Takes the file to the newest version of `migrations`, one transaction per step. Conflict, naming both versions, when
// the file is newer than that.
Status migrate(Connection& connection, std::span<const Migration> migrations);

enum class IntegrityCheck {
  Off,
  Quick,  // structure of every page: reads the whole file
  Full,   // and that every index agrees with its table
};

// DataLoss, by way of damaged(), when the file is not sound.
Status check_integrity(Connection& connection, IntegrityCheck check, const std::filesystem::path& path);

// DataLoss that names the file and the ways out.
Error damaged(const std::filesystem::path& path, std::string_view finding);

// `error` as the one who opens `path` should see it: damage by way of damaged(), the rest with the path in front.
Error opening(const std::filesystem::path& path, Error error);

}  // namespace draas::stores
