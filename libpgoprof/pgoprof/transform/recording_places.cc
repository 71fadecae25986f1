#include "pgoprof/transform/recording_places.h"

#include <algorithm>
#include <array>
#include <optional>

#include "pgoprof/base/hash.h"

namespace pgoprof {

namespace {

constexpr std::array kSetFramePointer{std::byte{0x48}, std::byte{0x89}, std::byte{0xe5}};  // mov rbp, rsp

}  // namespace

PlaceId CodePlaces::intern(std::uint64_t address) {
    Recent& recent = recent_[address % kRecent];
    if (!recent.is_set || recent.address != address)
        recent = {.address = address, .id = find_or_add(address), .is_set = true};
    return recent.id;
}

PlaceId CodePlaces::find_or_add(std::uint64_t address) {
    const auto is_same = [&](std::uint32_t id) { return places_[id].address == address; };
    const auto append = [&] {
        places_.push_back({.address = address, .entry = binary_.entry_at(address).value_or(kNoEntry)});
        return static_cast<std::uint32_t>(places_.size() - 1);
    };
    return PlaceId{index_.find_or_insert(hash_mix(1, address), is_same, append)};
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
