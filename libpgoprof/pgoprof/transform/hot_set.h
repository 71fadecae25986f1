// The hot set: the edges that inlining treats as hot.
#pragma once

#include <cstddef>

#include "pgoprof/model/call_edge.h"

namespace pgoprof {

struct HotSet {
    std::size_t edge_count = 0;      ///< the first so many edges are hot
    double threshold_percent = 0.0;  ///< the compiler's hot-callsite-thres-from-CDF; 0 if the limit is never exceeded
};

/// hotNodesFromCDF in Go's cmd/compile/internal/inline/inl.go. `cdf_percent` is -d=pgoinlinecdfthreshold.
HotSet hot_set(const EdgeProfile& profile, double cdf_percent = 99.0);

}  // namespace pgoprof
