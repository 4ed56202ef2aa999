#pragma once
// The index entries of a document as one column: "4:name5:value..." (length, colon, bytes), so that any byte may
// appear in a name or a value and the order given is the order returned.

#include <string>
#include <string_view>
#include <vector>

#include "core/store/store.hpp"

namespace draas::stores {

std::string encode_indexes(const std::vector<core::IndexEntry>& entries);

// DataLoss when `column` was not written by encode_indexes().
Result<std::vector<core::IndexEntry>> decode_indexes(std::string_view column);

}  // namespace draas::stores
