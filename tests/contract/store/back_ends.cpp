#include "contract/store/back_ends.hpp"

#include <algorithm>
#include <stdexcept>

#include "stores/memory/memory_store.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::tests {
namespace {

using Opened = Result<std::unique_ptr<core::Store>>;

Opened open_memory(const std::filesystem::path&) { return stores::make_memory_store(); }

Opened open_sqlite(const std::filesystem::path& directory) {
  return stores::open_sqlite_store({.path = directory / "store.db"});
}

}  // namespace

const std::vector<BackEnd>& back_ends() {
  static const std::vector<BackEnd> all{
      {"memory", false, open_memory},
      {"sqlite", true, open_sqlite},
  };
  return all;
}

std::vector<BackEnd> durable_back_ends() {
  std::vector<BackEnd> durable;
  std::copy_if(back_ends().begin(), back_ends().end(), std::back_inserter(durable),
               [](const BackEnd& back_end) { return back_end.durable; });
  return durable;
}

const BackEnd& back_end_named(const std::string& name) {
  for (const BackEnd& back_end : back_ends()) {
    if (back_end.name == name) return back_end;
  }
  throw std::invalid_argument("no back end " + name);
}

}  // namespace draas::tests
