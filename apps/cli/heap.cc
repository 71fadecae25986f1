#include "cli/heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

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
    void* begin = block;
    std::size_t space = 2 * kHugePage;
    std::align(kHugePage, 1, begin, space);
    const auto address = [](const void* at) { return reinterpret_cast<std::uintptr_t>(at); };
    const std::uintptr_t end = address(::sbrk(0));
    // Another allocator, such as a sanitizer's, has its blocks elsewhere.
    if (address(begin) < end && end - address(begin) <= 2 * kStep) {
        ::madvise(begin, (end - address(begin)) / kHugePage * kHugePage, MADV_HUGEPAGE);
    }
    std::free(block);
}

}  // namespace pgoprof::cli
