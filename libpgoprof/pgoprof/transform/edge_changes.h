// What became of one profile's hot set in another.
#pragma once

#include <optional>
#include <vector>

#include "pgoprof/model/call_edge.h"
#include "pgoprof/transform/edge_pairs.h"
#include "pgoprof/transform/hot_set.h"
#include "pgoprof/transform/stability.h"

namespace pgoprof {

/// A profile to compare, and what one of its samples weighs (see sampling_noise).
struct ComparedProfile {
    const EdgeProfile* edges = nullptr;
    std::int64_t weight_per_sample = 1;
};

struct EdgeChange {
    EdgePair edge;             ///< a: the old profile, b: the new one
    double old_percent = 0.0;  ///< of the total weight; 0 if the edge is not there
    double new_percent = 0.0;
    bool was_hot = false;
    bool is_hot = false;

    double moved() const { return new_percent - old_percent; }
};

struct EdgeChanges {
    HotSet old_hot;
    HotSet new_hot;
    std::vector<EdgeChange> changes{};  ///< every edge that is hot in either; those that moved most first

    double overlap = 1.0;  ///< hot_overlap

    /// The share of the total weight that went from some edges to others, hot or not: half the sum of all differences.
    double weight_moved = 0.0;

    /// Spearman's rank correlation of the weights of the edges that are hot in either profile (an edge that a profile
    /// lacks weighs 0 there), from -1 to 1; ties have their mean rank. Nothing where one has fewer than two ranks.
    std::optional<double> rank_correlation{};

    SamplingNoise old_noise{};
    SamplingNoise new_noise{};

    /// Whether the hot sets overlap less than 95% of the random splits of either profile do: what is left cannot be
    /// chance alone. Both profiles' halves are smaller than they are, so this errs on the side of chance.
    bool beyond_noise() const { return overlap < old_noise.low && overlap < new_noise.low; }

    std::size_t entered() const;  ///< edges that became hot
    std::size_t left() const;     ///< edges that were
};

EdgeChanges compare_edges(const ComparedProfile& before, const ComparedProfile& after, double cdf_percent = 99.0);

/// Spearman's rank correlation of two rows of equal length; nothing if either has fewer than two different values.
std::optional<double> rank_correlation(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace pgoprof
