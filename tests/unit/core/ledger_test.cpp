#include "core/instances/ledger.hpp"

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "core/events/event_documents.hpp"
#include "core/model/revision.hpp"
#include "core/store/blocking_calls.hpp"
#include "net/task.hpp"
#include "stores/memory/memory_store.hpp"
#include "support/refusing_store.hpp"

namespace draas::core {
namespace {

using tests::RefusingStore;

class LedgerTest : public ::testing::Test {
 protected:
  // The writer still wakes the loop after the loop has answered: the store ends first.
  void TearDown() override { store_->close(); }

  void put(std::string_view collection, std::string id, std::string body) {
    Batch batch;
    batch.writes.push_back(Write::put(std::string(collection), std::move(id), std::move(body)));
    const Status written = commit_now(*store_, std::move(batch));
    ASSERT_TRUE(written) << written.error().message;
  }
  void put_instance(const std::string& id) {
    Instance instance;
    instance.id = instance.name = id;
    instance.platform = "Process";
    instance.revision = 1;
    put(collections::kInstances, id, to_document(instance));
    put(collections::kRuntimes, id, to_document(RuntimeRecord{}));
    Revision revision;
    revision.instance_id = id;
    revision.number = 1;
    revision.configuration = std::make_shared<const std::string>(R"({"host":"127.0.0.1"})");
    put(collections::kRevisions, revision_document_id(id, 1), to_document(revision));
  }
  std::vector<std::string> lease_ids() {
    std::vector<std::string> ids;
    const Status read = for_each_document(*store_, collections::kPorts, [&](const Document& document) {
      ids.push_back(document.id);
      return Status{};
    });
    EXPECT_TRUE(read);
    return ids;
  }

  template <class T>
  T run(net::Task<T> task) {
    loop_.start();
    return net::asio::co_spawn(loop_.executor(), std::move(task), net::asio::use_future).get();
  }
  std::optional<RuntimeRecord> stored_runtime(const std::string& id) {
    auto document = store_->get(collections::kRuntimes, id);
    if (!document || !*document) return std::nullopt;
    auto runtime = runtime_from_document((*document)->body);
    return runtime ? std::optional(std::move(*runtime)) : std::nullopt;
  }
  std::vector<std::string> event_ids() {
    std::vector<std::string> ids;
    EXPECT_TRUE(for_each_document(*store_, collections::kEvents, [&](const Document& document) {
      ids.push_back(document.id);
      return Status{};
    }));
    return ids;
  }

