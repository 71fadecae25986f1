// What a CPU profile adds up to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// Nothing where the profile has no such sample type, or the sum does not fit in 64 bits.
struct ProfileTotals {
    std::optional<std::int64_t> samples;    ///< samples/count
    std::optional<std::int64_t> cpu_nanos;  ///< cpu/nanoseconds
};

/// Adds up a profile's samples, batch by batch.
class TotalsSum {
public:
    explicit TotalsSum(const RawProfile& tables);

    /// It must have passed check_samples.
    void add(const RawSamples& batch);

    ProfileTotals totals() const { return {.samples = samples_.sum, .cpu_nanos = cpu_nanos_.sum}; }

private:
    struct Column {
        std::size_t position = 0;
        std::optional<std::int64_t> sum{};  ///< nothing if there is no such column, or if it overflowed
    };

    static Column column(const RawProfile& tables, std::string_view type, std::string_view unit);
    static void add(Column& column, const RawSamples& batch);

    Column samples_;
    Column cpu_nanos_;
};

/// All at once, of a profile with its samples, which must have passed check_invariants.
ProfileTotals profile_totals(const RawProfile& raw);

/// CPU cores that were busy on average over the profile's duration; nothing if that or the CPU time is not known.
std::optional<double> cpu_cores(const ProfileTotals& totals, std::int64_t duration_nanos);

}  // namespace pgoprof
