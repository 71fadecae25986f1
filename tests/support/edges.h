// Call edges made to a purpose.
#pragma once

#include <initializer_list>
#include <string_view>

#include "pgoprof/model/call_edge.h"

namespace pgoprof::testing {

struct EdgeText {
    std::string_view caller;
    std::string_view callee;
    std::int64_t offset;
    std::int64_t weight;
};

/// In the compiler's order.
template <typename Edges = std::initializer_list<EdgeText>>
EdgeProfile edge_profile(const Edges& edges) {
    EdgeProfile profile;
    for (const EdgeText& edge : edges) {
        const StringId caller = profile.names.intern(edge.caller);
        profile.edges.push_back({caller, profile.names.intern(edge.callee), edge.offset, edge.weight});
        profile.total_weight += edge.weight;
    }
    sort_edges(profile);
    return profile;
}

}  // namespace pgoprof::testing
