#pragma once
// Reports that wait for the control plane, in order, bounded, and kept in a file so that a daemon that is restarted
// meanwhile still has them. Not synced to disk: after a power failure the first look at the engine tells what is.
//
// Thread safety: none.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "monitors/report.hpp"

namespace draas::monitors {

class ReportBuffer {
 public:
  // `file` "" keeps them in memory alone.
  ReportBuffer(std::filesystem::path file, std::size_t capacity);

  // Takes over what an earlier run left; a line that was cut off is left out. Call once.
  Status load();
  // The oldest goes when there are more than the capacity. An error means that the file could not be written; the
  // report is in memory then.
  Status push(Report report);
  // Up to `count` of the oldest.
  std::vector<Report> front(std::size_t count) const;
  // The number of the oldest report, counted since the start. Those that were dropped have one, too.
  std::uint64_t first() const { return first_; }
  // Those with a smaller number have been delivered. Named by number, because the oldest may have been dropped while
  // they were on their way.
  Status pop_before(std::uint64_t number);

  std::size_t size() const { return reports_.size(); }
  std::size_t dropped() const { return dropped_; }  // since the start

 private:
  Status append(const Report& report);
  Status rewrite();

  std::filesystem::path file_;
  std::size_t capacity_;
  std::deque<Report> reports_;
  std::uint64_t first_ = 0;
  std::size_t dropped_ = 0;
  std::size_t lines_ = 0;  // in the file: those of `reports_`, after dropped ones
};

}  // namespace draas::monitors
