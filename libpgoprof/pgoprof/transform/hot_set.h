// The hot set: the edges that inlining treats as hot.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pgoprof/model/call_edge.h"

namespace pgoprof {

struct HotSet {
    std::size_t edge_count = 0;      ///< the first so many edges are hot
    double threshold_percent = 0.0;  ///< the compiler's hot-callsite-thres-from-CDF; 0 if the limit is never exceeded
};

/// pgo.WeightInPercentage in Go's cmd/internal/pgo, to the last bit; 0 of nothing.
inline double weight_in_percent(std::int64_t weight, std::int64_t total) {
    return total == 0 ? 0.0 : static_cast<double>(weight) / static_cast<double>(total) * 100;
}

/// hotNodesFromCDF in Go's cmd/compile/internal/inline/inl.go. `cdf_percent` is -d=pgoinlinecdfthreshold.
HotSet hot_set(const EdgeProfile& profile, double cdf_percent = 99.0);

}  // namespace pgoprof
