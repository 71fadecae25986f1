#include "cli/heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace pgoprof::cli {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kStep = 8 * kHugePage;

}  // namespace

void prepare_heap() {
    ::mallopt(M_TOP_PAD, kStep);
    ::mallopt(M_TRIM_THRESHOLD, 2 * kStep);
    ::mallopt(M_MMAP_THRESHOLD, kStep / 2);
    void* const block = std::malloc(kHugePage / 2);  // more than there is, so that the heap grows by a step
    const auto begin = (reinterpret_cast<std::uintptr_t>(block) + kHugePage - 1) / kHugePage * kHugePage;
    const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0)) / kHugePage * kHugePage;
    // Another allocator, such as a sanitizer's, has its blocks elsewhere.
    if (begin < end && end - begin <= 2 * kStep) {
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
    }
    std::free(block);
}

}  // namespace pgoprof::cli
