#include "reconciliation/metrics.hpp"

namespace draas::reconciliation {

ReconciliationMetrics::ReconciliationMetrics(Metrics& metrics)
    : cycles(metrics.counter("reconciliation_cycles_total", "Sweeps over the fleet")),
      drift_detected(metrics.counter("reconciliation_drift_detected_total", "Instances found to differ")),
      succeeded(metrics.counter("reconciliation_success_total", "Instances brought to what was asked for")),
      failed(metrics.counter("reconciliation_failure_total", "Reconciliations that failed")),
      duration(metrics.histogram("reconciliation_duration_seconds", "From the decision to the recorded result",
                                 {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300})),
      rolled_back(metrics.counter("reconciliation_rollbacks_total", "Returns to the last healthy revision")),
      in_progress(metrics.gauge("reconciliation_in_progress", "Instances being worked on now")),
      instances(metrics.gauge("reconciliation_instances", "Instances of this worker's shards")),
      drifted(metrics.gauge("reconciliation_instances_drifted", "Instances that differ from what was asked for")),
      shards(metrics.gauge("reconciliation_shards", "Shards of the fleet that this worker holds")) {}

}  // namespace draas::reconciliation
