// Letting every input of a merge count the same, however busy it was.
#pragma once

#include <cstdint>

#include "pgoprof/base/result.h"
#include "pgoprof/model/input_summary.h"
#include "pgoprof/transform/profile_totals.h"

namespace pgoprof {

/// What the samples of an input of weight 1 add up to, once they have been counted as often as share_factor says; of a
/// profile without samples/count it is ten million times that in nanoseconds, at 100 samples a second the same.
inline constexpr std::int64_t kShareSamples = 100'000'000;

/// How often to count each value of an input so that all inputs of one weight add up to the same: round(weight *
/// kShareSamples / samples), half away from zero, for an original input, and `weight` for what is scaled already.
/// Nothing is divided. An input of s samples is off by at most s / (2 * weight * kShareSamples): 0.1% for 200,000,
/// which 32 busy CPUs take in a minute. A profile without samples adds nothing, and counts `weight` times. Errors
/// (disagreement): a merge of several inputs that are not scaled; more samples than that can be shared out;
/// invalid_content where the sums are not known. ErrorCode::overflow if the factor does not fit in 64 bits.
Result<std::int64_t> share_factor(const ProfileTotals& totals, const InputSummary& summary, std::int64_t weight);

}  // namespace pgoprof
