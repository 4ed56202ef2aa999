#pragma once
// drasi-server's REST API over a ServerState.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/api_answer.hpp"
#include "simulator/http_service.hpp"
#include "simulator/server_state.hpp"

namespace draas::simulator {

class RestApi {
 public:
  explicit RestApi(ServerState& state);

  // Answers a request, now or later.
  void handle(const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange);

 private:
  // One call, with what its path held. `instance` is null on routes that have none.
  struct Call {
    const HttpRequest& request;
    std::shared_ptr<HttpExchange> exchange;
    std::vector<std::string> parameters;  // decoded, in order
    Instance* instance = nullptr;
  };
  using Action = std::function<std::optional<HttpResponse>(Call&)>;  // nothing: answers by itself
  // How a route answers when its instance is unknown.
  enum class Missing { PlainText, InternalError, NotFoundError };

  struct Route {
    std::string method;
    std::vector<std::string> segments;  // "*" takes one
    Action action;
    bool in_instance = false;
    Missing missing = Missing::InternalError;
    // What is refused before the instance is looked up.
    std::optional<HttpResponse> (*check)(const HttpRequest&) = nullptr;
  };

  enum class Writing { Create, Upsert };  // POST, PUT

  template <class Definition>
  using DecodeDefinition = Definition (*)(Decoder&, const Json&, std::string path, std::string pointer);

  // What is to happen to a source or reaction of the instance.
  struct Change {
    std::optional<std::string> fault;  // of its definition
    std::function<Outcome<void>()> add;
    std::function<Outcome<void>()> update;
    std::function<void()> remember;
  };

  void add(const char* method, const std::string& pattern, Action action);
  // Under /instances/{id} and, with `also_default`, for the first instance without that prefix.
  void add_scoped(const char* method, const std::string& pattern, Action action,
                  Missing missing = Missing::InternalError, bool also_default = true);
  void add_component_routes(ComponentType type);
  void add_source_and_reaction_routes();
  void add_query_routes();
  void add_instance_routes();
  void add_plugin_routes();

  void answer(const std::shared_ptr<HttpExchange>& exchange, const HttpRequest& request, HttpResponse response);
  HeaderList cors_headers(const HttpRequest& request) const;
  std::optional<HttpResponse> run(const Route& route, Call& call);
  HttpResponse preflight(const HttpRequest& request, const std::vector<std::string>& allowed) const;

  HttpResponse health();
  std::optional<HttpResponse> faulty_health(Call& call);
  HttpResponse list_components(ComponentType type, const Instance& instance);
  HttpResponse get_component(ComponentType type, Call& call);
  static std::optional<HttpResponse> refuse_limit(const HttpRequest& request);
  // The newest of what a component has reported, or all of it and what follows.
  template <class Entry>
  HttpResponse history(ComponentType type, Call& call, std::deque<Entry> Component::* entries);
  template <class Entry>
  std::optional<HttpResponse> stream(ComponentType type, Call& call, std::deque<Entry> Component::* entries,
                                     Subscribers<Entry> Component::* live);
  std::optional<HttpResponse> stream_instance_events(Call& call);
  HttpResponse remove_component(ComponentType type, Call& call);
  HttpResponse write_source(Call& call, Writing writing);
  HttpResponse write_reaction(Call& call, Writing writing);
  HttpResponse create_query(Call& call);
  std::optional<HttpResponse> attach(Call& call);
  std::optional<HttpResponse> push(Call& call);
  HttpResponse create_instance(Call& call);
  HttpResponse clone_instance(Call& call);
  HttpResponse deploy_solution(Call& call);
  HttpResponse load_plugin(Call& call);
  HttpResponse openapi();

  Json item(const Instance& instance, const Component& component, std::optional<Json> config);
  HttpResponse saved(HttpResponse response, std::string_view operation);
  std::optional<HttpResponse> refuse_read_only(std::string_view what);
  // The definition in a body. The error is the answer to send.
  template <class Definition>
  std::expected<Definition, HttpResponse> read_definition(Call& call, ComponentType type, Writing writing,
                                                          DecodeDefinition<Definition> decode);
  HttpResponse apply(Instance& instance, ComponentType type, const std::string& id, Writing writing,
                     const Change& change);
  HttpResponse stream_head(const HttpRequest& request) const;

  ServerState& state_;
  std::vector<Route> routes_;
  std::set<std::string> started_twice_;  // sources for which that fault is over
};

}  // namespace draas::simulator
