#include "core/instances/ledger.hpp"

#include <gtest/gtest.h>

#include "core/model/revision.hpp"
#include "core/store/blocking_calls.hpp"
#include "stores/memory/memory_store.hpp"

namespace draas::core {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
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

}  // namespace
}  // namespace draas::core
