#include "app/reconciler.hpp"

#include "base/log.hpp"

namespace draas::app {

Result<reconciliation::WorkerOptions> worker_options(const ControlPlaneSettings& settings) {
  const ReconciliationSettings& section = settings.reconciliation;
  reconciliation::WorkerOptions options;
  auto endpoint = net::Endpoint::parse(settings.control_plane_url);
  if (!endpoint) return std::unexpected(std::move(endpoint.error()).with_context("ControlPlaneUrl"));
  options.api.endpoint = std::move(*endpoint);
  options.api.api_key = settings.control_plane_api_key;
  options.name = section.worker_name;
  options.event_driven = section.enable_event_driven_reconciliation;
  options.sweep_interval = section.polling_interval;
  options.max_concurrent = section.max_concurrent_reconciliations;
  options.lease_time = section.lease_time;
  options.check_timeout = section.check_timeout;
  options.audit = section.enable_audit_logging;

  reconciliation::Rules& rules = options.defaults;
  rules.strategy = section.default_strategy;
  rules.parameters = section.strategy_parameters;
  rules.auto_reconcile = section.enable_auto_reconciliation;
  rules.reconcile_error_instances = section.reconcile_error_instances;
  rules.reconcile_stopped_instances = section.reconcile_stopped_instances;
  rules.max_attempts = std::max<std::size_t>(section.max_retries, 1);
  rules.retry_delay = section.retry_delay;
  rules.timeout = section.reconciliation_timeout;
  rules.fallback = section.fallback_strategy;
  rules.auto_rollback = section.auto_rollback;
  rules.approval_expiry = section.approval_expiry;

  const auto strategies = reconciliation::StrategyRegistry::with_built_in();
  for (const auto& [key, name] :
       {std::pair("DefaultStrategy", rules.strategy), std::pair("FallbackStrategy", rules.fallback)}) {
    if (strategies.find(name) != nullptr || (key == std::string_view("FallbackStrategy") && name == "Fail")) continue;
    std::string known;
    for (const std::string& other : strategies.names()) known += (known.empty() ? "" : ", ") + other;
    return fail(ErrorCode::InvalidArgument,
                "Reconciliation." + std::string(key) + ": '" + name + "' is not a strategy; there are " + known);
  }
  const std::filesystem::path checkouts = settings.data_directory / "desired-state";
  for (const auto& [name, value] : section.sources.items()) {
    auto source = reconciliation::parse_desired_state_source(name, value, checkouts);
    if (!source) return std::unexpected(std::move(source.error()));
    options.sources.push_back(std::move(*source));
  }
  return options;
}

Reconciler::Reconciler(reconciliation::WorkerOptions options, Metrics& metrics) {
  loop_.start();
  worker_ = std::make_unique<reconciliation::Worker>(loop_, std::move(options),
                                                     reconciliation::StrategyRegistry::with_built_in(), metrics);
  worker_->start();
}

Reconciler::~Reconciler() { stop(); }

void Reconciler::stop() {
  if (!worker_) return;
  worker_->stop();
  worker_.reset();
  loop_.stop();
}

std::unique_ptr<Reconciler> start_reconciler(const ControlPlaneSettings& settings,
                                             const std::vector<net::ListenAddress>& addresses, Metrics& metrics) {
  auto options = worker_options(settings);
  if (!options) {
    write_log(LogLevel::Error, "the reconciler could not be started", options.error());
    return nullptr;
  }
  net::Endpoint& endpoint = options->api.endpoint;
  endpoint = {};
  endpoint.host = addresses.front().host == "0.0.0.0" ? "127.0.0.1" : addresses.front().host;
  if (endpoint.host == "::" || endpoint.host == "[::]") endpoint.host = "::1";
  endpoint.port = addresses.front().port;
  endpoint.base_path = settings.server.path_base;
  return std::make_unique<Reconciler>(std::move(*options), metrics);
}

}  // namespace draas::app
