#pragma once
// The one line at the foot of the terminal that says what is going on. On stderr; whoever draws it has made sure that
// stderr is a terminal. It goes away before anything else is printed, and when a signal ends the program.
//
// One thread.

#include <string>

namespace draas::cli {

// In the place of the line that is there, cut to the terminal's width.
void draw_status_line(std::string line);
// Takes it away; nothing when there is none.
void clear_status_line();

}  // namespace draas::cli
