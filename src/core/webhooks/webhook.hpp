#pragma once
// A place that is told of events by HTTP. Plain values and pure rules.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "core/instances/selector.hpp"
#include "core/model/event.hpp"
#include "core/model/instance.hpp"
#include "net/http_client.hpp"

namespace draas::core {

// Document of collection "webhooks".
struct Webhook {
  std::string id;
  std::string url;
  std::vector<std::string> events{"*"};  // names of types; "*" = all
  std::string instance_id;               // only events of this one; "" = of all
  std::string selector;                  // only of instances that it matches; "" = of all
  std::string secret;                    // signs deliveries; "" = they are not signed
  bool enabled = true;
  WallTime created_at;
};

// What a client sends: a new one, or the replacement of `before` (a secret that is not named stays). InvalidArgument
// with every fault.
Result<Webhook> read_webhook(const Json& body, const Webhook* before);
// For clients: without the secret.
Json to_json(const Webhook& webhook);
std::string to_document(const Webhook& webhook);
Result<Webhook> webhook_from_document(std::string_view body);

struct WebhookTarget {
  net::Endpoint server;
  std::string path;  // and query
};
// Of an http or https URL. InvalidArgument, without the URL, for anything else.
Result<WebhookTarget> parse_webhook_url(std::string_view url);

// Is the event of a kind and an instance that the webhook wants? `metadata` is the instance's; nullptr when there is
// no such instance (any more).
bool wants(const Webhook& webhook, const Event& event, const Metadata* metadata);

// "sha256=" and HMAC-SHA256(secret, timestamp "." body) in hexadecimal.
std::string webhook_signature(const std::string& secret, const std::string& timestamp, const std::string& body);

// The pause after `failures` attempts that failed: 1 s, doubling to 5 min.
Duration webhook_retry_delay(std::size_t failures);

}  // namespace draas::core
