// Two configurations out of any bytes, and the plan that turns a server of the first into one of the second, tried on a
// model of the server: every call is possible, nothing is touched without need, and nothing is left to be done.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "drasi/configuration.hpp"
#include "drasi/defaults.hpp"
#include "drasi/live_plan.hpp"
#include "support/random_configuration.hpp"
#include "support/server_model.hpp"

namespace {

using draas::Json;
using draas::drasi::ComponentKind;
using draas::drasi::LiveAction;
using draas::drasi::LivePlan;
using draas::tests::ServerModel;
using Verb = LiveAction::Verb;

void require(bool condition, const char* what, const std::string& detail = "") {
  if (condition) return;
  std::fprintf(stderr, "%s: %s\n", what, detail.c_str());
  std::abort();
}

std::string name_of(const LiveAction& action) { return action.library + "/" + action.id; }

// Library and id of a component.
using Place = std::pair<std::string, std::string>;

std::string text_of(const Json& object, const char* name) { return object.at(name).get<std::string>(); }

// Every component of a rendered document, with its list.
template <class Use>
void for_each_component(const Json& rendered, Use use) {
  const Json whole = draas::drasi::with_defaults(rendered);
  const Json blocks = whole["instances"].empty() ? Json::array({whole}) : whole["instances"];
  for (const Json& block : blocks) {
    for (const char* list : {"sources", "queries", "reactions"}) {
      for (const Json& component : block[list]) use(block["id"].get<std::string>(), std::string(list), component);
    }
  }
}

// The order in which drasi-server takes calls: down from reactions to sources, then up again; starts at the end.
int rank(const LiveAction& action) {
  const int up = action.kind ? static_cast<int>(*action.kind) : -1;
  switch (action.verb) {
    case Verb::Delete:
      return 2 - up;
    case Verb::Stop:
      return 3;
    case Verb::Create:
    case Verb::Update:
      return 6 + up;
    case Verb::Start:
      return 9 + up;
  }
  return 0;
}

void check_order(const LivePlan& plan) {
  std::string library;
  std::set<std::string> seen;
  int last = 0;
  for (const LiveAction& action : plan.actions) {
    if (action.library != library) {
      require(seen.insert(action.library).second, "a library is planned in two pieces", action.library);
      library = action.library;
      last = 0;
    }
    require(rank(action) >= last, "out of order", name_of(action));
    last = rank(action);
    require(!action.reason.empty(), "without a reason", name_of(action));
  }
}

// What is the same before and after, and needs nothing that is touched, is not touched itself.
void check_need(const LivePlan& plan, const Json& before, const Json& after) {
  std::map<Place, Json> old;
  for_each_component(before, [&](const std::string& library, const std::string&, const Json& component) {
    old[Place(library, text_of(component, "id"))] = component;
  });
  std::set<Place> touched;
  for (const LiveAction& action : plan.actions) touched.emplace(action.library, action.id);
  for_each_component(after, [&](const std::string& library, const std::string& list, const Json& component) {
    const Place place(library, text_of(component, "id"));
    const auto found = old.find(place);
    if (found == old.end() || found->second != component) return;
    bool needs_touched = false;
    if (list == "queries") {
      for (const Json& source : component["sources"])
        needs_touched |= touched.contains(Place(library, text_of(source, "sourceId")));
    } else if (list == "reactions") {
      for (const Json& query : component["queries"])
        needs_touched |= touched.contains(Place(library, query.get<std::string>()));
    }
    require(needs_touched || !touched.contains(place), "touched without need", library + "/" + place.second);
  });
}

void check_differences(const LivePlan& plan, const Json& after) {
  const Json whole = draas::drasi::with_defaults(after);
  for (const auto& difference : plan.differences) {
    require(!(difference.desired.is_null() && difference.actual.is_null()), "no difference", difference.path);
    require(difference.path.empty() || difference.path.starts_with("/"), "no pointer", difference.path);
  }
  require(plan.restart_required() || plan.differences.empty() == plan.actions.empty(), "differences without actions");
}

// Somebody starts and stops components by hand.
void tinker(ServerModel& server, const Json& rendered, draas::tests::Choices& choices) {
  for_each_component(rendered, [&](const std::string& library, const std::string& list, const Json& component) {
    if (!choices.chance(10)) return;
    LiveAction action;
    action.library = library;
    action.id = text_of(component, "id");
    action.kind = list == "sources"   ? ComponentKind::Source
                  : list == "queries" ? ComponentKind::Query
                                      : ComponentKind::Reaction;
    action.verb = server.status(library, action.id) == "Running" ? Verb::Stop : Verb::Start;
    require(!server.apply(action), "cannot be started or stopped", name_of(action));
  });
}

// What ran goes on to run, also what somebody started by hand.
void check_running(const ServerModel& before, const ServerModel& after, const Json& wanted) {
  for_each_component(wanted, [&](const std::string& library, const std::string&, const Json& component) {
    const std::string id = text_of(component, "id");
    if (before.status(library, id) == "Running") {
      require(after.status(library, id) == "Running", "does not run any more", library + "/" + id);
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace draas;
  using namespace draas::drasi;
  tests::ByteChoices choices(data, size);
  const tests::Ports ports{9001, 9002, 9003, 9004, 9005, 9006};
  const Json first = tests::random_configuration(choices, Json(), ports);
  const Json second = tests::random_configuration(choices, first, ports);
  for (const Json& document : {first, second}) {
    const auto valid = require_valid(document);
    require(valid.has_value(), "not valid", valid ? "" : valid.error().message + "\n" + to_text(document, 2));
  }
  RenderOptions options;
  options.id = "server";
  options.host = "127.0.0.1";
  options.port = 8080;
  options.base_directory = "/srv";
  const Json before = render(first, options);
  const Json after = render(second, options);

  ServerModel server(before);
  require(plan_live_changes(before, server.report(), before).converged(), "a server that was just started differs");
  const LivePlan plan = plan_live_changes(after, server.report(), before);
  require((before == after) <= plan.converged(), "a difference where there is none");
  check_order(plan);
  check_differences(plan, after);
  check_need(plan, before, after);
  if (plan.restart_required()) {
    require(plan_live_changes(after, ServerModel(after).report(), after).converged(), "a restart leaves a difference");
    return 0;
  }
  tinker(server, before, choices);
  const ServerModel tinkered = server;
  for (const LiveAction& action : plan_live_changes(after, server.report(), before).actions) {
    const auto refused = server.apply(action);
    require(!refused, "refused",
            std::string(to_string(action.verb)) + " " + name_of(action) + ": " + refused.value_or("") + "\n" +
                to_text(first, 2) + to_text(second, 2));
  }
  const LivePlan rest = plan_live_changes(after, server.report(), after);
  require(rest.converged(), "something is left", rest.differences.empty() ? "" : rest.differences[0].path);
  check_running(tinkered, server, after);
  return 0;
}
