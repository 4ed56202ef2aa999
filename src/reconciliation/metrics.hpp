#pragma once
// The worker's numbers: the five of the prototype's documents, and more of its own. Thread-safe.

#include "base/metrics.hpp"

namespace draas::reconciliation {

struct ReconciliationMetrics {
  explicit ReconciliationMetrics(Metrics& metrics);

  Counter& cycles;          // reconciliation_cycles_total
  Counter& drift_detected;  // reconciliation_drift_detected_total
  Counter& succeeded;       // reconciliation_success_total
  Counter& failed;          // reconciliation_failure_total
  Histogram& duration;      // reconciliation_duration_seconds
  Counter& rolled_back;     // reconciliation_rollbacks_total
  Gauge& in_progress;       // reconciliation_in_progress
  Gauge& instances;         // reconciliation_instances
  Gauge& drifted;           // reconciliation_instances_drifted
  Gauge& shards;            // reconciliation_shards
};

}  // namespace draas::reconciliation
