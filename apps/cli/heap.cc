#include "cli/heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "pgoprof/base/huge_pages.h"

namespace pgoprof::cli {
namespace {

constexpr std::size_t kStep = 8 * kHugePage;
constexpr std::size_t kSmall = kHugePage / 2;  // what a small profile needs: a huge page would be more
constexpr std::size_t kHuge = 3 * kHugePage;   // then; in the last of more there would be much room that nobody needs

std::uintptr_t address(const void* at) { return reinterpret_cast<std::uintptr_t>(at); }

}  // namespace

// What there is of the heap by now ends anywhere. From there to shortly before a huge page that nothing has touched it
// is left out, since each small page costs a fault.
void prepare_heap() {
    ::mallopt(M_TOP_PAD, kStep);
    ::mallopt(M_TRIM_THRESHOLD, 2 * kStep);
    ::mallopt(M_MMAP_THRESHOLD, kStep / 2);
    constexpr std::size_t kProbe = kHugePage;  // more than there is, so that the heap grows by a step
    auto* const probe = static_cast<std::byte*>(std::malloc(kProbe));
    void* begin = probe + kProbe;  // malloc's notes on what is free have touched the page there
    std::size_t space = 2 * kHugePage;
    std::align(kHugePage, 1, begin, space);
    const std::uintptr_t end = address(::sbrk(0));
    // Another allocator, such as a sanitizer's, has its blocks elsewhere.
    if (address(begin) >= end || end - address(begin) > 2 * kStep) return std::free(probe);
    ::madvise(begin, std::min(kHuge, end - address(begin)), MADV_HUGEPAGE);
    [[maybe_unused]] static void* volatile left_out;  // else the compiler would see that nobody needs it
    left_out = std::realloc(probe, address(begin) - address(probe) - kSmall);
}

}  // namespace pgoprof::cli
