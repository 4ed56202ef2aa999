#include "reconciliation/checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "drasi/client.hpp"
#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kServerTimeout{5'000};
constexpr milliseconds kFirstPause{10};
constexpr milliseconds kLongestPause{250};
constexpr milliseconds kWatchPause{250};
constexpr Duration kPatience{1'500};
constexpr milliseconds kDefaultSmokeTimeout{10'000};
constexpr int kDefaultSmokeStatus = 200;

struct KindCheck {
  drasi::ComponentKind kind;
  const char* name;
};
constexpr KindCheck kKinds[] = {{drasi::ComponentKind::Source, "sources"},
                                {drasi::ComponentKind::Query, "queries"},
                                {drasi::ComponentKind::Reaction, "reactions"}};

drasi::ExpectedComponents only(const drasi::ExpectedComponents& all, drasi::ComponentKind kind) {
  drasi::ExpectedComponents part = all;
  for (auto& library : part.libraries) {
    if (kind != drasi::ComponentKind::Source) library.sources.clear();
    if (kind != drasi::ComponentKind::Query) library.queries.clear();
    if (kind != drasi::ComponentKind::Reaction) library.reactions.clear();
  }
  return part;
}

std::vector<std::string>& list_of(drasi::ExpectedComponents::Library& library, drasi::ComponentKind kind) {
  if (kind == drasi::ComponentKind::Source) return library.sources;
  return kind == drasi::ComponentKind::Query ? library.queries : library.reactions;
}

// A state that a component does not leave by itself: time helps no more.
bool ends_waiting(const std::string& detail) {
  constexpr std::array<std::string_view, 4> kFinal{" is in Error", " is in Stopped", "is missing", "phase Failed"};
  return std::ranges::any_of(kFinal, [&](std::string_view text) { return detail.find(text) != std::string::npos; });
}

// The wanted block of one library, and its path in the document.
std::pair<const Json*, std::string> library_block(const Json& document, const std::string& id) {
  const Json* instances = field(document, "instances");
  for (std::size_t index = 0; instances != nullptr && instances->is_array() && index < instances->size(); ++index) {
    if (text_field((*instances)[index], "id") == id) {
      return {&(*instances)[index], "/instances/" + std::to_string(index)};
    }
  }
  return {&document, ""};
}

bool runs_now(const Json& actual, const std::string& library, const char* list, const std::string& id) {
  const Json* block = library_block(actual, library).first;
  const Json* entries = field(*block, list);
  for (std::size_t index = 0; entries != nullptr && index < entries->size(); ++index) {
    if (text_field((*entries)[index], "id") == id) return text_field((*entries)[index], "status") == "Running";
  }
  return true;  // not there yet: it has to come
}

bool is_changed(const Json& desired, const Drift& drift, const std::string& library, const char* list,
                const std::string& id) {
  const auto [block, path] = library_block(desired, library);
  const Json* entries = field(*block, list);
  for (std::size_t index = 0; entries != nullptr && index < entries->size(); ++index) {
    if (text_field((*entries)[index], "id") != id) continue;
    const std::string own = path + "/" + list + "/" + std::to_string(index);
    return std::ranges::any_of(drift.live.differences, [&](const drasi::Difference& difference) {
      const bool below = difference.path == own || difference.path.starts_with(own + "/");
      return below && !difference.path.ends_with("/status");
    });
  }
  return true;
}

}  // namespace

Json to_json(const CheckResult& check) {
  return Json{{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}};
}

const CheckResult* first_failure(const std::vector<CheckResult>& checks) {
  const auto found = std::ranges::find(checks, false, &CheckResult::passed);
  return found == checks.end() ? nullptr : &*found;
}

std::string describe(const CheckResult& check) { return "check '" + check.name + "' failed: " + check.detail; }

CheckTarget check_target(const InstanceState& state, const Drift& drift, bool standby) {
  CheckTarget target{.instance = state.id, .standby = standby, .expected = drasi::expected_components(state.desired)};
  if (!state.actual.is_object() || state.applied_revision == 0) return target;
  for (auto& library : target.expected.libraries) {
    for (const KindCheck& kind : kKinds) {
      std::erase_if(list_of(library, kind.kind), [&](const std::string& id) {
        return !runs_now(state.actual, library.id, kind.name, id) &&
               !is_changed(state.desired, drift, library.id, kind.name, id) && state.applied_revision != state.revision;
      });
    }
  }
  return target;
}

std::string workload_path(const std::string& instance, bool standby) {
  return client::instance_path(instance, standby ? "/standby/proxy" : "/active/proxy");
}

net::Task<std::vector<CheckResult>> HealthChecks::look(CheckTarget target) {
  std::vector<CheckResult> checks;
  std::string workloads_path = client::instance_path(target.instance, "/workloads");
  auto workloads = co_await api_.get(std::move(workloads_path));
  const char* role = target.standby ? "standby" : "active";
  const Json* workload = workloads ? field(*workloads, role) : nullptr;
  CheckResult process{.name = "process", .passed = false, .detail = {}};
  if (!workloads) {
    process.detail = workloads.error().message;
  } else if (workload == nullptr) {
    process.detail = "it does not run";
  } else {
    const std::string phase = text_field(*workload, "phase");
    process.passed = phase == "Running";
    process.detail = "phase " + phase;
    const std::string why = text_field(*workload, "errorMessage");
    if (!process.passed && !why.empty()) process.detail += ": " + why;
  }
  const bool process_passed = process.passed;
  checks.push_back(std::move(process));
  if (!process_passed) co_return checks;

  drasi::Client server(api_.http(), api_.below(workload_path(target.instance, target.standby)), kServerTimeout);
  auto health = co_await server.health();
  const std::string address = text_field(*workload, "host") + ":" + std::to_string(number_field(*workload, "port"));
  const bool answers = health.has_value() || health.error().code != ErrorCode::DeadlineExceeded;
  checks.push_back({"port", answers, answers ? address : address + " does not answer"});
  checks.push_back({"http", health.has_value(), health ? "/health answers 200" : health.error().message});
  if (!health) co_return checks;

  auto components = co_await server.components();
  for (const KindCheck& kind : kKinds) {
    CheckResult check{.name = kind.name, .passed = false, .detail = {}};
    if (!components) {
      check.detail = components.error().message;
    } else {
      const drasi::ReadinessReport report = drasi::judge_readiness(only(target.expected, kind.kind), *components);
      check.passed = report.readiness == drasi::Readiness::Ready;
      check.detail = check.passed ? "all that should run do" : report.reason;
    }
    checks.push_back(std::move(check));
  }
  co_return checks;
}

net::Task<std::vector<CheckResult>> HealthChecks::settle(CheckTarget target, Duration limit) {
  const auto begun = steady_clock::now();
  milliseconds pause = kFirstPause;
  while (true) {
    CheckTarget copy = target;
    std::vector<CheckResult> checks = co_await look(std::move(copy));
    const CheckResult* failure = first_failure(checks);
    if (failure == nullptr) co_return checks;
    const auto waited = steady_clock::now() - begun;
    const bool for_good = ends_waiting(failure->detail);
    if (waited >= (for_good ? std::min<Duration>(kPatience, limit) : limit)) co_return checks;
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return checks;
    pause = std::min(pause * 2, kLongestPause);
  }
}

net::Task<std::vector<CheckResult>> HealthChecks::watch(CheckTarget target, Duration period) {
  const auto end = steady_clock::now() + period;
  bool failed_before = false;
  while (true) {
    CheckTarget copy = target;
    std::vector<CheckResult> checks = co_await look(std::move(copy));
    const bool failed = first_failure(checks) != nullptr;
    if (failed && failed_before) co_return checks;
    failed_before = failed;
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0 && !failed) co_return checks;
    const bool slept = co_await net::sleep_for(failed ? kWatchPause : std::min<milliseconds>(left, kWatchPause));
    if (!slept) co_return checks;
  }
}

