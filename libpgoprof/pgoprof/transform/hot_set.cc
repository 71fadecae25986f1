#include "pgoprof/transform/hot_set.h"

#include "pgoprof/base/checked.h"

namespace pgoprof {

HotSet hot_set(const EdgeProfile& profile, double cdf_percent) {
    std::int64_t cumulative = 0;
    for (std::size_t i = 0; i < profile.edges.size(); ++i) {
        const std::int64_t weight = profile.edges[i].weight;
        cumulative = add_wrapping(cumulative, weight);
        if (weight_in_percent(cumulative, profile.total_weight) > cdf_percent) {
            return {i + 1, weight_in_percent(weight, profile.total_weight)};
        }
    }
    return {profile.edges.size(), 0.0};
}

}  // namespace pgoprof
