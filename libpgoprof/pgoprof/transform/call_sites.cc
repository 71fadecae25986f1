#include "pgoprof/transform/call_sites.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "pgoprof/base/checked.h"

namespace pgoprof {
namespace {

bool same_site(const CallEdge& a, const CallEdge& b) {
    return a.caller == b.caller && a.call_site_offset == b.call_site_offset;
}

/// Positions of the edges, those of one site together and in the order in which devirtualization prefers them.
std::vector<std::uint32_t> order_by_site(const EdgeProfile& profile) {
    std::vector<std::uint32_t> order(profile.edges.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](std::uint32_t i, std::uint32_t j) {
        const CallEdge& a = profile.edges[i];
        const CallEdge& b = profile.edges[j];
        if (!same_site(a, b)) {
            return std::tie(a.caller, a.call_site_offset) < std::tie(b.caller, b.call_site_offset);
        }
        return a.weight != b.weight ? a.weight > b.weight : profile.names[a.callee] < profile.names[b.callee];
    });
    return order;
}

}  // namespace

CallSites call_sites(const EdgeProfile& profile, const HotSet& hot) {
    CallSites result{.edges = order_by_site(profile)};
    const auto edge = [&](const CallSite& site) -> const CallEdge& { return profile.edges[result.edges[site.begin]]; };
    for (std::uint32_t i = 0; i < result.edges.size(); ++i) {
        const std::uint32_t position = result.edges[i];
        if (i == 0 || !same_site(edge(result.sites.back()), profile.edges[position])) {
            result.sites.push_back({.begin = i});
        }
        CallSite& site = result.sites.back();
        site.weight = add_wrapping(site.weight, profile.edges[position].weight);
        site.hot = site.hot || position < hot.edge_count;
        ++site.count;
    }
    std::ranges::sort(result.sites, [&](const CallSite& a, const CallSite& b) {
        if (a.weight != b.weight) return a.weight > b.weight;
        const StringId caller_a = edge(a).caller;
        const StringId caller_b = edge(b).caller;
        if (caller_a != caller_b) return profile.names[caller_a] < profile.names[caller_b];
        return edge(a).call_site_offset < edge(b).call_site_offset;
    });
    return result;
}

}  // namespace pgoprof
