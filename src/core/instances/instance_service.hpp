#pragma once
// Creates, changes and lists instances, and takes status reports. Control loop only, unless marked.

#include "core/control_plane.hpp"
#include "core/instances/ledger.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {

// A create request whose document has been checked; the part that needs no control loop.
struct CheckedCreate {
  CreateRequest request;
  Json configuration;  // API form, valid; null when the request brought none
  std::vector<std::string> warnings;
  std::string fingerprint;  // of the request, for its idempotency key
};

// [any thread] Names, id, document and settings: every fault at once.
Result<CheckedCreate> check_create(CreateRequest request);

class InstanceService {
 public:
  InstanceService(Ledger& ledger, Supervisor& supervisor, TrafficDirector& traffic, const ControlPlaneOptions& options);

  Status load_template();  // blocks; at start-up

  net::Task<Result<Created>> create(CheckedCreate checked, Actor actor);
  net::Task<Result<InstanceViewPtr>> update(EntryPtr entry, InstanceChange change, std::optional<std::string> if_match,
                                            Actor actor);
  net::Task<std::vector<Status>> report(std::vector<StatusReport> reports);

 private:
  Result<Created> replay(const std::string& key, const std::string& fingerprint) const;
  Result<Json> base_configuration(const CheckedCreate& checked, const std::string& id, const std::string& host) const;

  // Changes the instance's front port as wished; fills `opened` when another one is to be served.
  Status change_front_port(const FrontPortWish& wish, Change& change, FrontPort& opened);

  Ledger& ledger_;
  Supervisor& supervisor_;
  TrafficDirector& traffic_;
  const ControlPlaneOptions& options_;
  std::string template_text_;
  std::map<std::string, bool> creating_keys_;  // idempotency keys of creates under way
};

}  // namespace draas::core
