#include "cli/text_diff.hpp"

#include <algorithm>
#include <vector>

#include "cli/terminal.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

struct Edit {
  char kind;  // ' ', '-', '+'
  std::string_view line;
};

// Myers' greedy algorithm: the shortest edit script in O((N+M)D) time.
std::vector<Edit> shortest_edits(const Lines& a, const Lines& b) {
  const auto n = static_cast<std::ptrdiff_t>(a.size());
  const auto m = static_cast<std::ptrdiff_t>(b.size());
  const std::ptrdiff_t most = n + m;
  std::vector<std::ptrdiff_t> furthest(static_cast<std::size_t>(2 * most + 3), 0);
  const auto at = [most](std::ptrdiff_t k) { return static_cast<std::size_t>(k + most + 1); };
  std::vector<std::vector<std::ptrdiff_t>> history;
  for (std::ptrdiff_t d = 0; d <= most; ++d) {
    history.push_back(furthest);
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && furthest[at(k - 1)] < furthest[at(k + 1)]);
      std::ptrdiff_t x = down ? furthest[at(k + 1)] : furthest[at(k - 1)] + 1;
      while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) ++x;
      furthest[at(k)] = x;
      if (x < n || x - k < m) continue;
      std::vector<Edit> edits;
      std::ptrdiff_t i = n;
      std::ptrdiff_t j = m;
      for (std::ptrdiff_t step = d; i > 0 || j > 0; --step) {
        const auto& before = history[static_cast<std::size_t>(step)];
        const std::ptrdiff_t diagonal = i - j;
        const bool inserted =
            diagonal == -step || (diagonal != step && before[at(diagonal - 1)] < before[at(diagonal + 1)]);
        const std::ptrdiff_t previous = inserted ? diagonal + 1 : diagonal - 1;
        const std::ptrdiff_t start = step == 0 ? 0 : before[at(previous)];
        const std::ptrdiff_t start_j = step == 0 ? 0 : start - previous;
        while (i > start && j > start_j) {
          edits.push_back({' ', a[static_cast<std::size_t>(--i)]});
          --j;
        }
        if (step == 0) break;
        if (inserted) {
          edits.push_back({'+', b[static_cast<std::size_t>(--j)]});
        } else {
          edits.push_back({'-', a[static_cast<std::size_t>(--i)]});
        }
      }
      std::reverse(edits.begin(), edits.end());
      return edits;
    }
  }
  return {};
}

std::string place(char side, std::size_t first, std::size_t count) {
  return side + std::to_string(count == 0 ? first : first + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const std::string& from,
                         const std::string& to) {
  if (before == after) return {};
  const std::vector<Edit> edits = shortest_edits(split(before), split(after));
  std::string out = "--- " + from + "\n+++ " + to + "\n";
  std::size_t i = 0;
  std::size_t line_a = 0;
  std::size_t line_b = 0;
  while (i < edits.size()) {
    if (edits[i].kind == ' ') {
      ++i, ++line_a, ++line_b;
      continue;
    }
    // Back to the context before it, on to where nothing changes for long enough.
    const std::size_t lead = std::min({kContext, i, line_a, line_b});
    std::size_t begin = i;
    for (std::size_t back = 0; back < lead && edits[begin - 1].kind == ' '; ++back) --begin;
    std::size_t end = i;
    for (std::size_t quiet = 0, at = i; at < edits.size() && quiet <= 2 * kContext; ++at) {
      quiet = edits[at].kind == ' ' ? quiet + 1 : 0;
      if (quiet == 0) end = at + 1;
    }
    const std::size_t last = std::min(end + kContext, edits.size());
    const std::size_t start_a = line_a - (i - begin);
    const std::size_t start_b = line_b - (i - begin);
    std::string body;
    std::size_t count_a = 0;
    std::size_t count_b = 0;
    for (std::size_t at = begin; at < last; ++at) {
      body += edits[at].kind + std::string(edits[at].line) + "\n";
      if (edits[at].kind != '+') ++count_a;
      if (edits[at].kind != '-') ++count_b;
    }
    out += "@@ " + place('-', start_a, count_a) + " " + place('+', start_b, count_b) + " @@\n" + body;
    line_a = start_a + count_a;
    line_b = start_b + count_b;
    i = last;
  }
  return out;
}

std::string coloured_diff(const std::string& diff, bool colour) {
  if (!colour) return diff;
  std::string out;
  for (const std::string_view line : split(diff)) {
    Colour with = Colour::None;
    if (line.starts_with("---") || line.starts_with("+++")) {
      with = Colour::Bold;
    } else if (line.starts_with('+')) {
      with = Colour::Green;
    } else if (line.starts_with('-')) {
      with = Colour::Red;
    } else if (line.starts_with("@@")) {
      with = Colour::Cyan;
    }
    out += coloured(line, with, true) + "\n";
  }
  return out;
}

}  // namespace draas::cli
