#include "base/memory.hpp"

#include <cstddef>
#include <cstdint>

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace draas {
namespace {

// A segment that was never writable holds nothing but what its file holds. (What the linker has written, such as
// relocations, is in segments that are.)
int release_segments(dl_phdr_info* object, std::size_t /*size*/, void* /*data*/) {
  const auto page = static_cast<std::uintptr_t>(::getpagesize());
  for (int at = 0; at < object->dlpi_phnum; ++at) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[at];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = (object->dlpi_addr + segment.p_vaddr + segment.p_filesz + page - 1) & ~(page - 1);
    // Refused for what cannot be dropped, such as locked memory: it stays. The linker tells addresses as numbers.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void release_free_memory() { ::malloc_trim(0); }

void release_start_up_memory() {
  release_free_memory();
  ::dl_iterate_phdr(release_segments, nullptr);
}

}  // namespace draas
