#include "base/metrics.hpp"

#include <mutex>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace draas {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount) override { counter_.Increment(amount); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }
  void add(double amount) override { gauge_.Increment(amount); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

template <class Metric>
using MetricTable = std::map<std::pair<std::string, MetricLabels>, std::unique_ptr<Metric>>;

// Looks `name` and `labels` up, or makes the metric. The caller holds the table's lock.
template <class Metric, class Make>
auto& find_or_make(MetricTable<Metric>& table, const std::string& name, const MetricLabels& labels, Make make) {
  auto [entry, is_new] = table.try_emplace({name, labels});
  if (is_new) entry->second = make();
  return *entry->second;
}

class PrometheusMetrics final : public Metrics {
 public:
  Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels) override {
    const std::lock_guard lock(mutex_);
    return find_or_make(counters_, name, labels, [&] {
      auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
      return std::make_unique<PrometheusCounter>(family.Add(labels));
    });
  }

  Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels) override {
    const std::lock_guard lock(mutex_);
    return find_or_make(gauges_, name, labels, [&] {
      auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
      return std::make_unique<PrometheusGauge>(family.Add(labels));
    });
  }

  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                       const MetricLabels& labels) override {
    const std::lock_guard lock(mutex_);
    return find_or_make(histograms_, name, labels, [&] {
      auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
      return std::make_unique<PrometheusHistogram>(family.Add(labels, buckets));
    });
  }

  void on_collect(std::function<void()> refresh) override {
    const std::lock_guard lock(mutex_);
    refreshers_.push_back(std::move(refresh));
  }

  std::string text() override {
    std::vector<std::function<void()>> refreshers;
    {
      const std::lock_guard lock(mutex_);
      refreshers = refreshers_;
    }
    for (const auto& refresh : refreshers) refresh();
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  prometheus::Registry registry_;
  std::mutex mutex_;
  MetricTable<PrometheusCounter> counters_;
  MetricTable<PrometheusGauge> gauges_;
  MetricTable<PrometheusHistogram> histograms_;
  std::vector<std::function<void()>> refreshers_;
};

}  // namespace

std::unique_ptr<Metrics> make_metrics() { return std::make_unique<PrometheusMetrics>(); }

}  // namespace draas
