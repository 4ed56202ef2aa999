#pragma once
// Counters, gauges and histograms in the Prometheus model. Thread-safe; updating one is a few atomic operations.
// Names follow the Prometheus conventions: draas_<what>_<unit>[_total].

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace draas {

using MetricLabels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double amount) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

// Owns every metric it hands out. The same name and labels give the same metric.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels = {}) = 0;
  virtual Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {}) = 0;
  virtual Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                               const MetricLabels& labels = {}) = 0;
  // Called before each scrape, on the scraping thread, to refresh gauges that are read from elsewhere.
  virtual void on_collect(std::function<void()> refresh) = 0;
  // The Prometheus text format, version 0.0.4.
  virtual std::string text() = 0;
};

std::unique_ptr<Metrics> make_metrics();

}  // namespace draas
