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

/// A new block of whole huge pages; nullptr if the system gives none.
inline void* map_huge_pages(std::size_t bytes) {
    // One page more than needed has an aligned block in it; what is around that goes back.
    const std::size_t mapped = bytes + kHugePage;
    void* const begin = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED) return nullptr;
    void* block = begin;
    std::size_t space = mapped;
    std::align(kHugePage, bytes, block, space);
    const std::size_t before = mapped - space;
    if (before != 0) ::munmap(begin, before);
    if (space > bytes) ::munmap(static_cast<std::byte*>(block) + bytes, space - bytes);
    ::madvise(block, bytes, MADV_HUGEPAGE);
    return block;
}

/// Asks for huge pages where a block is large: fewer page faults, and look-ups seldom miss the TLB. Such a block comes
/// from the system and goes back to it, for what is allocated next to have its pages.
template <typename T>
struct HugePageAllocator {
    using value_type = T;

    HugePageAllocator() = default;
    template <typename Other>
    explicit(false) HugePageAllocator(const HugePageAllocator<Other>& /*other*/) {}

    T* allocate(std::size_t count) {
        void* const block = is_large(count) ? map_huge_pages(rounded(count)) : std::malloc(count * sizeof(T));
        if (block == nullptr) throw std::bad_alloc();
        return static_cast<T*>(block);
    }

    void deallocate(T* block, std::size_t count) {
        if (is_large(count))
            ::munmap(block, rounded(count));
        else
            std::free(block);
    }

    friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

private:
    static bool is_large(std::size_t count) { return count * sizeof(T) >= kHugePage; }
    static std::size_t rounded(std::size_t count) {
        return (count * sizeof(T) + kHugePage - 1) / kHugePage * kHugePage;
    }
};

}  // namespace pgoprof
