#include "core/webhooks/webhook.hpp"

#include <algorithm>

#include "base/id.hpp"
#include "base/json_reader.hpp"

namespace draas::core {
namespace {

constexpr Duration kFirstRetry{1'000};
constexpr Duration kLongestRetry = std::chrono::minutes(5);
constexpr std::size_t kDoublings = 12;
constexpr std::size_t kMaxUrl = 2'048;
constexpr std::size_t kMaxSecret = 1'024;

Json public_json(const Webhook& webhook) {
  Json out = Json::object();
  out["id"] = webhook.id;
  out["url"] = webhook.url;
  out["events"] = webhook.events;
  if (!webhook.instance_id.empty()) out["instanceId"] = webhook.instance_id;
  if (!webhook.selector.empty()) out["selector"] = webhook.selector;
  out["enabled"] = webhook.enabled;
  out["createdAt"] = to_rfc3339(webhook.created_at);
  return out;
}

void read_url(JsonReader& reader, Webhook& webhook) {
  const auto faults = reader.faults().size();
  webhook.url = reader.required_string("url");
  if (reader.faults().size() != faults) return;
  if (webhook.url.size() > kMaxUrl) {
    reader.add_fault("url", "must have at most " + std::to_string(kMaxUrl) + " characters");
  } else if (auto target = parse_webhook_url(webhook.url); !target) {
    reader.add_fault("url", target.error().message);
  }
}

void read_events(JsonReader& reader, Webhook& webhook) {
  const auto events = reader.optional_strings("events");
  if (!events) return;
  webhook.events = *events;
  if (events->empty()) reader.add_fault("events", R"(must name a type, or "*" for all)");
  for (const std::string& name : *events) {
    if (name == "*" || parse_event_type(name)) continue;
    reader.add_fault("events", "'" + name + "' is not an event type");
  }
}

}  // namespace

Result<Webhook> read_webhook(const Json& body, const Webhook* before) {
  JsonReader reader(body);
  Webhook webhook;
  if (before != nullptr) {
    webhook.id = before->id;
    webhook.secret = before->secret;
    webhook.created_at = before->created_at;
  }
  read_url(reader, webhook);
  read_events(reader, webhook);
  webhook.instance_id = reader.optional_string("instanceId").value_or("");
  webhook.selector = reader.optional_string("selector").value_or("");
  if (auto selector = Selector::parse(webhook.selector); !selector) {
    reader.add_fault("selector", selector.error().message);
  }
  if (auto secret = reader.optional_string("secret")) {
    if (secret->size() > kMaxSecret) {
      reader.add_fault("secret", "must have at most " + std::to_string(kMaxSecret) + " characters");
    }
    webhook.secret = std::move(*secret);
  }
  webhook.enabled = reader.optional_boolean("enabled").value_or(true);
  // As it is shown, it may be sent back.
  for (const char* key : {"id", "createdAt", "signed"}) static_cast<void>(reader.optional_any(key));
  reader.reject_unknown();
  if (Status ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return webhook;
}

Json to_json(const Webhook& webhook) {
  Json out = public_json(webhook);
  out["signed"] = !webhook.secret.empty();
  return out;
}

std::string to_document(const Webhook& webhook) {
  Json out = public_json(webhook);
  out["secret"] = webhook.secret;
  return to_text(out);
}

Result<Webhook> webhook_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return fail(ErrorCode::DataLoss, "A webhook in the store is not readable: " + parsed.error().message);
  try {
    const Json& in = *parsed;
    Webhook webhook;
    webhook.id = in.at("id").get<std::string>();
    webhook.url = in.at("url").get<std::string>();
    webhook.events = in.at("events").get<std::vector<std::string>>();
    webhook.instance_id = in.value("instanceId", std::string());
    webhook.selector = in.value("selector", std::string());
    webhook.secret = in.at("secret").get<std::string>();
    webhook.enabled = in.at("enabled").get<bool>();
    auto created = parse_rfc3339(in.at("createdAt").get<std::string>());
    if (!created) return std::unexpected(std::move(created.error()));
    webhook.created_at = *created;
    return webhook;
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("A webhook in the store is not readable: ") + error.what());
  }
}

Result<WebhookTarget> parse_webhook_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == std::string_view::npos ? scheme : url.find_first_of("/?#", scheme + 3);
  auto server = net::Endpoint::parse(url.substr(0, path));
  if (!server) return std::unexpected(std::move(server.error()));
  if (server->kind == net::Endpoint::Kind::Unix) {
    return fail(ErrorCode::InvalidArgument, "malformed URL: it needs http:// or https://");
  }
  WebhookTarget target{std::move(*server), path == std::string_view::npos ? "/" : std::string(url.substr(path))};
  const bool plain = std::ranges::all_of(target.path, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!plain)
    return fail(ErrorCode::InvalidArgument, "malformed URL: it holds spaces or characters that are not ASCII");
  if (target.path.find('#') != std::string::npos) {
    return fail(ErrorCode::InvalidArgument, "malformed URL: a fragment is never sent");
  }
  if (target.path.front() != '/') target.path.insert(0, 1, '/');
  return target;
}

bool wants(const Webhook& webhook, const Event& event, const Metadata* metadata) {
  const bool of_type = std::ranges::any_of(
      webhook.events, [&](const std::string& name) { return name == "*" || name == to_string(event.type); });
  if (!of_type || (!webhook.instance_id.empty() && event.instance_id != webhook.instance_id)) return false;
  if (webhook.selector.empty()) return true;
  const auto selector = Selector::parse(webhook.selector);
  return selector && metadata != nullptr && selector->matches(*metadata);
}

std::string webhook_signature(const std::string& secret, const std::string& timestamp, const std::string& body) {
  return "sha256=" + hmac_sha256_hex(secret, timestamp + "." + body);
}

Duration webhook_retry_delay(std::size_t failures) {
  const std::size_t doublings = std::min(failures > 0 ? failures - 1 : 0, kDoublings);
  return std::min<Duration>(kFirstRetry * (std::int64_t{1} << doublings), kLongestRetry);
}

}  // namespace draas::core
