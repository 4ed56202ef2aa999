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

// Beyond so many lines that differ a script need not be the shortest: all that differs is replaced. Bounds time and
// memory (kMostEdits squared numbers).
constexpr std::ptrdiff_t kMostEdits = 2'000;

// The furthest place in `a` on each diagonal, for one number of edits d: diagonals -d to d.
class Frontier {
 public:
  explicit Frontier(std::ptrdiff_t edits) : edits_(edits), furthest_(static_cast<std::size_t>(2 * edits + 1), -1) {}
  int& at(std::ptrdiff_t diagonal) { return furthest_[static_cast<std::size_t>(diagonal + edits_)]; }
  // -1 where this number of edits does not reach.
  int get(std::ptrdiff_t diagonal) const {
    const bool inside = diagonal >= -edits_ && diagonal <= edits_;
    return inside ? furthest_[static_cast<std::size_t>(diagonal + edits_)] : -1;
  }

 private:
  std::ptrdiff_t edits_;
  std::vector<int> furthest_;
};

// Is the step to this diagonal an insertion, from the one above, rather than a deletion, from the one below?
bool is_insertion(const Frontier& before, std::ptrdiff_t diagonal) {
  return before.get(diagonal - 1) < before.get(diagonal + 1);
}

using Frontiers = std::vector<Frontier>;

// Back from the end to the beginning.
std::vector<Edit> trace(const Lines& a, const Lines& b, const Frontiers& frontiers) {
  std::vector<Edit> edits;
  std::size_t i = a.size();
  std::size_t j = b.size();
  for (std::size_t step = frontiers.size(); step > 0; --step) {
    const std::ptrdiff_t diagonal = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j);
    const Frontier& before = frontiers[step - 1];
    const bool inserted = is_insertion(before, diagonal);
    const std::ptrdiff_t previous = inserted ? diagonal + 1 : diagonal - 1;
    const auto from = static_cast<std::size_t>(before.get(previous));
    const std::size_t begin = inserted ? from : from + 1;
    while (i > begin) {
      edits.push_back({' ', a[--i]});
      --j;
    }
    edits.push_back(inserted ? Edit{'+', b[--j]} : Edit{'-', a[--i]});
  }
  while (i > 0) edits.push_back({' ', a[--i]});
  std::reverse(edits.begin(), edits.end());
  return edits;
}

std::vector<Edit> replaced(const Lines& a, const Lines& b) {
  std::vector<Edit> edits;
  for (const std::string_view line : a) edits.push_back({'-', line});
  for (const std::string_view line : b) edits.push_back({'+', line});
  return edits;
}

// Myers' greedy algorithm: the shortest edit script in O((N+M)D) time, with what each step of it reached.
std::vector<Edit> shortest_edits(const Lines& a, const Lines& b) {
  if (a.empty() || b.empty()) return replaced(a, b);
  const auto n = static_cast<std::ptrdiff_t>(a.size());
  const auto m = static_cast<std::ptrdiff_t>(b.size());
  Frontiers frontiers;
  for (std::ptrdiff_t d = 0; d <= std::min(n + m, kMostEdits); ++d) {
    Frontier now(d);
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      std::ptrdiff_t x = 0;
      if (d > 0) x = is_insertion(frontiers.back(), k) ? frontiers.back().get(k + 1) : frontiers.back().get(k - 1) + 1;
      while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) ++x;
      now.at(k) = static_cast<int>(x);
      if (x >= n && x - k >= m) return trace(a, b, frontiers);
    }
    frontiers.push_back(std::move(now));
  }
  return replaced(a, b);
}

// The same; what both begin and end with costs nothing.
std::vector<Edit> edits_between(const Lines& a, const Lines& b) {
  const auto prefix = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  std::size_t suffix = 0;
  while (suffix < std::min(a.size(), b.size()) - prefix && a[a.size() - 1 - suffix] == b[b.size() - 1 - suffix]) {
    ++suffix;
  }
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(prefix),
                 lines.end() - static_cast<std::ptrdiff_t>(suffix));
  };
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < prefix; ++i) edits.push_back({' ', a[i]});
  std::ranges::copy(shortest_edits(middle(a), middle(b)), std::back_inserter(edits));
  for (std::size_t i = a.size() - suffix; i < a.size(); ++i) edits.push_back({' ', a[i]});
  return edits;
}

std::string place(char side, std::size_t first, std::size_t count) {
  return side + std::to_string(count == 0 ? first : first + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const std::string& from,
                         const std::string& to) {
  if (before == after) return {};
  const std::vector<Edit> edits = edits_between(split(before), split(after));
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
