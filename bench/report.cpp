#include "report.hpp"

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <sys/utsname.h>

#include "base/clock.hpp"
#include "base/program.hpp"

namespace draas::bench {
namespace {

constexpr std::string_view kBegin = "<!-- figures: written by scripts/bench -->";
constexpr std::size_t kDayLength = 10;  // of an RFC 3339 time
constexpr std::string_view kEnd = "<!-- end of figures -->";

struct Plot {
  const char* key;
  const char* title;
  const char* axis;
};
constexpr Plot kPlots[] = {
    {"rate", "Requests per second", "requests/s"},
    {"latency", "Latency, 99th percentile", "ms"},
    {"memory", "Memory of the control plane", "MB"},
    {"time", "Start-up, adoption and sweep", "ms"},
};

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The processor and the kernel, for people.
std::string machine_text() {
  std::istringstream lines(read_text("/proc/cpuinfo"));
  std::string model = "unknown processor";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("model name")) model = line.substr(line.find(':') + 2);
  }
  utsname system{};
  ::uname(&system);
  return std::to_string(std::thread::hardware_concurrency()) + " cores of " + model + ", Linux " + system.release;
}

Status write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail(ErrorCode::Unavailable, "Cannot write " + path.string());
  return {};
}

}  // namespace

Report::Report(std::filesystem::path file) : file_(std::move(file)), all_(Json::object()) {
  if (auto earlier = parse_json(read_text(file_)); earlier && earlier->is_object()) all_ = std::move(*earlier);
  for (const char* part : {"figures", "points"}) {
    if (!all_.contains(part)) all_[part] = Json::object();
  }
}

void Report::add(const Figure& figure) {
  all_["figures"][figure.key] = {{"what", figure.what},
                                 {"measured", figure.measured},
                                 {"target", figure.target},
                                 {"met", figure.met},
                                 {"day", to_rfc3339(system_clock().now()).substr(0, kDayLength)}};
  std::cout << fmt::format("{:<8} {}\n         {}\n",
                           figure.target.empty() ? ""
                           : figure.met          ? "met"
                                                 : "MISSED",
                           figure.what, figure.measured);
  if (!figure.target.empty()) std::cout << "         target: " << figure.target << '\n';
  std::cout << std::flush;
}

void Report::add_point(const std::string& plot, const std::string& curve, double instances, double value) {
  all_["points"][plot][curve][std::to_string(static_cast<long>(instances))] = value;
}

Status Report::save() const { return write_text(file_, all_.dump(1) + "\n"); }

std::string Report::figures_table() const {
  std::set<std::string> days;
  for (const auto& [key, figure] : all_["figures"].items()) days.insert(figure.value("day", std::string()));
  std::string table = "Measured on " + (days.empty() ? std::string("no day") : *days.begin()) +
                      (days.size() > 1 ? " to " + *days.rbegin() : "") + ": " + machine_text() + ".\n\n";
  table += "| what | measured | target | |\n|---|---|---|---|\n";
  for (const auto& [key, figure] : all_["figures"].items()) {
    const auto target = figure["target"].get<std::string>();
    const bool met = figure["met"].get<bool>();
    table += "| " + figure["what"].get<std::string>() + " | " + figure["measured"].get<std::string>() + " | " + target +
             " | " +
             (target.empty() ? ""
              : met          ? "met"
                             : "missed") +
             " |\n";
  }
  for (const Plot& plot : kPlots) {
    if (!all_["points"].contains(plot.key)) continue;
    table += fmt::format("\n![{}](images/performance-{}.svg)\n", plot.title, plot.key);
  }
  return table;
}

Status Report::draw(const std::string& plot, const std::filesystem::path& directory) const {
  const auto shown = std::ranges::find_if(kPlots, [&](const Plot& known) { return known.key == plot; });
  if (shown == std::end(kPlots)) return fail(ErrorCode::Internal, "There is no plot '" + plot + "'");
  std::string script = "set terminal svg size 720,400 font 'sans,13' background '#ffffff'\n";
  script += "set output '" + (directory / ("performance-" + plot + ".svg")).string() + "'\n";
  script += std::string("set title '") + shown->title + "'\nset xlabel 'instances'\nset ylabel '" + shown->axis + "'\n";
  script += "set logscale xy\nset grid\nset key outside right\nset format x '%.0f'\n";
  std::string curves;
  std::string data;
  for (const auto& [curve, points] : all_["points"][plot].items()) {
    curves +=
        std::string(curves.empty() ? "plot " : ", ") + "'-' using 1:2 with linespoints lw 2 title '" + curve + "'";
    for (const auto& [instances, value] : points.items()) data += instances + " " + value.dump() + "\n";
    data += "e\n";
  }
  ProgramCall call;
  call.words = {"gnuplot"};
  call.input = script + curves + "\n" + data;
  Result<ProgramOutput> drawn = run_program(call);
  if (!drawn) return std::unexpected(std::move(drawn.error()));
  if (drawn->status != 0) return fail(ErrorCode::Internal, "gnuplot: " + drawn->text);
  return {};
}

Status Report::write_document(const std::filesystem::path& document) const {
  std::string text = read_text(document);
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return fail(ErrorCode::NotFound, document.string() + " has no place for the figures");
  }
  const std::size_t from = begin + kBegin.size();
  text.replace(from, end - from, "\n" + figures_table());
  for (const auto& [plot, curves] : all_["points"].items()) {
    if (Status drawn = draw(plot, document.parent_path() / "images"); !drawn) return drawn;
  }
  return write_text(document, text);
}

}  // namespace draas::bench
