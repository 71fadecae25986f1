// Chains of frame pointers as stacks of places, each call looked up once as long as it lasts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/model/profile.h"
#include "pgoprof/transform/recording_places.h"
#include "pgoprof/transform/recording_stacks.h"

namespace pgoprof {

/// The latest chain of a thread. Callers change less from sample to sample than leaves: where the next chain ends as
/// this one does, places and hashes are known. All is kept at the end of its memory, so that the shared callers stay
/// put.
class PlacedChain {
public:
    /// Puts `addresses` in its place, leaf first and return addresses behind it. `place_of` gives the place of an
    /// instruction, or kNone where that is not in the binary: such frames are left out. It must answer as it did
    /// before, or the chain be cleared.
    template <typename PlaceOf>
    void replace(std::span<const std::uint64_t> addresses, const PlaceOf& place_of) {
        make_room(addresses.size());
        const std::size_t shared = shared_callers(addresses);
        depth_ = addresses.size();
        Frame caller = frame(shared);
        for (std::size_t depth = shared + 1; depth <= depth_; ++depth) {
            const bool is_leaf = depth == depth_;
            caller.address = addresses[depth_ - depth];
            caller.is_placed = false;
            const PlaceId place = place_of(caller.address - (is_leaf ? 0 : 1));
            if (place != kNone<PlaceId>) put(caller, place);
            frame(depth) = caller;
        }
    }

    void clear() { depth_ = 0; }

    /// Leaf first.
    std::span<const PlaceId> places() const { return std::span(places_).last(frame(depth_).placed); }
    /// Of `places()`, for PlaceStacks.
    std::uint64_t hash() const { return frame(depth_).hash; }
    /// Whether the leaf itself is one of them.
    bool has_leaf() const { return depth_ != 0 && frame(depth_).is_placed; }

private:
    struct Frame {
        std::uint64_t address = 0;
        std::uint64_t hash = PlaceStacks::kNoPlaces;  ///< of the places from here to the root
        std::uint32_t placed = 0;                     ///< how many these are
        bool is_placed = false;
    };

    /// Counted from the root; 0 is beyond it.
    Frame& frame(std::size_t depth) { return frames_[frames_.size() - 1 - depth]; }
    const Frame& frame(std::size_t depth) const { return frames_[frames_.size() - 1 - depth]; }

    void put(Frame& frame, PlaceId place) {
        places_[places_.size() - 1 - frame.placed] = place;
        frame.hash = PlaceStacks::hash_with(frame.hash, place);
        frame.placed += 1;
        frame.is_placed = true;
    }

    std::size_t shared_callers(std::span<const std::uint64_t> addresses) const {
        const std::size_t most = std::min(addresses.size(), depth_);
        std::size_t shared = 0;
        while (shared + 1 < most && addresses[addresses.size() - 1 - shared] == frame(shared + 1).address) ++shared;
        return shared;
    }

    void make_room(std::size_t depth) {
        if (depth < frames_.size()) return;
        const std::size_t more = std::max(depth + 1, 2 * frames_.size()) - frames_.size();
        frames_.insert(frames_.begin(), more, {});
        places_.insert(places_.begin(), more, {});
    }

    std::size_t depth_ = 0;
    std::vector<Frame> frames_ = std::vector<Frame>(1);
    std::vector<PlaceId> places_ = std::vector<PlaceId>(1);
};

}  // namespace pgoprof
