#pragma once
// A store used from a thread that may block: at start-up, before the loops have work, or on a worker pool.

#include <functional>
#include <string_view>

#include "core/store/store.hpp"

namespace draas::core {

// Calls `visit` with every document of a collection, in id order, until it fails.
Status for_each_document(Store& store, std::string_view collection,
                         const std::function<Status(const Document&)>& visit);

// Commits and waits until it is durable.
Status commit_now(Store& store, Batch batch);

}  // namespace draas::core
