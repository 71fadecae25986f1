// Finding records by their content: the one hash table of the merger.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

namespace pgoprof {

/// A 32-bit hash of a sequence of integers. Not for adversaries; the top bits are the best.
class IntHash {
public:
    void add(std::uint64_t value) { state_ = (std::rotl(state_, 5) ^ value) * kMultiplier; }
    std::uint32_t value() const { return static_cast<std::uint32_t>(((state_ ^ (state_ >> 29)) * kMultiplier) >> 32); }

private:
    static constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
    std::uint64_t state_ = 0x243f6a8885a308d3;
};

/// Maps contents to dense ids. The records stand in the caller's flat arrays; a slot holds only hash and id, so that
/// probing and growing never touch them.
class HashIndex {
public:
    /// The id of the record with this hash for which `equal(id)` holds. Where there is none, remembers and returns
    /// `new_id`: the caller then appends the record under that id.
    template <typename Equal>
    std::uint32_t find_or_add(std::uint32_t hash, std::size_t new_id, const Equal& equal) {
        if ((count_ + 1) * 4 > slots_.size() * 3) grow();
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = hash & mask;
        for (; slots_[slot].id != kFree; slot = (slot + 1) & mask) {
            if (slots_[slot].hash == hash && equal(slots_[slot].id)) return slots_[slot].id;
        }
        if (new_id >= kFree) throw std::length_error("more than 2^32 - 1 distinct records");
        slots_[slot] = {hash, static_cast<std::uint32_t>(new_id)};
        ++count_;
        return slots_[slot].id;
    }

private:
    static constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max();
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t id = kFree;
    };

    void grow() {
        std::vector<Slot> old(slots_.empty() ? 64 : slots_.size() * 2);
        old.swap(slots_);
        const std::size_t mask = slots_.size() - 1;
        for (const Slot& moved : old) {
            if (moved.id == kFree) continue;
            std::size_t slot = moved.hash & mask;
            while (slots_[slot].id != kFree) slot = (slot + 1) & mask;
            slots_[slot] = moved;
        }
    }

    std::vector<Slot> slots_;
    std::size_t count_ = 0;
};

}  // namespace pgoprof
