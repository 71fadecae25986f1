#include "pgoprof/model/call_edge.h"

#include <algorithm>
#include <tuple>

namespace pgoprof {
namespace {

/// For each name that an edge has its place in the bytewise order: comparing names then is comparing numbers.
std::vector<std::uint32_t> name_ranks(const EdgeProfile& profile) {
    const StringTable& names = profile.names;
    std::vector<std::uint32_t> ranks(names.size());
    for (const CallEdge& edge : profile.edges) ranks[edge.caller.value] = ranks[edge.callee.value] = 1;
    std::vector<std::uint32_t> order;
    for (std::uint32_t id = 0; id < names.size(); ++id) {
        if (ranks[id] != 0) order.push_back(id);
    }
    std::ranges::sort(order, {}, [&](std::uint32_t id) { return names[StringId{id}]; });
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
    return ranks;
}

}  // namespace

void sort_edges(EdgeProfile& profile) {
    const auto ranks = name_ranks(profile);
    const auto names = [&](const CallEdge& edge) {
        return std::tuple(ranks[edge.caller.value], ranks[edge.callee.value], edge.call_site_offset);
    };
    std::ranges::sort(profile.edges, [&](const CallEdge& a, const CallEdge& b) {
        return a.weight != b.weight ? a.weight > b.weight : names(a) < names(b);
    });
}

}  // namespace pgoprof
