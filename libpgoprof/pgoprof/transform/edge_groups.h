// Call edges summed up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pgoprof/model/call_edge.h"
#include "pgoprof/transform/hot_set.h"

namespace pgoprof {

enum class GroupBy : std::uint8_t {
    caller,
    callee,
    package,  ///< the caller's: its compilation is what the call site is in
};

struct EdgeGroup {
    std::string name;  ///< of a function or a package; empty where there is none
    std::int64_t weight = 0;
    std::int64_t hot_weight = 0;
    std::size_t edges = 0;
    std::size_t hot_edges = 0;
};

/// Heaviest first, then by name. Weights wrap around as Go's would: the sum of some can overflow although that of all
/// does not, if there are negative ones.
std::vector<EdgeGroup> group_edges(const EdgeProfile& profile, const HotSet& hot, GroupBy by);

}  // namespace pgoprof
