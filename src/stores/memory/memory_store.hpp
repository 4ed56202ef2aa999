#pragma once
// A store that forgets: for tests and for trying things out. Thread-safe; acknowledges from a thread of its own, as a
// durable store does.

#include <memory>

#include "core/store/store.hpp"

namespace draas::stores {

std::unique_ptr<core::Store> make_memory_store();

}  // namespace draas::stores
