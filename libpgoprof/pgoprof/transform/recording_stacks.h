// Stacks of places in a binary's code, each kept once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/base/hash.h"
#include "pgoprof/base/hash_index.h"
#include "pgoprof/base/huge_pages.h"
#include "pgoprof/base/result.h"
#include "pgoprof/transform/recording_places.h"

namespace pgoprof {

/// Where a stack's callers come from.
enum class CallersFrom : std::uint8_t {
    frame_pointers,  ///< and the first place is the leaf's: its caller may be lost
    nowhere,         ///< there is the leaf alone: its caller lies beyond the copied stack
    complete,        ///< nothing to repair
};

/// Memory grows with the distinct stacks, not with the samples.
class PlaceStacks {
public:
    struct Totals {
        std::uint64_t samples = 0;
        std::uint64_t periods = 0;
    };

    /// `places`: leaf first. `totals.periods` is the sum of all of the samples' periods. Errors: overflow.
    Result<> add(std::span<const PlaceId> places, CallersFrom callers, const Totals& totals);
    /// The same of places whose hash is known.
    Result<> add(std::span<const PlaceId> places, std::uint64_t hash, CallersFrom callers, const Totals& totals);

    /// The hash of no places, and that of `place` before those of hash `callers`.
    static constexpr std::uint64_t kNoPlaces = 1;
    static std::uint64_t hash_with(std::uint64_t callers, PlaceId place) { return hash_mix(callers, place.value); }

    std::size_t size() const { return records_.size(); }
    std::size_t frame_count() const { return places_.size(); }
    std::span<const PlaceId> places(std::size_t i) const {
        return std::span(places_).subspan(records_[i].begin, records_[i].count);
    }
    CallersFrom callers(std::size_t i) const { return records_[i].callers; }
    const Totals& totals(std::size_t i) const { return records_[i].totals; }

private:
    struct Record {
        std::size_t begin = 0;
        std::uint32_t count = 0;
        CallersFrom callers = CallersFrom::complete;
        Totals totals{};
    };

    HashIndex index_;
    std::vector<Record> records_;
    std::vector<PlaceId, HugePageAllocator<PlaceId>> places_;
};

}  // namespace pgoprof
