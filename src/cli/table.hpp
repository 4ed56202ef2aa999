#pragma once
// Aligned columns for people.

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace draas::cli {

struct Cell {
  std::string text;
  Colour colour = Colour::None;

  Cell(std::string value, Colour with = Colour::None) : text(std::move(value)), colour(with) {}
  Cell(const char* value) : text(value) {}
};

// How wide columns are, and which hold words; kept across tables that are printed one below the other.
struct ColumnLayout {
  std::vector<std::size_t> widths;
  std::vector<bool> words;
};

class Table {
 public:
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  // As many cells as columns. Control characters are taken out; an empty cell is shown as "-".
  void add(std::vector<Cell> cells);
  std::size_t rows() const { return rows_.size(); }

  // Columns two blanks apart, the last one without trailing blanks. Right-aligned where all cells are numbers.
  std::string to_text(bool header, bool colour) const;
  // The same with columns as wide as in any table before, which `layout` remembers.
  std::string to_text(bool header, bool colour, ColumnLayout& layout) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace draas::cli
