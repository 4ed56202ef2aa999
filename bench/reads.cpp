// Reading, against nginx serving the same bytes: both on the first core, wrk on the second, in turns.

#include "reads.hpp"

#include <fstream>

#include "control_plane.hpp"
#include "load.hpp"
#include "peers.hpp"
#include "sections.hpp"
#include "statistics.hpp"

namespace draas::bench {
namespace {

constexpr double kWanted = 0.95;
constexpr std::size_t kListed = 1000;

}  // namespace

void compare_with_nginx(Context& context, tests::ServerProcess& server, const Read& read) {
  const int seconds = static_cast<int>(context.size(4, 1));
  const int rounds = static_cast<int>(context.size(5, 1));
  pin(server.pid(), 0);
  const Nginx nginx(context.work);
  const std::string api = server.endpoint().to_string();
  const tests::Answer answer = server.get(read.target);
  if (answer.status != 200) throw std::runtime_error(read.target + " answers " + answer.body);
  std::ofstream(context.work / (read.key + ".json")) << answer.body;
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(wrk_rate(api + read.target, seconds, 1));
    theirs.push_back(wrk_rate(nginx.url(read.key + ".json"), seconds, 1));
  }
  const double ratio = median(ours) / median(theirs);
  context.report.add(
      {read.key, read.what + " (" + number(static_cast<double>(answer.body.size())) + " bytes)",
       number(ratio) + " × nginx: " + number(median(ours)) + "/s against " + number(median(theirs)) + "/s",
       "≥ 0.95 × nginx", ratio >= kWanted});
}

void measure_reads(Context& context) {
  auto server = start_control_plane();
  create_many(*server, "i", 0, kListed);
  for (const Read& read : {Read{"read-one", "GET one instance", "/api/server/instances/i1"},
                           Read{"read-list", "List of 1,000 instances", "/api/server/instances"},
                           Read{"read-page", "Page of 100 instances", "/api/server/instances?limit=100"}}) {
    compare_with_nginx(context, *server, read);
  }
}

}  // namespace draas::bench
