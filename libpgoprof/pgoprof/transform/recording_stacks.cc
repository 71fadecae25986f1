#include "pgoprof/transform/recording_stacks.h"

#include <algorithm>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash.h"

namespace pgoprof {

Result<> PlaceStacks::add(std::span<const PlaceId> places, CallersFrom callers, const Totals& totals) {
    std::uint64_t hash = hash_mix(1, static_cast<std::uint64_t>(callers));
    std::size_t i = 0;
    for (; i + 1 < places.size(); i += 2)
        hash = hash_mix(hash, std::uint64_t{places[i].value} << 32 | places[i + 1].value);
    if (i < places.size()) hash = hash_mix(hash, places[i].value);
    const auto is_same = [&](std::uint32_t id) {
        return records_[id].callers == callers && std::ranges::equal(this->places(id), places);
    };
    const auto append = [&] {
        records_.push_back(
            {.begin = places_.size(), .count = static_cast<std::uint32_t>(places.size()), .callers = callers});
        places_.insert(places_.end(), places.begin(), places.end());
        return static_cast<std::uint32_t>(records_.size() - 1);
    };
    Totals& sums = records_[index_.find_or_insert(hash, is_same, append)].totals;
    if (add_checked(sums.samples, totals.samples) && add_checked(sums.periods, totals.periods)) return {};
    return fail({.code = ErrorCode::overflow, .message = "a sum of periods overflows 64 bits", .rule = "PGO126"});
}

}  // namespace pgoprof
