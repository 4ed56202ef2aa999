// draas-bench: measures the control plane beside limits and peers, each pair in one run on one machine.

#include <iostream>

#include <CLI/CLI.hpp>

#include "base/id.hpp"
#include "sections.hpp"

namespace draas::bench {

std::span<const Section> sections() {
  static constexpr Section kSections[] = {
      {"reads", "GET of one and of many, against nginx", measure_reads},
      {"creates", "durable creates, against bare SQLite and etcd", measure_creates},
      {"updates", "durable status reports in batches", measure_status_updates},
      {"crashes", "a killed workload: its event and its replacement, against supervisord and PM2", measure_crashes},
      {"starts", "start by the API, against a bare commit and spawn", measure_starts},
      {"stream", "one event to many subscribers", measure_stream},
      {"fleet", "memory, idle cost and adoption of a running fleet", measure_fleet},
      {"registry", "memory, start-up, pages and sweeps of many registered instances", measure_registry},
      {"configuration", "a live change of the configuration", measure_configuration},
  };
  return kSections;
}

namespace {

int run(const std::vector<std::string>& names, Context& context) {
  int status = 0;
  for (const Section& section : sections()) {
    if (!names.empty() && std::ranges::find(names, section.name) == names.end()) continue;
    std::cout << "\n== " << section.name << ": " << section.what << '\n' << std::flush;
    try {
      section.run(context);
    } catch (const std::exception& error) {
      std::cerr << "draas-bench: " << section.name << ": " << error.what() << '\n';
      status = 1;
    }
    if (Status saved = context.report.save(); !saved) {
      std::cerr << "draas-bench: " << saved.error().message << '\n';
      status = 1;
    }
  }
  return status;
}

}  // namespace
}  // namespace draas::bench

int main(int count, char** arguments) {
  using namespace draas;
  CLI::App app("Measures the control plane beside limits and peers");
  std::vector<std::string> names;
  std::string results = "bench.json";
  std::string document;
  bool brief = false;
  std::set<std::string> section_names;
  for (const bench::Section& section : bench::sections()) section_names.insert(section.name);
  app.add_option("section", names, "What to measure; all without it")->check(CLI::IsMember(section_names));
  app.add_option("--results", results, "JSON file that keeps the figures of earlier runs, too");
  app.add_option("--document", document, "Markdown file whose figures are replaced by these");
  app.add_flag("--brief", brief, "Small numbers: shows that all of it works, and measures little");
  CLI11_PARSE(app, count, arguments);

  bench::Report report(results);
  const std::filesystem::path work = std::filesystem::temp_directory_path() / ("draas-bench-" + random_hex(4));
  std::filesystem::create_directories(work);
  bench::Context context{.report = report, .brief = brief, .work = work};
  int status = bench::run(names, context);
  std::filesystem::remove_all(work);
  if (!document.empty()) {
    if (Status written = report.write_document(document); !written) {
      std::cerr << "draas-bench: " << written.error().message << '\n';
      status = 1;
    }
  }
  return status;
}
