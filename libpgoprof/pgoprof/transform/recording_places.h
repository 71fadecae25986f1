// The places of a binary's code that a recording's stacks go through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "pgoprof/base/hash.h"
#include "pgoprof/base/ids.h"
#include "pgoprof/binary/go_binary.h"
#include "pgoprof/model/profile.h"

namespace pgoprof {

using PlaceId = Id<struct PlaceTag>;

/// Numbers addresses, each looked up in the binary once. Addresses are linked: of a leaf's instruction, or a return
/// address - 1.
class CodePlaces {
public:
    /// Of no Go function.
    static constexpr std::uint64_t kNoEntry = std::numeric_limits<std::uint64_t>::max();

    /// `binary` must outlive it.
    explicit CodePlaces(const GoBinary& binary) : binary_(binary) {}

    PlaceId intern(std::uint64_t address) {
        const Slot& slot = slot_of(address);
        return slot.id != kNone<PlaceId> ? slot.id : add(address);
    }

    std::size_t size() const { return places_.size(); }
    std::uint64_t address(PlaceId id) const { return places_[id.value].address; }

    /// Of the function that the place is in; or kNoEntry.
    std::uint64_t entry(PlaceId id) const { return places_[id.value].entry; }

    /// Whether the function has a caller but no frame of its own when the instruction there begins: it has not yet set
    /// the frame pointer, has restored its caller's, or needs no stack. The chain of frame pointers then goes on with
    /// the caller's caller (golang/go#73753). x86-64, by pclntab.
    bool is_frameless(PlaceId id);

private:
    enum class Frame : std::uint8_t { not_asked, none, own };

    struct Place {
        std::uint64_t address = 0;
        std::uint64_t entry = kNoEntry;
        Frame frame = Frame::not_asked;
    };

    /// Where an address is found: as a table of its own, since all frames of all samples come by here.
    struct Slot {
        std::uint64_t address = 0;
        PlaceId id = kNone<PlaceId>;
    };

    PlaceId add(std::uint64_t address);
    Slot& slot_of(std::uint64_t address) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash_mix(1, address) & mask;
        while (slots_[at].address != address && slots_[at].id != kNone<PlaceId>) at = (at + 1) & mask;
        return slots_[at];
    }
    Frame frame_at(std::uint64_t address) const;

    const GoBinary& binary_;
    std::vector<Slot> slots_ = std::vector<Slot>(1024);  // at most half of them taken
    std::vector<Place> places_;
};

}  // namespace pgoprof
