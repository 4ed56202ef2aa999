// The demultiplexer of container logs reads the same from any pieces, and whole lines lose nothing.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "docker/log_demultiplexer.hpp"
#include "pieces.hpp"

namespace {

using draas::docker::LogDemultiplexer;
using draas::docker::LogLines;
using draas::docker::LogPiece;

struct Read {
  std::string by_stream[3];
  std::string lines;
  bool well = true;
};

Read read(std::string_view bytes, std::size_t piece, bool terminal) {
  LogDemultiplexer demultiplexer(terminal);
  LogLines lines;
  Read out;
  for (std::size_t at = 0; at < bytes.size() && out.well; at += piece) {
    std::vector<LogPiece> pieces;
    out.well = demultiplexer.feed(bytes.substr(at, piece), pieces).has_value();
    for (const LogPiece& part : pieces) {
      out.by_stream[static_cast<int>(part.stream)] += part.data;
      lines.feed(part, out.lines);
    }
  }
  lines.finish(out.lines);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [bytes, piece] = draas::fuzz::cut_input(data, size);
  for (const bool terminal : {false, true}) {
    const Read whole = read(bytes, piece, terminal);
    const Read same = read(bytes, 1, terminal);
    if (whole.well != same.well) std::abort();
    std::size_t total = 0;
    for (int i = 0; i < 3; ++i) {
      if (whole.by_stream[i] != same.by_stream[i]) std::abort();
      total += whole.by_stream[i].size();
    }
    if (whole.lines.size() != total) std::abort();
    if (terminal && whole.lines != bytes) std::abort();
  }
  return 0;
}
