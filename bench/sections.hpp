#pragma once
// The parts of the measurement. Each starts what it needs, adds its figures to the report and ends what it started.
// They throw std::exception when something does not work; that is no figure.

#include <filesystem>
#include <span>

#include "report.hpp"

namespace draas::bench {

struct Context {
  Report& report;
  bool brief = false;          // small numbers, to see that all of it works
  std::filesystem::path work;  // an empty directory on the disk that is measured
  // One of two sizes.
  std::size_t size(std::size_t full, std::size_t small) const { return brief ? small : full; }
};

struct Section {
  const char* name;
  const char* what;
  void (*run)(Context&);
};
std::span<const Section> sections();

void measure_reads(Context& context);
void measure_creates(Context& context);
void measure_status_updates(Context& context);
void measure_crashes(Context& context);
void measure_starts(Context& context);
void measure_stream(Context& context);
void measure_fleet(Context& context);
void measure_registry(Context& context);
void measure_configuration(Context& context);

}  // namespace draas::bench
