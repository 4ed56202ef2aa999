#include "core/webhooks/webhook.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

using std::chrono::seconds;

Json json(const std::string& text) { return parse_json(text).value(); }

Event event(EventType type, const std::string& id) {
  Event made;
  made.type = type;
  made.instance_id = id;
  return made;
}

TEST(WebhookUrl, KeepsPathAndQuery) {
  const auto target = parse_webhook_url("https://hooks.example.com:8443/a/b/?x=1&y=2");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server.host, "hooks.example.com");
  EXPECT_EQ(target->server.port, 8443);
  EXPECT_EQ(target->server.kind, net::Endpoint::Kind::Tls);
  EXPECT_EQ(target->path, "/a/b/?x=1&y=2");
  EXPECT_EQ(parse_webhook_url("http://host")->path, "/");
  EXPECT_EQ(parse_webhook_url("http://host?x=1")->path, "/?x=1");
}

TEST(WebhookUrl, RefusesWhatCannotBeCalledWithoutRepeatingIt) {
  for (const char* url : {"", "host", "ftp://host", "unix:///run/x", "http://user:hunter2@host/", "http://host/a b",
                          "http://host/#x", "http://host:0/", "http:///x", "http://host/\n"}) {
    const auto target = parse_webhook_url(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(Webhook, ASecretThatIsNotNamedStays) {
  auto first = read_webhook(json(R"({"url":"http://h","secret":"s"})"), nullptr);
  ASSERT_TRUE(first);
  first->id = "w";
  EXPECT_EQ(to_json(*first)["signed"], true);
  EXPECT_EQ(to_text(to_json(*first)).find("\"s\""), std::string::npos);
  const auto kept = read_webhook(json(R"({"url":"http://h","events":["Reconciled"]})"), &*first);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->secret, "s");
  EXPECT_EQ(kept->id, "w");
  EXPECT_EQ(read_webhook(json(R"({"url":"http://h","secret":""})"), &*first)->secret, "");
  // As it is shown, it may be sent back.
  EXPECT_TRUE(read_webhook(to_json(*first), &*first));
  const auto stored = webhook_from_document(to_document(*first));
  ASSERT_TRUE(stored);
  EXPECT_EQ(to_document(*stored), to_document(*first));
}

TEST(Webhook, WantsByTypeInstanceAndSelector) {
  Webhook webhook;
  const Metadata team_a{{"team", "a"}};
  EXPECT_TRUE(wants(webhook, event(EventType::RolloutChanged, ""), nullptr));
  webhook.events = {"Reconciled", "RolledBack"};
  EXPECT_TRUE(wants(webhook, event(EventType::Reconciled, "x"), &team_a));
  EXPECT_FALSE(wants(webhook, event(EventType::StatusChanged, "x"), &team_a));
  webhook.instance_id = "x";
  EXPECT_FALSE(wants(webhook, event(EventType::Reconciled, "y"), &team_a));
  webhook.selector = "team=a";
  EXPECT_TRUE(wants(webhook, event(EventType::Reconciled, "x"), &team_a));
  const Metadata team_b{{"team", "b"}};
  EXPECT_FALSE(wants(webhook, event(EventType::Reconciled, "x"), &team_b));
  EXPECT_FALSE(wants(webhook, event(EventType::Reconciled, "x"), nullptr));
}

TEST(Webhook, PausesDoubleToFiveMinutes) {
  EXPECT_EQ(webhook_retry_delay(1), seconds(1));
  EXPECT_EQ(webhook_retry_delay(2), seconds(2));
  EXPECT_EQ(webhook_retry_delay(9), seconds(256));
  EXPECT_EQ(webhook_retry_delay(10), seconds(300));
  EXPECT_EQ(webhook_retry_delay(100'000), seconds(300));
}

TEST(Webhook, SignsTimestampAndBody) {
  // HMAC-SHA256("key", "1.{}")
  const std::string signature = webhook_signature("key", "1", "{}");
  EXPECT_TRUE(signature.starts_with("sha256="));
  EXPECT_EQ(signature.size(), 7U + 64U);
  EXPECT_NE(signature, webhook_signature("key", "2", "{}"));
  EXPECT_NE(signature, webhook_signature("other", "1", "{}"));
}

}  // namespace
}  // namespace draas::core
