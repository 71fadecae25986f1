#include "pgoprof/transform/recording_stacks.h"

#include <algorithm>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/hash.h"

namespace pgoprof {

Result<> AddressStacks::add(std::span<const std::uint64_t> addresses, CallersFrom callers, const Totals& totals) {
    std::uint64_t hash = hash_mix(1, static_cast<std::uint64_t>(callers));
    for (const std::uint64_t address : addresses) hash = hash_mix(hash, address);
    const auto is_same = [&](std::uint32_t id) {
        return records_[id].callers == callers && std::ranges::equal(this->addresses(id), addresses);
    };
    const auto append = [&] {
        records_.push_back(
            {.begin = addresses_.size(), .count = static_cast<std::uint32_t>(addresses.size()), .callers = callers});
        addresses_.insert(addresses_.end(), addresses.begin(), addresses.end());
        return static_cast<std::uint32_t>(records_.size() - 1);
    };
    Totals& sums = records_[index_.find_or_insert(hash, is_same, append)].totals;
    if (add_checked(sums.samples, totals.samples) && add_checked(sums.periods, totals.periods)) return {};
    return fail({.code = ErrorCode::overflow, .message = "a sum of periods overflows 64 bits", .rule = "PGO126"});
}

}  // namespace pgoprof
