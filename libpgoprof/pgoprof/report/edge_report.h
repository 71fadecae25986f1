// The call edges of a profile as the Go compiler ranks them, for people and for programs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pgoprof/model/call_edge.h"
#include "pgoprof/transform/hot_set.h"

namespace pgoprof {

struct EdgeReport {
    std::string file;  ///< its name for messages
    const EdgeProfile* profile = nullptr;
    HotSet hot{};
    double hot_percent = 99.0;                 ///< the limit that the hot set comes from
    std::optional<std::string> sample_type{};  ///< "samples/count"; nullopt if the file was preprofiled
    std::size_t shown = 0;                     ///< how many edges (sites, groups, ...) to list, from the heaviest on
};

/// File, weight, edges, threshold: what every report on a profile begins with.
std::string totals_text(const EdgeReport& report);

/// Totals, then two lines an edge: figures and caller, then callee. Names come last on their lines, so that long ones
/// disturb no column. Escaped.
std::string edges_text(const EdgeReport& report);

/// The document "pgoprof.pgo-report/1". Names are escaped as in the text, which keeps them valid UTF-8.
std::string edges_json(const EdgeReport& report);

/// The hot edges among those shown as a graph for Graphviz: functions are nodes, all calls between two of them are one
/// edge. Long names are cut.
std::string edges_dot(const EdgeReport& report);

/// "main.f +3 (/src/main.go:12)": the caller, the call's line in it, and where that is. Escaped.
std::string call_site_text(const EdgeProfile& profile, const CallEdge& edge);

/// Why Go would build without PGO, as the end of a sentence: "there are no samples". `ignored` must not be `no`.
std::string_view reason(SilentlyIgnored ignored);

/// Bytes of the names that a report on the edges repeats, which a small file can make many times its size.
std::uint64_t name_bytes(const EdgeReport& report);

}  // namespace pgoprof
