// ControlPlane: configurations and their revisions.

#include "core/configuration/document.hpp"
#include "core/control_plane_impl.hpp"

namespace draas::core {

net::Task<Result<ConfigurationResult>> ControlPlane::replace_configuration(std::string id, Json configuration,
                                                                           std::optional<std::string> if_match,
                                                                           Actor actor) {
  Json document = drasi::normalise(std::move(configuration));
  auto work = [impl = impl_.get(), document = std::move(document), if_match = std::move(if_match),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<ConfigurationResult>> {
    ConfigurationService::Edit edit = [document](const Json&) -> Result<Json> { return document; };
    std::string change_type = "Replaced";
    std::string description = "replaced as a whole";
    co_return co_await impl->configurations.change(entry, std::move(edit), std::move(change_type),
                                                   std::move(description), if_match, actor);
  };
  co_return co_await on_instance<Result<ConfigurationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::patch_configuration(std::string id, Json patch,
                                                                         std::optional<std::string> if_match,
                                                                         std::chrono::milliseconds wait, Actor actor) {
  auto work = [impl = impl_.get(), patch = std::move(patch), if_match = std::move(if_match), wait,
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<ConfigurationResult>> {
    ConfigurationService::Edit edit = [patch](const Json& current) { return patched_configuration(current, patch); };
    std::string description = describe_patch(patch);
    std::string change_type = "PatchApplied";
    Result<ConfigurationResult> result = co_await impl->configurations.change(
        entry, std::move(edit), std::move(change_type), std::move(description), if_match, actor);
    if (result && !result->converged && wait.count() > 0) {
      const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
      const std::uint64_t revision = result->revision;
      std::function<bool(const Entry&)> decided = [impl, revision](const Entry& now) {
        return now.removed || now.instance.revision != revision || impl->supervisor.converged(now, revision);
      };
      co_await impl->ledger.wait_until(entry, std::move(decided), deadline);
      result->converged = !entry->removed && impl->supervisor.converged(*entry, revision);
      const auto& held = entry->runtime.held;
      if (held && held->revision == revision) {
        result->warnings.push_back("Revision " + std::to_string(revision) +
                                   " was tried and is not applied: " + held->reason);
      }
    }
    co_return result;
  };
  co_return co_await on_instance<Result<ConfigurationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::purge_configuration(std::string id,
                                                                         std::optional<std::string> if_match,
                                                                         Actor actor) {
  auto work = [impl = impl_.get(), if_match = std::move(if_match),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<ConfigurationResult>> {
    ConfigurationService::Edit edit = [](const Json& current) -> Result<Json> {
      Json document = with_server_settings_of(Json::object(), current);
      Json empty = drasi::empty_configuration();
      for (auto& [name, value] : empty.items()) {
        if (!document.contains(name)) document[name] = std::move(value);
      }
      return document;
    };
    std::string change_type = "Purged";
    std::string description = "reset to empty";
    co_return co_await impl->configurations.change(entry, std::move(edit), std::move(change_type),
                                                   std::move(description), if_match, actor);
  };
  co_return co_await on_instance<Result<ConfigurationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::rollback(std::string id, std::uint64_t revision,
                                                              std::optional<std::string> if_match, Actor actor,
                                                              RollbackReason why) {
  auto work = [impl = impl_.get(), revision, if_match = std::move(if_match), actor = std::move(actor),
               why = std::move(why)](EntryPtr entry) -> net::Task<Result<ConfigurationResult>> {
    co_return co_await impl->configurations.rollback(entry, revision, if_match, actor, why);
  };
  co_return co_await on_instance<Result<ConfigurationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::patch_server_settings(std::string id, Json patch,
                                                                           std::optional<std::string> if_match,
                                                                           Actor actor) {
  Json normalised = patch.is_array() ? drasi::normalise_patch(std::move(patch)) : std::move(patch);
  Status allowed = check_server_settings_patch(normalised);
  if (!allowed) co_return std::unexpected(std::move(allowed.error()));
  auto work = [impl = impl_.get(), patch = std::move(normalised), if_match = std::move(if_match),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<ConfigurationResult>> {
    ConfigurationService::Edit edit = [patch](const Json& current) { return patched_configuration(current, patch); };
    std::string description = describe_patch(patch);
    std::string change_type = "ServerSettingsChanged";
    co_return co_await impl->configurations.change(entry, std::move(edit), std::move(change_type),
                                                   std::move(description), if_match, actor);
  };
  co_return co_await on_instance<Result<ConfigurationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Json>> ControlPlane::server_settings(std::string id) {
  InstanceViewPtr view = catalogue()->find(id);
  if (!view) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
  co_return server_settings_of(Json::parse(*view->configuration));
}

net::Task<Result<std::vector<drasi::Finding>>> ControlPlane::validate(std::string id, Json configuration) {
  Json document = drasi::normalise(std::move(configuration));
  if (!id.empty()) {
    InstanceViewPtr view = catalogue()->find(id);
    if (!view) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
    if (document.is_object())
      document = with_server_settings_of(std::move(document), Json::parse(*view->configuration));
  }
  co_return drasi::validate(document);
}

net::Task<Result<std::vector<Revision>>> ControlPlane::revisions(std::string id, std::size_t limit,
                                                                 std::uint64_t before) {
  auto work = [impl = impl_.get(), limit, before](EntryPtr entry) -> net::Task<Result<std::vector<Revision>>> {
    co_return co_await impl->configurations.revisions(entry, limit, before);
  };
  co_return co_await on_instance<Result<std::vector<Revision>>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Revision>> ControlPlane::revision(std::string id, std::uint64_t number) {
  auto work = [impl = impl_.get(), number](EntryPtr entry) -> net::Task<Result<Revision>> {
    co_return co_await impl->configurations.revision(entry, number);
  };
  co_return co_await on_instance<Result<Revision>>(loop_, *impl_, std::move(id), std::move(work));
}

}  // namespace draas::core
