#include "core/instances/catalogue.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace draas::core {
namespace {

InstanceViewPtr view(const std::string& id, const std::string& name = "",
                     InstanceStatus status = InstanceStatus::Created) {
  auto made = std::make_shared<InstanceView>();
  made->id = id;
  made->name = name.empty() ? id : name;
  made->platform = "Process";
  made->status = status;
  made->body = "{\"id\":\"" + id + "\"}";
  return made;
}

std::vector<std::string> ids(const Catalogue& catalogue, std::string_view after = "") {
  std::vector<std::string> found;
  catalogue.for_each(after, [&](const InstanceViewPtr& item) {
    found.push_back(item->id);
    return true;
  });
  return found;
}

std::string padded(int number) {
  std::string text = std::to_string(number);
  return std::string(5 - text.size(), '0') + text;
}

TEST(Catalogue, KeepsOrderThroughRandomChanges) {
  std::mt19937 random(7);
  CataloguePtr catalogue = std::make_shared<const Catalogue>();
  std::set<std::string> expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string id = padded(static_cast<int>(random() % 2000));
    if (random() % 3 == 0) {
      catalogue = catalogue->without(id);
      expected.erase(id);
    } else {
      catalogue = catalogue->with({view(id)});
      expected.insert(id);
    }
  }
  EXPECT_EQ(catalogue->size(), expected.size());
  EXPECT_EQ(ids(*catalogue), std::vector<std::string>(expected.begin(), expected.end()));
  for (const std::string& id : expected) ASSERT_NE(catalogue->find(id), nullptr) << id;
  EXPECT_EQ(catalogue->find("99999"), nullptr);
  EXPECT_EQ(catalogue->find(""), nullptr);
}

