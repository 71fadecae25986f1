// Call edges: all that the Go compiler takes from a profile.
#pragma once

#include <cstdint>
#include <vector>

#include "pgoprof/base/hash.h"
#include "pgoprof/model/string_table.h"

namespace pgoprof {

/// A weighted call edge as in Go's cmd/internal/pgo: caller, callee, and the call site's line relative to the caller's
/// first line.
struct CallEdge {
    StringId caller;
    StringId callee;
    std::int64_t call_site_offset = 0;  ///< in lines; may be negative
    std::int64_t weight = 0;            ///< in units of the chosen sample type
    StringId caller_file{};             ///< to show; empty where unknown
    std::int64_t call_line = 0;         ///< absolute line of the call; 0 where unknown

    friend bool operator==(const CallEdge&, const CallEdge&) = default;
};

/// Whether both are the same edge to the compiler (its NamedCallEdge), whatever they weigh.
inline bool same_edge(const CallEdge& a, const CallEdge& b) {
    return a.caller == b.caller && a.callee == b.callee && a.call_site_offset == b.call_site_offset;
}

/// Equal for the same edges.
inline std::uint64_t edge_hash(const CallEdge& edge) {
    const std::uint64_t names = hash_mix(hash_mix(1, edge.caller.value), edge.callee.value);
    return hash_mix(names, static_cast<std::uint64_t>(edge.call_site_offset));
}

/// Why the Go compiler goes on as if there were no profile, without a word.
enum class SilentlyIgnored : std::uint8_t {
    no,
    empty_file,  ///< zero bytes, or a gzip file of zero bytes
    no_samples,
    zero_weight,  ///< there are samples, but the edges' weights sum up to zero (or there are no edges)
};

/// Owns its names. `edges` are in the compiler's order: weight descending, then caller, callee (bytewise), offset
/// ascending.
struct EdgeProfile {
    StringTable names;
    std::vector<CallEdge> edges;
    std::int64_t total_weight = 0;
    SilentlyIgnored ignored = SilentlyIgnored::no;  ///< if not `no`, there are no edges
};

/// Sorts `edges` into the compiler's order (sortByWeight in Go's cmd/internal/pgo/pprof.go).
void sort_edges(EdgeProfile& profile);

}  // namespace pgoprof
