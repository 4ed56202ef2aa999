#include "cli/table.hpp"

#include <algorithm>

namespace draas::cli {
namespace {

bool is_number(const std::string& text) {
  const std::size_t end = text.ends_with('%') ? text.size() - 1 : text.size();
  return end > 0 && text.find_first_not_of("0123456789.", 0) >= end && text.front() != '.';
}

}  // namespace

void Table::add(std::vector<Cell> cells) {
  cells.resize(columns_.size(), Cell(""));
  for (Cell& cell : cells) {
    cell.text = printable(cell.text);
    if (cell.text.empty()) cell.text = "-";
  }
  rows_.push_back(std::move(cells));
}

std::string Table::to_text(bool header, bool colour) const {
  ColumnLayout layout;
  return to_text(header, colour, layout);
}

std::string Table::to_text(bool header, bool colour, ColumnLayout& layout) const {
  layout.widths.resize(columns_.size(), 0);
  layout.words.resize(columns_.size(), false);
  std::vector<std::size_t>& widths = layout.widths;
  std::vector<bool> numeric(columns_.size(), false);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (header) widths[i] = std::max(widths[i], width_of(columns_[i]));
    bool any = false;
    for (const auto& row : rows_) {
      widths[i] = std::max(widths[i], width_of(row[i].text));
      if (row[i].text == "-") continue;
      any = true;
      if (!is_number(row[i].text)) layout.words[i] = true;
    }
    numeric[i] = any && !layout.words[i];
  }
  std::string out;
  const auto put = [&](std::size_t i, const std::string& text, Colour with) {
    const std::string padding(widths[i] - std::min(widths[i], width_of(text)), ' ');
    const bool last = i + 1 == columns_.size();
    if (numeric[i]) out += padding;
    out += coloured(text, with, colour);
    if (!numeric[i] && !last) out += padding;
    out += last ? "\n" : "  ";
  };
  if (header) {
    for (std::size_t i = 0; i < columns_.size(); ++i) put(i, columns_[i], Colour::Bold);
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) put(i, row[i].text, row[i].colour);
  }
  return out;
}

}  // namespace draas::cli
