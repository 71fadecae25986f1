// What a CPU profile adds up to.
#pragma once

#include <cstdint>
#include <optional>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Nothing where the profile has no such sample type, or the sum does not fit in 64 bits.
struct ProfileTotals {
    std::optional<std::int64_t> samples;    ///< samples/count
    std::optional<std::int64_t> cpu_nanos;  ///< cpu/nanoseconds
};

/// `raw` must have passed check_invariants.
ProfileTotals profile_totals(const RawProfile& raw);

/// CPU cores that were busy on average over the profile's duration; nothing if that or the CPU time is not known.
std::optional<double> cpu_cores(const ProfileTotals& totals, std::int64_t duration_nanos);

}  // namespace pgoprof
