// Memory for tables of many megabytes that are read at random.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace pgoprof {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Asks for huge pages in a block of any alignment, of which they can only hold the inner part: a hint, so that
/// refusing it is no failure.
inline void advise_huge_pages(void* block, std::size_t bytes) {
    std::size_t space = bytes;
    if (std::align(kHugePage, kHugePage, block, space) == nullptr) return;
    ::madvise(block, space / kHugePage * kHugePage, MADV_HUGEPAGE);
}

/// Asks for huge pages where a block is large: fewer page faults, and look-ups seldom miss the TLB.
template <typename T>
struct HugePageAllocator {
    using value_type = T;

    HugePageAllocator() = default;
    template <typename Other>
    explicit(false) HugePageAllocator(const HugePageAllocator<Other>& /*other*/) {}

    T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        const bool large = bytes >= kHugePage;
        const std::size_t alignment = large ? kHugePage : alignof(std::max_align_t);
        const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
        void* const block = std::aligned_alloc(alignment, rounded);
        if (block == nullptr) throw std::bad_alloc();
        if (large) advise_huge_pages(block, rounded);
        return static_cast<T*>(block);
    }

    void deallocate(T* block, std::size_t /*count*/) { std::free(block); }

    friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }
};

}  // namespace pgoprof
