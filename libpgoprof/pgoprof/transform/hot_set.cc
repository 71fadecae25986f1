#include "pgoprof/transform/hot_set.h"

#include "pgoprof/base/checked.h"

namespace pgoprof {
namespace {

/// In this order of operations: the compiler's threshold must come out to the last bit.
double percent(std::int64_t weight, std::int64_t total) {
    return static_cast<double>(weight) / static_cast<double>(total) * 100;
}

}  // namespace

HotSet hot_set(const EdgeProfile& profile, double cdf_percent) {
    std::int64_t cumulative = 0;
    for (std::size_t i = 0; i < profile.edges.size(); ++i) {
        const std::int64_t weight = profile.edges[i].weight;
        cumulative = add_wrapping(cumulative, weight);
        if (percent(cumulative, profile.total_weight) > cdf_percent) {
            return {i + 1, percent(weight, profile.total_weight)};
        }
    }
    return {profile.edges.size(), 0.0};
}

}  // namespace pgoprof
