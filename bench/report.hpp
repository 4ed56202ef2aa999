#pragma once
// What was measured: figures beside their targets, and how they grow. Kept in one JSON file, so that the sections of
// the measurement can run one at a time, and written out as a table and as plots.

#include <filesystem>
#include <ostream>
#include <string>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::bench {

struct Figure {
  std::string key;       // of the figure, for a later run to replace it
  std::string what;      // what was done
  std::string measured;  // with its unit, beside what it is compared with
  std::string target;    // "" when there is none
  bool met = true;
};

class Report {
 public:
  // Goes on with what `file` has, if there is one.
  explicit Report(std::filesystem::path file);

  // Prints the figure at once, and keeps it.
  void add(const Figure& figure);
  // One point of a curve over the number of instances. `plot` is a key of plots().
  void add_point(const std::string& plot, const std::string& curve, double instances, double value);

  Status save() const;
  // Replaces what stands between the markers of `document` by the figures, and draws each plot beside it into
  // images/performance-<plot>.svg with gnuplot. Errors: what could not be read, written or run.
  Status write_document(const std::filesystem::path& document) const;

 private:
  std::string figures_table() const;
  Status draw(const std::string& plot, const std::filesystem::path& directory) const;

  std::filesystem::path file_;
  Json all_;
};

}  // namespace draas::bench
