// The edges of two profiles side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pgoprof/model/call_edge.h"

namespace pgoprof {

/// An edge that is in one of two profiles, or in both: its positions there.
struct EdgePair {
    std::optional<std::uint32_t> in_a{};
    std::optional<std::uint32_t> in_b{};
};

/// Every edge of `a` in its order, then those that only `b` has in theirs. Edges are the same if the compiler takes
/// them for the same: by names and offset.
std::vector<EdgePair> pair_edges(const EdgeProfile& a, const EdgeProfile& b);

}  // namespace pgoprof
