// ControlPlane: instances, their life and their status.

#include "core/configuration/document.hpp"
#include "core/configuration/workload.hpp"
#include "core/control_plane_impl.hpp"
#include "net/http_server.hpp"

namespace draas::core {

net::Task<Result<Created>> ControlPlane::create(CreateRequest request, Actor actor) {
  Result<CheckedCreate> checked = check_create(std::move(request));
  if (!checked) co_return std::unexpected(std::move(checked.error()));
  auto work = [impl = impl_.get(), checked = std::move(*checked), actor = std::move(actor)] {
    return impl->instances.create(checked, actor);
  };
  co_return co_await on_control<Result<Created>>(loop_, *impl_, std::move(work));
}

net::Task<Result<InstanceViewPtr>> ControlPlane::update(std::string id, InstanceChange change,
                                                        std::optional<std::string> if_match, Actor actor) {
  auto work = [impl = impl_.get(), change = std::move(change), if_match = std::move(if_match),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<InstanceViewPtr>> {
    co_return co_await impl->instances.update(entry, change, if_match, actor);
  };
  co_return co_await on_instance<Result<InstanceViewPtr>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Status> ControlPlane::remove(std::string id, bool keep_data, std::optional<std::string> if_match,
                                       Actor actor) {
  auto work = [impl = impl_.get(), keep_data, if_match = std::move(if_match),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Status> {
    if (if_match && !net::etag_matches(*if_match, entry->view->etag.text())) {
      co_return fail(ErrorCode::PreconditionFailed,
                     "Instance '" + entry->instance.id + "' was changed meanwhile; it was not deleted");
    }
    co_return co_await impl->supervisor.remove(entry, keep_data, actor);
  };
  co_return co_await on_instance<Status>(loop_, *impl_, std::move(id), std::move(work));
}

namespace {

// A one-shot configuration is checked like a stored one. It runs at the instance's own address and with the ports that
// the instance has: nothing new is leased for it.
Status prepare_one_shot(const Entry& entry, StartOptions& options) {
  if (!options.configuration) return {};
  const Json current = Json::parse(*entry.configuration);
  if (!options.configuration->is_object()) return drasi::require_valid(*options.configuration);
  Json document = with_server_settings_of(drasi::normalise(std::move(*options.configuration)), current);
  if (!options.persist || !document["port"].is_number_unsigned()) document["port"] = current["port"];
  if (Status valid = drasi::require_valid(document); !valid) return valid;
  const auto& allocated =
      entry.runtime.slot == Slot::A ? entry.instance.component_ports : entry.instance.slot_b_component_ports;
  for (const drasi::ComponentPort& port : drasi::component_ports(document)) {
    if (options.persist || !port.automatic || allocated.contains(component_port_key(port))) continue;
    const std::string message =
        "no port is allocated for a configuration that is not stored; name one, or add persist=true";
    return fail(ErrorCode::InvalidArgument, port.path + ": " + message, {{port.path, message}});
  }
  options.configuration = std::move(document);
  return {};
}

}  // namespace

net::Task<Result<OperationResult>> ControlPlane::start(std::string id, StartOptions options, Actor actor) {
  auto work = [impl = impl_.get(), requested = std::move(options),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<OperationResult>> {
    StartOptions checked = requested;
    Status valid = prepare_one_shot(*entry, checked);
    if (!valid) co_return std::unexpected(std::move(valid.error()));
    if (checked.configuration && checked.persist) {
      ConfigurationService::Edit edit = [document = *checked.configuration](const Json&) -> Result<Json> {
        return document;
      };
      std::string change_type = "Replaced";
      std::string description = "sent with start";
      std::optional<std::string> any_version;
      Result<ConfigurationResult> stored = co_await impl->configurations.change(
          entry, std::move(edit), std::move(change_type), std::move(description), std::move(any_version), actor);
      if (!stored) co_return std::unexpected(std::move(stored.error()));
    }
    co_return co_await impl->supervisor.start(entry, std::move(checked), actor);
  };
  co_return co_await on_instance<Result<OperationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<OperationResult>> ControlPlane::stop(std::string id, std::chrono::milliseconds wait, Actor actor) {
  auto work = [impl = impl_.get(), wait,
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<OperationResult>> {
    co_return co_await impl->supervisor.stop(entry, wait, actor);
  };
  co_return co_await on_instance<Result<OperationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<OperationResult>> ControlPlane::restart(std::string id, StartOptions options, Actor actor) {
  auto work = [impl = impl_.get(), requested = std::move(options),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<OperationResult>> {
    StartOptions checked = requested;
    Status valid = prepare_one_shot(*entry, checked);
    if (!valid) co_return std::unexpected(std::move(valid.error()));
    co_return co_await impl->supervisor.restart(entry, std::move(checked), actor);
  };
  co_return co_await on_instance<Result<OperationResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<InstanceViewPtr>> ControlPlane::report_status(StatusReport report, Actor actor) {
  const std::string id = report.instance_id;
  std::vector<StatusReport> reports;
  reports.push_back(std::move(report));
  std::vector<Status> statuses = co_await report_statuses(std::move(reports), std::move(actor));
  if (!statuses.front()) co_return std::unexpected(std::move(statuses.front().error()));
  InstanceViewPtr view = catalogue()->find(id);
  if (!view) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
  co_return view;
}

net::Task<std::vector<Status>> ControlPlane::report_statuses(std::vector<StatusReport> reports, Actor) {
  std::function<net::Task<std::vector<Status>>()> task =
      [impl = impl_.get(), reports = std::move(reports)]() -> net::Task<std::vector<Status>> {
    const Impl::Operation operation(impl->operations);
    co_return co_await impl->instances.report(reports);
  };
  co_return co_await net::run_on<std::vector<Status>>(loop_.executor(), std::move(task));
}

net::Task<Result<Json>> ControlPlane::runtime_status(std::string id) {
  auto work = [impl = impl_.get()](EntryPtr entry) -> net::Task<Result<Json>> {
    co_return co_await impl->supervisor.runtime_status(entry);
  };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Json>> ControlPlane::last_known_status(std::string id) {
  auto work = [](EntryPtr entry) -> net::Task<Result<Json>> {
    co_return runtime_to_json(entry->instance, entry->runtime);
  };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<std::vector<PlatformInfo>> ControlPlane::platforms() {
  std::function<net::Task<std::vector<PlatformInfo>>()> task =
      [impl = impl_.get()]() -> net::Task<std::vector<PlatformInfo>> {
    const Impl::Operation operation(impl->operations);
    co_return co_await impl->supervisor.platforms();
  };
  co_return co_await net::run_on<std::vector<PlatformInfo>>(loop_.executor(), std::move(task));
}

net::Task<Result<std::unique_ptr<LogReader>>> ControlPlane::logs(std::string id, LogQuery query) {
  auto work = [impl = impl_.get(), query](EntryPtr entry) -> net::Task<Result<std::unique_ptr<LogReader>>> {
    co_return co_await impl->supervisor.logs(entry, query);
  };
  co_return co_await on_instance<Result<std::unique_ptr<LogReader>>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<net::Endpoint>> ControlPlane::endpoint(std::string id) {
  auto work = [impl = impl_.get()](EntryPtr entry) -> net::Task<Result<net::Endpoint>> {
    co_return impl->supervisor.endpoint(*entry);
  };
  co_return co_await on_instance<Result<net::Endpoint>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Json>> ControlPlane::actual_configuration(std::string id) {
  auto work = [impl = impl_.get()](EntryPtr entry) -> net::Task<Result<Json>> {
    co_return co_await impl->supervisor.actual_configuration(entry);
  };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

}  // namespace draas::core
