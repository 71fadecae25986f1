// Stacks of places in a binary's code, each kept once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
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

    /// Starts to load what adding places of this hash looks at.
    void prefetch(std::uint64_t hash, CallersFrom callers) const { index_.prefetch(hash_of(hash, callers)); }

    /// The hash of no places, and that of `place` before those of hash `callers`.
    static constexpr std::uint64_t kNoPlaces = 1;
    static std::uint64_t hash_with(std::uint64_t callers, PlaceId place) { return hash_mix(callers, place.value); }

    /// Gives the places of the stacks before the one at `i` back, as far as whole blocks of them hold no others.
    void release_before(std::size_t i);

    std::size_t size() const { return records_.size(); }
    std::size_t frame_count() const { return frame_count_; }
    std::span<const PlaceId> places(std::size_t i) const { return {records_[i].places, records_[i].count}; }
    CallersFrom callers(std::size_t i) const { return records_[i].callers; }
    const Totals& totals(std::size_t i) const { return records_[i].totals; }

    static std::uint64_t hash_of(std::span<const PlaceId> places);

private:
    static std::uint64_t hash_of(std::uint64_t hash, CallersFrom callers) {
        return hash_mix(hash, static_cast<std::uint64_t>(callers));
    }

    struct Record {
        const PlaceId* places = nullptr;
        std::uint32_t count = 0;
        CallersFrom callers = CallersFrom::complete;
        Totals totals{};
    };

    const PlaceId* keep(std::span<const PlaceId> places);

    HashIndex index_;
    std::vector<Record, HugePageAllocator<Record>> records_;
    std::size_t frame_count_ = 0;
    std::vector<std::vector<PlaceId, HugePageAllocator<PlaceId>>> blocks_;  // never grown: what is in them stays put
    std::size_t released_ = 0;                                              // blocks
};

/// Adds stacks on a thread of its own, in their order, a batch at a time. To be used instead of `stacks`, until the
/// end.
class PlaceStacksQueue {
public:
    /// `stacks` must outlive it.
    explicit PlaceStacksQueue(PlaceStacks& stacks) : stacks_(stacks) {}

    /// As PlaceStacks::add, whose errors may be those of stacks before.
    Result<> add(std::span<const PlaceId> places, std::uint64_t hash, CallersFrom callers,
                 const PlaceStacks::Totals& totals);

    /// Waits until all have been added.
    Result<> finish();

private:
    struct Stack {
        std::uint64_t hash = 0;
        std::uint32_t count = 0;
        CallersFrom callers = CallersFrom::complete;
        PlaceStacks::Totals totals{};
    };

    struct Batch {
        std::vector<Stack> stacks{};
        std::vector<PlaceId> places{};
    };

    static constexpr std::size_t kBatch = 1024;  ///< stacks

    Result<> add_filled();
    Result<> add_adding();

    PlaceStacks& stacks_;
    Batch filling_;
    Batch adding_;
    std::future<Result<>> added_;  ///< of `adding_`
};

}  // namespace pgoprof