net::Task<std::vector<CheckResult>> HealthChecks::smoke(CheckTarget target, Json tests) {
  std::vector<CheckResult> checks;
  for (const Json& test : tests) {
    net::ClientRequest request;
    const std::string method = text_field(test, "method");
    request.method = method.empty() ? net::Method::Get : net::parse_method(method);
    request.target = text_field(test, "path");
    if (const Json* body = field(test, "body")) {
      request.body = to_text(*body);
      request.headers.set("Content-Type", "application/json");
    }
    milliseconds timeout = kDefaultSmokeTimeout;
    if (const auto given = parse_duration(text_field(test, "timeout"))) timeout = *given;
    CheckResult check{.name = "smoke " + request.target, .passed = false, .detail = {}};
    net::Endpoint endpoint = api_.below(workload_path(target.instance, target.standby));
    auto response = co_await api_.http().send(std::move(endpoint), std::move(request), timeout);
    const auto wanted = field(test, "expectStatus") != nullptr ? static_cast<int>(number_field(test, "expectStatus"))
                                                               : kDefaultSmokeStatus;
    const std::string wanted_text = text_field(test, "expectText");
    if (!response) {
      check.detail = response.error().message;
    } else if (response->status != wanted) {
      check.detail = "answered " + std::to_string(response->status) + " instead of " + std::to_string(wanted);
    } else if (response->body.find(wanted_text) == std::string::npos) {
      check.detail = "the answer lacks the expected text";
    } else {
      check.passed = true;
      check.detail = "answered " + std::to_string(wanted);
    }
    const bool passed = check.passed;
    checks.push_back(std::move(check));
    if (!passed) co_return checks;
  }
  co_return checks;
}

}  // namespace draas::reconciliation
