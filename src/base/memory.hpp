#pragma once
// Memory that was needed for a while.

namespace draas {

// Gives back to the operating system what the heap holds free. Takes milliseconds where the heap is large. [any thread]
void release_free_memory();

// Gives back to the operating system what the heap holds free, and the pages of program and libraries that nothing has
// written: what is still needed of them comes back from the page cache at its next use. To be called once start-up is
// done; takes some milliseconds. [any thread]
void release_start_up_memory();

}  // namespace draas
