// How much a hot set owes to chance, and how alike two are.
#pragma once

#include <cstdint>

#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/transform/hot_set.h"

namespace pgoprof {

/// The overlap of two hot sets, 0 to 1: the sum over the edges that are in both of the smaller of their two shares, a
/// share being an edge's weight by the weight of its hot set. 1 if both are empty, 0 if one is. Negative edges are left
/// out.
double hot_overlap(const EdgeProfile& a, const EdgeProfile& b, double cdf_percent = 99.0);

/// Hot-set overlap that chance alone would leave.
struct SamplingNoise {
    double low = 1.0;     ///< the 5th percentile
    double median = 1.0;  ///< the 50th
};

/// Splits the samples of a profile in two at random (each counted sample falls to a side with probability 1/2, so an
/// edge's count is thinned binomially), compares the halves' hot sets, and does so 100 times from a fixed seed: the
/// same profile always gives the same figures, on any machine. `weight_per_sample` is what one sample adds to an edge,
/// in the unit of its weight: 1 for samples/count, the period for cpu/nanoseconds; at least 1. Negative edges are left
/// out.
///
/// If samples come at random (a Poisson process), the halves are as good as two independent profiles of half the
/// length. So the figures err on the side of noise: whole profiles overlap more. Edges are split independently of each
/// other, though a sample can count on several of them. Of edges that weigh the same where the hot set ends the
/// compiler takes the first by name; here each counts by the part of them that is taken.
SamplingNoise sampling_noise(const EdgeProfile& profile, std::int64_t weight_per_sample, double cdf_percent = 99.0);

/// What one sample adds to an edge: 1 for samples/count and the period for cpu/nanoseconds, as captured. Where a merge
/// has scaled the values, or the period is not given, the smallest value of a sample, which is the closest to be had.
/// At least 1. `column` is the position of the sample type that the edges are made of.
/// `smallest_value` is the smallest in that column above 0, or 0.
std::int64_t weight_per_sample(const RawProfile& tables, std::size_t column, std::int64_t smallest_value);

/// The smallest value above 0 of a batch's samples and of those before it, whose is `so_far`; 0 if there is none.
std::int64_t smallest_value(const RawSamples& batch, std::size_t column, std::int64_t so_far = 0);

}  // namespace pgoprof
