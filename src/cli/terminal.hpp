#pragma once
// What differs between a person at a terminal and a script.

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace draas::cli {

bool is_terminal(int descriptor);
// In columns; 80 when it is not known.
int terminal_width(int descriptor);
// A terminal, and neither NO_COLOR nor TERM=dumb.
bool may_colour(int descriptor);

enum class Colour { None, Red, Green, Yellow, Blue, Magenta, Cyan, Grey, Bold };
// `text` as is when `on` is false.
std::string coloured(std::string_view text, Colour colour, bool on);
// The colour of a status or a health, as on the wire.
Colour status_colour(std::string_view status);

// Control characters out: what comes from elsewhere must not command the terminal.
std::string printable(std::string_view text);
// Columns that a text takes; one per code point.
std::size_t width_of(std::string_view text);
// As much of it as fits.
std::string first_columns(std::string_view text, std::size_t columns);

// Asks on the terminal; false unless the answer is y or yes.
bool ask(const std::string& question);

// One line of standard input, without its end. At a terminal after `prompt`, and what is typed is not shown. Cancelled
// when Ctrl-C ended it; InvalidArgument when there is nothing.
Result<std::string> read_secret(const std::string& prompt);

}  // namespace draas::cli
