#pragma once
// What a row of measurements says.

#include <chrono>
#include <string>
#include <vector>

namespace draas::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

// The value below which `fraction` (0 to 1) of the values lie; 0 without values.
double percentile(std::vector<double> values, double fraction);
inline double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

// Since `start`, in milliseconds.
inline double since(Clock::time_point start) { return Milliseconds(Clock::now() - start).count(); }

// With a comma between thousands, and digits enough for small values: "12,346", "1.23", "0.012".
std::string number(double value);
// "0.42 ms, p99 0.91 ms (200 times)".
std::string latency_text(const std::vector<double>& milliseconds);

}  // namespace draas::bench
