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
    std::optional<std::string> sample_type{};  ///< "samples/count"; nullopt if the file was preprofiled
    std::size_t shown = 0;                     ///< how many edges to list, from the heaviest on
};

/// Totals, then two lines an edge: figures and caller, then callee. Names come last on their lines, so that long ones
/// disturb no column. Escaped.
std::string edges_text(const EdgeReport& report);

/// The document "pgoprof.pgo-report/1". Names are escaped as in the text, which keeps them valid UTF-8.
std::string edges_json(const EdgeReport& report);

/// Why Go would build without PGO, as the end of a sentence: "there are no samples". `ignored` must not be `no`.
std::string_view reason(SilentlyIgnored ignored);

}  // namespace pgoprof
