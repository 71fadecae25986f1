#include "pgoprof/transform/recording_places.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pgoprof {

namespace {

constexpr std::array kSetFramePointer{std::byte{0x48}, std::byte{0x89}, std::byte{0xe5}};  // mov rbp, rsp

}  // namespace

PlaceId CodePlaces::add(std::uint64_t address) {
    if (2 * (places_.size() + 1) > slots_.size()) {
        const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
        for (const Slot& slot : old) {
            if (slot.id != kNone<PlaceId>) slot_of(slot.address) = slot;
        }
    }
    const PlaceId id{static_cast<std::uint32_t>(places_.size())};
    places_.push_back({.address = address, .entry = binary_.entry_at(address).value_or(kNoEntry)});
    slot_of(address) = {.address = address, .id = id};
    return id;
}

bool CodePlaces::is_frameless(PlaceId id) {
    Place& place = places_[id.value];
    if (place.frame == Frame::not_asked) place.frame = frame_at(place.address);
    return place.frame == Frame::none;
}

CodePlaces::Frame CodePlaces::frame_at(std::uint64_t address) const {
    const std::optional<std::int64_t> delta = binary_.stack_delta(address);
    const auto next_bytes = [&] { return binary_.code(address, kSetFramePointer.size()); };
    const bool has_own = delta != 0 && (delta != 8 || !std::ranges::equal(next_bytes(), kSetFramePointer));
    if (has_own) return Frame::own;
    const std::optional<CodeFunction> function = binary_.function_at(address);
    return function && !function->is_top_frame ? Frame::none : Frame::own;
}

}  // namespace pgoprof
