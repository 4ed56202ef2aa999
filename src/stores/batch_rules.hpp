#pragma once
// The limits every back end holds, so that a batch accepted by one is accepted by all.

#include <cstddef>

#include "base/error.hpp"
#include "core/store/store.hpp"

namespace draas::stores {

inline constexpr std::size_t kMaxNameBytes = 1024;  // collection, id, index name, index value
inline constexpr std::size_t kMaxIndexesPerDocument = 64;
inline constexpr std::size_t kMaxBodyBytes = 64U << 20U;
inline constexpr std::size_t kMaxBatchBytes = 256U << 20U;

// What a batch weighs in memory and, near enough, in the file.
std::size_t size_of(const core::Batch& batch);

// InvalidArgument for an empty or over-long name, PayloadTooLarge for a body or batch beyond the limits.
Status check(const core::Batch& batch);

// The error of an expected version that does not hold; names the document.
Error stale(const core::Write& write, core::Version found);

}  // namespace draas::stores
