#include "monitors/report_buffer.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "base/files.hpp"
#include "base/log.hpp"

namespace draas::monitors {
namespace {

// How many lines of dropped reports the file may carry, as a multiple of the capacity.
constexpr std::size_t kSlack = 2;
constexpr unsigned kMode = 0600;

}  // namespace

ReportBuffer::ReportBuffer(std::filesystem::path file, std::size_t capacity)
    : file_(std::move(file)), capacity_(std::max<std::size_t>(capacity, 1)) {}

Status ReportBuffer::load() {
  if (file_.empty()) return {};
  std::error_code problem;
  std::filesystem::create_directories(file_.parent_path(), problem);
  if (problem) return fail_errno("cannot make " + file_.parent_path().string(), problem.value());
  if (!std::filesystem::exists(file_, problem)) return {};
  std::ifstream in(file_, std::ios::binary);
  if (!in) return fail_errno("cannot read " + file_.string(), errno);
  std::size_t damaged = 0;
  for (std::string line; std::getline(in, line);) {
    auto report = report_from_line(line);
    if (report) {
      reports_.push_back(std::move(*report));
      if (reports_.size() > capacity_) reports_.pop_front();
    } else {
      ++damaged;
    }
  }
  if (damaged > 0) log_warn("reports were damaged on disk", {{"file", file_.string()}, {"reports", damaged}});
  return rewrite();
}

Status ReportBuffer::push(Report report) {
  reports_.push_back(std::move(report));
  if (reports_.size() > capacity_) {
    reports_.pop_front();
    ++first_;
    ++dropped_;
  }
  if (file_.empty()) return {};
  if (lines_ >= kSlack * capacity_) return rewrite();
  return append(reports_.back());
}

std::vector<Report> ReportBuffer::front(std::size_t count) const {
  const auto end = reports_.begin() + static_cast<std::ptrdiff_t>(std::min(count, reports_.size()));
  return {reports_.begin(), end};
}

Status ReportBuffer::pop_before(std::uint64_t number) {
  while (!reports_.empty() && first_ < number) {
    reports_.pop_front();
    ++first_;
  }
  return rewrite();
}

Status ReportBuffer::append(const Report& report) {
  std::ofstream out(file_, std::ios::binary | std::ios::app);
  out << report_to_line(report) << '\n' << std::flush;
  if (!out) return fail_errno("cannot write " + file_.string(), errno);
  ++lines_;
  return {};
}

Status ReportBuffer::rewrite() {
  if (file_.empty()) return {};
  std::string text;
  for (const Report& report : reports_) text += report_to_line(report) + '\n';
  if (auto written = write_file(file_, text, kMode, Durability::Atomic); !written) return written;
  lines_ = reports_.size();
  return {};
}

}  // namespace draas::monitors
