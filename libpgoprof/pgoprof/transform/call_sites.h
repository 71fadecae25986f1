// Call edges by the place of the call.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pgoprof/model/call_edge.h"
#include "pgoprof/transform/hot_set.h"

namespace pgoprof {

/// What the compiler can tell of a call: the caller, and the line in it. Several calls on one line are one call site.
struct CallSite {
    std::int64_t weight = 0;  ///< of all its edges; wraps around as Go's would
    bool hot = false;         ///< an edge of it is in the hot set: inlining may go beyond its usual budget
    std::uint32_t begin = 0;  ///< of its edges in `CallSites::edges`
    std::uint32_t count = 0;
};

struct CallSites {
    std::vector<CallSite> sites;       ///< heaviest first, then by caller and offset
    std::vector<std::uint32_t> edges;  ///< positions in the profile; within a site heaviest first, then by callee

    /// Of these the first has the callee that devirtualization picks (findHotConcreteCallee in Go's
    /// cmd/compile/internal/devirtualize/pgo.go), if it is an indirect call and the callee fits.
    std::span<const std::uint32_t> edges_of(const CallSite& site) const {
        return std::span(edges).subspan(site.begin, site.count);
    }
};

/// A site is hot as in cmd/compile/internal/inline (candHotEdgeMap): whatever the callee.
CallSites call_sites(const EdgeProfile& profile, const HotSet& hot);

}  // namespace pgoprof
