#pragma once
// The configuration of instances: every change becomes a revision with who, when and what, and is reported once.
// Control loop only.

#include "core/control_plane.hpp"
#include "core/instances/ledger.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {

class ConfigurationService {
 public:
  ConfigurationService(Ledger& ledger, Supervisor& supervisor, net::WorkerPool& store_readers);

  // Computes the next document from the current one, under the record lock. Its faults are the caller's to report.
  using Edit = std::function<Result<Json>(const Json& current)>;

  net::Task<Result<ConfigurationResult>> change(EntryPtr entry, Edit edit, std::string change_type,
                                                std::string description, std::optional<std::string> if_match,
                                                Actor actor, std::optional<HeldRevision> hold = std::nullopt);
  net::Task<Result<ConfigurationResult>> rollback(EntryPtr entry, std::uint64_t revision,
                                                  std::optional<std::string> if_match, Actor actor, RollbackReason why);
  net::Task<Result<std::vector<Revision>>> revisions(EntryPtr entry, std::size_t limit, std::uint64_t before);
  net::Task<Result<Revision>> revision(EntryPtr entry, std::uint64_t number);

 private:
  Ledger& ledger_;
  Supervisor& supervisor_;
  net::WorkerPool& readers_;
};

}  // namespace draas::core
