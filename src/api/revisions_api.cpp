// The history of an instance's configuration.

#include <charconv>

#include "api/configuration_diff.hpp"
#include "api/configuration_response.hpp"
#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"

namespace draas::api {
namespace {

constexpr std::uint64_t kMaxPage = 1'000;
constexpr std::uint64_t kDefaultPage = 100;

net::Task<Response> list_revisions(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto limit = query.integer("limit", 1, kMaxPage).value_or(kDefaultPage);
  const auto before = query.integer("before", 1, UINT64_MAX).value_or(0);
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  std::string id = path["instanceId"];
  const auto revisions = co_await api.core().revisions(std::move(id), limit, before);
  if (!revisions) co_return problem(revisions.error(), request);
  Json body = Json::array();
  for (const auto& revision : *revisions) body.push_back(core::summary_json(revision));
  auto response = Response::json(200, body);
  if (revisions->size() == limit && revisions->back().number > 1) {
    response.headers.add("Link", next_link(api, request, "before", std::to_string(revisions->back().number)));
  }
  co_return response;
}

Result<std::uint64_t> parse_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last || number == 0) {
    return fail(ErrorCode::NotFound, "Revision '" + text + "' not found; revisions are numbered 1, 2, 3 ...");
  }
  return number;
}

net::Task<Response> get_revision(const Context& api, const Request& request, const PathParameters& path) {
  const auto number = parse_number(path["revision"]);
  if (!number) co_return problem(number.error(), request);
  std::string id = path["instanceId"];
  const auto revision = co_await api.core().revision(std::move(id), *number);
  if (!revision) co_return problem(revision.error(), request);
  co_return Response::json(200, core::to_json(*revision));
}

net::Task<Response> diff(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto asked_from = query.integer("from", 1, UINT64_MAX);
  const auto asked_to = query.integer("to", 1, UINT64_MAX);
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  const auto view = api.find(path);
  if (!view) co_return problem(instance_not_found(path["instanceId"]), request);
  const auto to = asked_to.value_or(view->revision);
  const auto from = asked_from.value_or(to > 1 ? to - 1 : to);
  const auto old_revision = co_await api.core().revision(view->id, from);
  if (!old_revision) co_return problem(old_revision.error(), request);
  const auto new_revision = co_await api.core().revision(view->id, to);
  if (!new_revision) co_return problem(new_revision.error(), request);
  const auto old_document = parse_json(*old_revision->configuration);
  if (!old_document) co_return problem(old_document.error(), request);
  const auto new_document = parse_json(*new_revision->configuration);
  if (!new_document) co_return problem(new_document.error(), request);
  Json patch = diff_json(*old_document, *new_document);
  Json body;
  body["from"] = from;
  body["to"] = to;
  body["changes"] = describe_changes(*old_document, patch);
  body["patch"] = std::move(patch);
  co_return Response::json(200, body);
}

struct RollbackRequest {
  std::uint64_t revision = 0;
  core::RollbackReason why;
};

Result<RollbackRequest> read_target(const Request& request) {
  RollbackRequest target;
  QueryReader query(request);
  auto number = query.integer("revision", 1, UINT64_MAX);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  if (*body) {
    JsonReader reader(**body);
    const auto in_body = reader.optional_integer("revision", 1, INT64_MAX);
    if (in_body && number && static_cast<std::uint64_t>(*in_body) != *number) {
      reader.add_fault("revision", "differs from ?revision");
    }
    target.why.text = reader.optional_string("reason").value_or("");
    if (const auto failed = reader.optional_integer("failedRevision", 1, INT64_MAX)) {
      target.why.failed_revision = static_cast<std::uint64_t>(*failed);
    }
    reader.reject_unknown();
    if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
    if (in_body) number = static_cast<std::uint64_t>(*in_body);
  }
  if (!number)
    return fail(ErrorCode::InvalidArgument, "To which revision? Send {\"revision\": n}", {{"/revision", "missing"}});
  target.revision = *number;
  return target;
}

net::Task<Response> rollback(const Context& api, const Request& request, const PathParameters& path) {
  auto target = read_target(request);
  if (!target) co_return problem(target.error(), request);
  auto condition = if_match(request);
  auto actor = api.actor(request, "ConfigurationController");
  if (target->why.failed_revision > 0) actor.name = "reconciler";
  std::string id = path["instanceId"];
  const auto result = co_await api.core().rollback(std::move(id), target->revision, std::move(condition),
                                                   std::move(actor), std::move(target->why));
  if (!result) co_return problem(result.error(), request);
  co_return configuration_response(200, *result);
}

}  // namespace

void add_revisions_api(RouteTable& table, const Context& context) {
  const std::string path = "/api/configuration/instances/{instanceId}";
  table.add(
      {.method = net::Method::Get,
       .path = path + "/revisions",
       .permission = Permission::Read,
       .operation_id = "listRevisions",
       .summary = "Revisions of the configuration, newest first: who, when, what",
       .tag = "Revisions",
       .query = {{"limit", "At most so many (default 100)", schema_integer(1, kMaxPage)},
                 {"before", "Only revisions with a smaller number", schema_integer(1, UINT64_MAX)}},
       .responses = {{.status = 200, .description = "Revisions", .schema = "RevisionSummary[]", .headers = {"Link"}}},
       .errors = {404},
       .handler = waiting(context, list_revisions)});
  table.add({.method = net::Method::Get,
             .path = path + "/revisions/{revision}",
             .permission = Permission::Read,
             .operation_id = "getRevision",
             .summary = "One revision with its configuration",
             .tag = "Revisions",
             .responses = {{.status = 200, .description = "The revision", .schema = "Revision"}},
             .errors = {404},
             .handler = waiting(context, get_revision)});
  table.add({.method = net::Method::Get,
             .path = path + "/diff",
             .permission = Permission::Read,
             .operation_id = "diffRevisions",
             .summary = "What changed between two revisions",
             .tag = "Revisions",
             .query = {{"from", "Default: the one before `to`", schema_integer(1, UINT64_MAX)},
                       {"to", "Default: the newest", schema_integer(1, UINT64_MAX)}},
             .responses = {{.status = 200, .description = "As a JSON Patch and as sentences", .schema = "Diff"}},
             .errors = {404},
             .handler = waiting(context, diff)});
  table.add({.method = net::Method::Post,
             .path = path + "/rollback",
             .permission = Permission::Administer,
             .operation_id = "rollbackConfiguration",
             .summary = "Make an earlier revision the newest again",
             .tag = "Revisions",
             .query = {{"revision", "Instead of a body", schema_integer(1, UINT64_MAX)}},
             .body = BodySpec{.schema = "Rollback", .required = false},
             .responses = {{.status = 200,
                            .description = "The configuration as it is now stored",
                            .schema = "Configuration",
                            .headers = {"ETag", "X-Revision", "X-Warning", "Idempotency-Replayed"}}},
             .errors = {404, 409, 412},
             .conditional = true,
             .replayable = true,
             .handler = waiting(context, rollback)});
}

}  // namespace draas::api
