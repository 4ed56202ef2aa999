#include "base/metrics.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace draas {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, WritesThePrometheusTextFormat) {
  const auto metrics = make_metrics();
  metrics->counter("draas_requests_total", "Requests served.", {{"method", "GET"}}).add(3);
  metrics->gauge("draas_instances", "Instances.").set(7);
  auto& histogram = metrics->histogram("draas_seconds", "Time.", {0.1, 1});
  histogram.observe(0.05);
  histogram.observe(0.5);
  histogram.observe(5);
  const std::string text = metrics->text();
  EXPECT_THAT(text, HasSubstr("# HELP draas_requests_total Requests served."));
  EXPECT_THAT(text, HasSubstr("# TYPE draas_requests_total counter"));
  EXPECT_THAT(text, HasSubstr("draas_requests_total{method=\"GET\"} 3"));
  EXPECT_THAT(text, HasSubstr("draas_instances 7"));
  EXPECT_THAT(text, HasSubstr("draas_seconds_bucket{le=\"0.1\"} 1"));
  EXPECT_THAT(text, HasSubstr("draas_seconds_bucket{le=\"+Inf\"} 3"));
  EXPECT_THAT(text, HasSubstr("draas_seconds_count 3"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  const auto metrics = make_metrics();
  Counter& first = metrics->counter("draas_x_total", "X.", {{"a", "1"}});
  EXPECT_EQ(&first, &metrics->counter("draas_x_total", "X.", {{"a", "1"}}));
  EXPECT_NE(&first, &metrics->counter("draas_x_total", "X.", {{"a", "2"}}));
  EXPECT_EQ(&metrics->gauge("draas_g", "G."), &metrics->gauge("draas_g", "G."));
  EXPECT_EQ(&metrics->histogram("draas_h", "H.", {1}), &metrics->histogram("draas_h", "H.", {1}));
}

TEST(Metrics, RefreshesBeforeEachScrape) {
  const auto metrics = make_metrics();
  Gauge& gauge = metrics->gauge("draas_seen", "Seen.");
  int scrapes = 0;
  metrics->on_collect([&] { gauge.set(++scrapes); });
  EXPECT_THAT(metrics->text(), HasSubstr("draas_seen 1"));
  EXPECT_THAT(metrics->text(), HasSubstr("draas_seen 2"));
}

TEST(Metrics, CountsFromManyThreads) {
  const auto metrics = make_metrics();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) metrics->counter("draas_n_total", "N.").add();
      });
    }
  }
  EXPECT_THAT(metrics->text(), HasSubstr("draas_n_total 4000"));
}

TEST(Metrics, EscapesLabels) {
  const auto metrics = make_metrics();
  metrics->gauge("draas_label", "L.", {{"v", "a\"b\nc"}}).set(1);
  EXPECT_THAT(metrics->text(), HasSubstr("draas_label{v=\"a\\\"b\\nc\"} 1"));
}

}  // namespace
}  // namespace draas
