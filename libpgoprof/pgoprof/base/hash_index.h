// The hash table behind all interning: from a hash to an id.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "pgoprof/base/hash.h"
#include "pgoprof/base/huge_pages.h"

namespace pgoprof {

/// Open addressing over ids of records that live elsewhere. The index never sees the records: callers compare them.
class HashIndex {
public:
    /// The id for which `equal(id)` holds among those inserted under `hash`; if there is none, inserts and returns
    /// `insert()`, which must give a new id, any but 2^32 - 1.
    template <typename Equal, typename Insert>
    std::uint32_t find_or_insert(std::uint64_t hash, Equal&& equal, Insert&& insert) {
        if ((count_ + 1) * 4 > slots_.size() * 3)
            grow(std::max(slots_.size() * 2, kFewest));  // at most three quarters full, so that probing stays short
        const std::uint32_t tag = tag_of(hash);
        std::size_t slot = home(tag);
        for (; slots_[slot].id != kFree; slot = (slot + 1) & mask()) {
            if (slots_[slot].tag == tag && equal(slots_[slot].id)) return slots_[slot].id;
        }
        const std::uint32_t id = insert();
        slots_[slot] = {tag, id};
        ++count_;
        return id;
    }

    /// Makes room for `count` ids, so that the table need not grow on the way there.
    void reserve(std::size_t count) {
        const std::size_t slots = std::bit_ceil(std::max(count * 4 / 3 + 1, kFewest));
        if (slots > slots_.size()) grow(slots);
    }

    // Tables larger than the cache cost a miss for the slot and one for the record. Whoever has many look-ups to do
    // starts these misses early.

    /// Starts to load the slot of `hash`.
    void prefetch(std::uint64_t hash) const {
        if (!slots_.empty()) __builtin_prefetch(&slots_[home(tag_of(hash))]);
    }

    /// The id in the slot of `hash`, if its record is likely to be the one looked for.
    std::optional<std::uint32_t> likely_id(std::uint64_t hash) const {
        if (slots_.empty()) return std::nullopt;
        const Slot& slot = slots_[home(tag_of(hash))];
        if (slot.id == kFree || slot.tag != tag_of(hash)) return std::nullopt;
        return slot.id;
    }

private:
    static constexpr std::uint32_t kFree = 0xffffffff;
    static constexpr std::size_t kFewest = 64;

    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t id = kFree;
    };

    using Slots = std::vector<Slot, HugePageAllocator<Slot>>;

    static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
    std::size_t mask() const { return slots_.size() - 1; }
    std::size_t home(std::uint32_t tag) const { return tag & mask(); }

    void grow(std::size_t slots) {
        Slots old(slots);
        old.swap(slots_);
        for (const Slot& moved : old) {
            if (moved.id == kFree) continue;
            std::size_t slot = home(moved.tag);
            while (slots_[slot].id != kFree) slot = (slot + 1) & mask();
            slots_[slot] = moved;
        }
    }

    Slots slots_;
    std::size_t count_ = 0;
};

}  // namespace pgoprof