  std::unique_ptr<Store> store_ = stores::make_memory_store();
  net::EventLoop loop_{"ledger-test"};
  ControlPlaneOptions options_;
};

TEST_F(LedgerTest, ReadsTheConfigurationOfTheNewestRevision) {
  put_instance("one");
  Ledger ledger(loop_, *store_, system_clock(), options_);
  const Status loaded = ledger.load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  const EntryPtr entry = ledger.find("one");
  ASSERT_TRUE(entry);
  EXPECT_EQ(*entry->configuration, R"({"host":"127.0.0.1"})");
  EXPECT_EQ(*entry->view->configuration, R"({"host":"127.0.0.1"})");
}

TEST_F(LedgerTest, AnInstanceWithoutItsRevisionIsNotLoaded) {
  put_instance("one");
  Batch batch;
  batch.writes.push_back(Write::erase(std::string(collections::kRevisions), revision_document_id("one", 1)));
  ASSERT_TRUE(commit_now(*store_, std::move(batch)));
  Ledger ledger(loop_, *store_, system_clock(), options_);
  const Status loaded = ledger.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::DataLoss);
  EXPECT_NE(loaded.error().message.find("'one'"), std::string::npos) << loaded.error().message;
}

TEST_F(LedgerTest, LeasesOfTheOldFormAreRewrittenAndReleasedUnderTheirNewId) {
  put_instance("one");
  put(collections::kPorts, "8001", R"({"instanceId":"one"})");
  put(collections::kPorts, "8002:one", R"({"instanceId":"one","address":"127.0.0.2"})");
  put(collections::kPorts, "8003", R"({"instanceId":"gone"})");
  Ledger ledger(loop_, *store_, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  EXPECT_EQ(lease_ids(), (std::vector<std::string>{"8001:one", "8002:one"}));
  EXPECT_EQ(ledger.ports().holder(8001), "one");
  EXPECT_EQ(ledger.ports().address_of("one", 8002), "127.0.0.2");
  EXPECT_EQ(ledger.ports().holder(8003), std::nullopt);

  Batch batch;
  batch.writes.push_back(Ledger::release_write(8001, "one"));
  ASSERT_TRUE(commit_now(*store_, std::move(batch)));
  EXPECT_EQ(lease_ids(), (std::vector<std::string>{"8002:one"}));
}

TEST_F(LedgerTest, APortIsGivenBackOnlyOnceThatIsDurable) {
  put_instance("one");
  put(collections::kPorts, "8001:one", R"({"instanceId":"one"})");
  RefusingStore store(*store_);
  Ledger ledger(loop_, store, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  const EntryPtr entry = ledger.find("one");
  const std::function<Status(Change&)> give_back = [](Change& change) -> Status {
    change.edit_runtime().phase = Phase::Stopped;
    change.released.insert(8001);
    return {};
  };
  store.refuse(1);
  EXPECT_FALSE(run(ledger.change(entry, give_back)));
  EXPECT_EQ(ledger.ports().holder(8001), "one");
  EXPECT_EQ(lease_ids(), (std::vector<std::string>{"8001:one"}));
  EXPECT_TRUE(run(ledger.change(entry, give_back)));
  EXPECT_EQ(ledger.ports().holder(8001), std::nullopt);
  EXPECT_TRUE(lease_ids().empty());
}

TEST_F(LedgerTest, APortThatIsLeasedTwiceKeepsNobodyFromStarting) {
  put_instance("one");
  put_instance("two");
  put(collections::kPorts, "8001:one", R"({"instanceId":"one"})");
  put(collections::kPorts, "8001:two", R"({"instanceId":"two"})");
  Ledger ledger(loop_, *store_, system_clock(), options_);
  const Status loaded = ledger.load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(ledger.ports().holder(8001), "one");
}

TEST_F(LedgerTest, AChangeThatAnotherOfTheSameBatchFollowsIsStored) {
  put_instance("one");
  Ledger ledger(loop_, *store_, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  const EntryPtr entry = ledger.find("one");
  const std::function<Status(Change&)> report = [](Change& change) -> Status {
    change.edit_runtime().reported_status = InstanceStatus::Error;
    change.edit_runtime().error_message = "broken";
    return {};
  };
  const std::function<Status(Change&)> nothing = [](Change&) -> Status { return {}; };
  const auto statuses = run(ledger.change_all({{entry, report}, {entry, nothing}}));
  ASSERT_EQ(statuses.size(), 2U);
  EXPECT_TRUE(statuses[0] && statuses[1]);
  EXPECT_EQ(entry->runtime.error_message, "broken");
  const auto stored = stored_runtime("one");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->error_message, "broken");
  EXPECT_EQ(stored->reported_status, InstanceStatus::Error);
}

TEST_F(LedgerTest, EventsOfOneCommitAreErasedTogetherWhenTheLastOfThemIsOld) {
  put_instance("one");
  options_.event_log = 300;
  Ledger ledger(loop_, *store_, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  const EntryPtr entry = ledger.find("one");
  const std::function<Status(Change&)> event = [](Change& change) -> Status {
    change.report_update = true;
    return {};
  };
  for (int number = 0; number < 200; ++number) {
    const auto statuses = run(ledger.change_all({{entry, event}, {entry, event}, {entry, event}, {entry, event}}));
    ASSERT_TRUE(statuses.back());
  }
  const auto ids = event_ids();
  ASSERT_FALSE(ids.empty());
  // The last trim was that of event 768: what is kept begins with 469, which lies in the document that ends with 472.
  EXPECT_EQ(std::stoull(ids.front()), 472U);
  EXPECT_EQ(std::stoull(ids.back()), 800U);
  EXPECT_EQ(ids.size(), (800U - 468U) / 4U);

  Ledger again(loop_, *store_, system_clock(), options_);
  ASSERT_TRUE(again.load());
  EXPECT_EQ(again.events().last_sequence(), 800U);
}

TEST_F(LedgerTest, ABatchOfMoreEventsThanAreKeptLeavesNoOldOnes) {
  put_instance("one");
  options_.event_log = 100;
  Ledger ledger(loop_, *store_, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  const EntryPtr entry = ledger.find("one");
  const std::function<Status(Change&)> event = [](Change& change) -> Status {
    change.report_update = true;
    return {};
  };
  ASSERT_TRUE(run(ledger.change_all({512, {entry, event}})).back());
  // In documents of 64 events: 413 is the oldest that is kept, and lies in the seventh.
  const auto ids = event_ids();
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_EQ(std::stoull(ids.front()), 448U);
  EXPECT_EQ(std::stoull(ids.back()), 512U);
}

TEST_F(LedgerTest, OldEventsThatCouldNotBeErasedAreErasedLater) {
  put_instance("one");
  options_.event_log = 300;
  RefusingStore store(*store_);
  Ledger ledger(loop_, store, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  const EntryPtr entry = ledger.find("one");
  const std::function<Status(Change&)> event = [](Change& change) -> Status {
    change.report_update = true;
    return {};
  };
  // The trim of event 512 is refused; the next one, at 768, makes up for it.
  for (int number = 1; number <= 800; ++number) {
    if (number == 512) store.refuse(1);
    EXPECT_EQ(run(ledger.change(entry, event)).has_value(), number != 512);
  }
  const auto ids = event_ids();
  ASSERT_FALSE(ids.empty());
  EXPECT_EQ(std::stoull(ids.front()), 769U - 300U);
  EXPECT_EQ(std::stoull(ids.back()), 800U);
}

TEST_F(LedgerTest, IdempotencyKeysAreForgottenAfterADay) {
  Ledger ledger(loop_, *store_, system_clock(), options_);
  ASSERT_TRUE(ledger.load());
  const WallTime now = system_clock().now();
  ledger.remember_idempotency("old", "one", "f", now - std::chrono::hours(25));
  ledger.remember_idempotency("new", "two", "f", now);
  const std::vector<Write> expired = ledger.expire_idempotency();
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].id, "old");
  std::string fingerprint;
  EXPECT_EQ(ledger.idempotent_instance("old", fingerprint), std::nullopt);
  EXPECT_EQ(ledger.idempotent_instance("new", fingerprint), "two");
}

}  // namespace
}  // namespace draas::core
