#include "pgoprof/transform/recording_stacks.h"

#include <algorithm>
#include <ranges>

#include "pgoprof/base/checked.h"

namespace pgoprof {

Result<> PlaceStacks::add(std::span<const PlaceId> places, CallersFrom callers, const Totals& totals) {
    std::uint64_t hash = kNoPlaces;
    for (const PlaceId place : places | std::views::reverse) hash = hash_with(hash, place);
    return add(places, hash, callers, totals);
}

Result<> PlaceStacks::add(std::span<const PlaceId> places, std::uint64_t hash, CallersFrom callers,
                          const Totals& totals) {
    const auto is_same = [&](std::uint32_t id) {
        return records_[id].callers == callers && std::ranges::equal(this->places(id), places);
    };
    const auto append = [&] {
        records_.push_back(
            {.begin = places_.size(), .count = static_cast<std::uint32_t>(places.size()), .callers = callers});
        places_.insert(places_.end(), places.begin(), places.end());
        return static_cast<std::uint32_t>(records_.size() - 1);
    };
    Totals& sums =
        records_[index_.find_or_insert(hash_mix(hash, static_cast<std::uint64_t>(callers)), is_same, append)].totals;
    if (add_checked(sums.samples, totals.samples) && add_checked(sums.periods, totals.periods)) return {};
    return fail({.code = ErrorCode::overflow, .message = "a sum of periods overflows 64 bits", .rule = "PGO126"});
}

}  // namespace pgoprof