TEST(Catalogue, ManyAtOnceAreAsOneByOne) {
  std::mt19937 random(11);
  CataloguePtr catalogue = std::make_shared<const Catalogue>();
  std::map<std::string, InstanceViewPtr> expected;
  for (int batch = 0; batch < 60; ++batch) {
    std::map<std::string, InstanceViewPtr> changed;
    for (std::size_t size = random() % 700; changed.size() < size;) {
      const std::string id = padded(static_cast<int>(random() % 20'000));
      changed[id] = view(id);
    }
    std::vector<InstanceViewPtr> views;
    for (const auto& [id, newest] : changed) {
      views.push_back(newest);
      expected[id] = newest;
    }
    std::ranges::shuffle(views, random);
    const auto before = catalogue->version();
    catalogue = catalogue->with(std::move(views));
    EXPECT_EQ(catalogue->version(), before + 1);
    ASSERT_EQ(catalogue->size(), expected.size());
  }
  auto next = expected.begin();
  catalogue->for_each("", [&](const InstanceViewPtr& item) {
    EXPECT_EQ(item, next->second) << next->first;
    ++next;
    return true;
  });
  EXPECT_EQ(next, expected.end());
  for (const auto& [id, newest] : expected) ASSERT_EQ(catalogue->find(id), newest) << id;
}

TEST(Catalogue, OlderVersionsStayAsTheyWere) {
  CataloguePtr first = std::make_shared<const Catalogue>()->with({view("a")});
  CataloguePtr second = first->with({view("b")});
  CataloguePtr third = second->without("a");
  EXPECT_EQ(ids(*first), std::vector<std::string>{"a"});
  EXPECT_EQ(ids(*second), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ids(*third), std::vector<std::string>{"b"});
  EXPECT_LT(first->version(), second->version());
  EXPECT_LT(second->version(), third->version());
}

TEST(Catalogue, ListBodyIsTheArrayOfAllBodies) {
  CataloguePtr catalogue = std::make_shared<const Catalogue>();
  EXPECT_EQ(*catalogue->list_body(), "[]");
  catalogue = catalogue->with({view("b")})->with({view("a")});
  EXPECT_EQ(*catalogue->list_body(), R"([{"id":"a"},{"id":"b"}])");
  EXPECT_EQ(catalogue->list_body(), catalogue->list_body());
}

TEST(Catalogue, PagesAreSharedAsLongAsNothingChanges) {
  std::vector<InstanceViewPtr> views;
  for (int i = 10; i < 40; ++i) views.push_back(view("i" + std::to_string(i)));
  const auto catalogue = Catalogue::of(views);
  const auto first = catalogue->page(10, "");
  EXPECT_EQ(*first->body, join_bodies({views.begin(), views.begin() + 10}));
  EXPECT_EQ(first->continue_after, "i19");
  EXPECT_EQ(catalogue->page(10, "")->body, first->body);
  EXPECT_NE(catalogue->page(11, "")->body, first->body);
  // More pages than are kept.
  for (int after = 10; after < 39; ++after) {
    const auto page = catalogue->page(1, "i" + std::to_string(after));
    EXPECT_EQ(*page->body, "[{\"id\":\"i" + std::to_string(after + 1) + "\"}]");
  }
  EXPECT_EQ(catalogue->page(5, "i39")->continue_after, "");
  EXPECT_EQ(*catalogue->page(5, "i39")->body, "[]");
  const auto changed = catalogue->with({view("i00")});
  EXPECT_NE(*changed->page(10, "")->body, *first->body);
}

TEST(Catalogue, BulkLoadEqualsOneByOne) {
  std::vector<InstanceViewPtr> views;
  for (int i = 999; i >= 0; --i) views.push_back(view(padded(i)));
  const CataloguePtr catalogue = Catalogue::of(views);
  EXPECT_EQ(catalogue->size(), 1000U);
  const auto found = ids(*catalogue);
  EXPECT_TRUE(std::ranges::is_sorted(found));
  EXPECT_EQ(found.size(), 1000U);
  EXPECT_EQ(ids(*catalogue, "00997"), (std::vector<std::string>{"00998", "00999"}));
}

TEST(ListInstances, PagesCoverEverythingOnce) {
  std::vector<InstanceViewPtr> views;
  for (int i = 0; i < 1000; ++i) views.push_back(view(padded(i), i % 2 == 0 ? "even" : "odd"));
  const CataloguePtr catalogue = Catalogue::of(views);
  for (const char* name : {"", "even"}) {
    ListFilter filter;
    filter.name = name;
    std::set<std::string> seen;
    std::string after;
    do {
      const InstancePage page = list_instances(*catalogue, filter, 7, after);
      EXPECT_EQ(page.total, *name == '\0' ? 1000U : 500U);
      for (const auto& item : page.items) EXPECT_TRUE(seen.insert(item->id).second);
      after = page.continue_after;
    } while (!after.empty());
    EXPECT_EQ(seen.size(), *name == '\0' ? 1000U : 500U);
  }
}

TEST(ListInstances, Filters) {
  const CataloguePtr catalogue = Catalogue::of({view("1", "Orders-EU", InstanceStatus::Running), view("2", "orders-us"),
                                                view("3", "billing", InstanceStatus::Error)});
  auto names = [&](const ListFilter& filter) {
    std::vector<std::string> found;
    for (const auto& item : list_instances(*catalogue, filter, 0, "").items) found.push_back(item->id);
    return found;
  };
  ListFilter filter;
  filter.name = "orders";
  EXPECT_EQ(names(filter), (std::vector<std::string>{"1", "2"}));
  filter.name = "*-us";
  EXPECT_EQ(names(filter), std::vector<std::string>{"2"});
  filter.name = "b*l*g";
  EXPECT_EQ(names(filter), std::vector<std::string>{"3"});
  filter = {};
  filter.statuses = {InstanceStatus::Error, InstanceStatus::Running};
  EXPECT_EQ(names(filter), (std::vector<std::string>{"1", "3"}));
  filter = {};
  filter.platform = "docker";
  EXPECT_TRUE(names(filter).empty());
}

}  // namespace
}  // namespace draas::core
