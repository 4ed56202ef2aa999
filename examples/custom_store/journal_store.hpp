#pragma once
// A store of our own: all documents in memory, every commit one line of an append-only journal that is synced before
// the commit is acknowledged. On opening the journal is read again; a last line that a crash cut short is dropped.

#include <filesystem>
#include <memory>

#include "core/store/store.hpp"

draas::Result<std::unique_ptr<draas::core::Store>> open_journal_store(const std::filesystem::path& journal);
