// Shares of the total weight, computed as the Go compiler does.
#pragma once

#include <cstdint>

#include "pgoprof/model/call_edge.h"

namespace pgoprof::detail {

/// pgo.WeightInPercentage in Go's cmd/internal/pgo.
inline double percent(std::int64_t weight, std::int64_t total) {
    return total == 0 ? 0.0 : static_cast<double>(weight) / static_cast<double>(total) * 100;
}

}  // namespace pgoprof::detail
