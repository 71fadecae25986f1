#include "pgoprof/transform/edge_changes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pgoprof {
namespace {

/// From 1 on; equal values share the mean of their ranks.
std::vector<double> mean_ranks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin;
        while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
        for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
        begin = end;
    }
    return ranks;
}

/// Pearson's correlation of ranks, whose mean is known.
std::optional<double> correlation_of_ranks(const std::vector<double>& a, const std::vector<double>& b) {
    const double mean = static_cast<double>(a.size() + 1) / 2;
    double product = 0.0;
    double squares_a = 0.0;
    double squares_b = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        product += (a[i] - mean) * (b[i] - mean);
        squares_a += (a[i] - mean) * (a[i] - mean);
        squares_b += (b[i] - mean) * (b[i] - mean);
    }
    if (squares_a == 0.0 || squares_b == 0.0) return std::nullopt;
    return std::clamp(product / std::sqrt(squares_a * squares_b), -1.0, 1.0);
}

double percent_of(const EdgeProfile& profile, const std::optional<std::uint32_t>& position) {
    return position ? weight_in_percent(profile.edges[*position].weight, profile.total_weight) : 0.0;
}

EdgeChange change_of(const EdgePair& pair, const EdgeProfile& before, const EdgeProfile& after,
                     const EdgeChanges& changes) {
    return {.edge = pair,
            .old_percent = percent_of(before, pair.in_a),
            .new_percent = percent_of(after, pair.in_b),
            .was_hot = pair.in_a && *pair.in_a < changes.old_hot.edge_count,
            .is_hot = pair.in_b && *pair.in_b < changes.new_hot.edge_count};
}

std::optional<double> correlation(const std::vector<EdgeChange>& changes) {
    std::vector<double> before;
    std::vector<double> after;
    for (const EdgeChange& change : changes) {
        before.push_back(change.old_percent);
        after.push_back(change.new_percent);
    }
    return rank_correlation(before, after);
}

}  // namespace

std::size_t EdgeChanges::entered() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(changes, [](const EdgeChange& change) { return change.is_hot && !change.was_hot; }));
}

std::size_t EdgeChanges::left() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(changes, [](const EdgeChange& change) { return change.was_hot && !change.is_hot; }));
}

EdgeChanges compare_edges(const ComparedProfile& before, const ComparedProfile& after, double cdf_percent) {
    EdgeChanges result{.old_hot = hot_set(*before.edges, cdf_percent), .new_hot = hot_set(*after.edges, cdf_percent)};
    double differences = 0.0;
    for (const EdgePair& pair : pair_edges(*before.edges, *after.edges)) {
        const EdgeChange change = change_of(pair, *before.edges, *after.edges, result);
        differences += std::abs(change.moved());
        if (change.was_hot || change.is_hot) result.changes.push_back(change);
    }
    result.weight_moved = differences / 200;
    result.rank_correlation = correlation(result.changes);
    std::ranges::stable_sort(result.changes, std::ranges::greater{},
                             [](const EdgeChange& change) { return std::abs(change.moved()); });
    result.overlap = hot_overlap(*before.edges, *after.edges, cdf_percent);
    result.old_noise = sampling_noise(*before.edges, before.weight_per_sample, cdf_percent);
    result.new_noise = sampling_noise(*after.edges, after.weight_per_sample, cdf_percent);
    return result;
}

std::optional<double> rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
    return correlation_of_ranks(mean_ranks(a), mean_ranks(b));
}

}  // namespace pgoprof
