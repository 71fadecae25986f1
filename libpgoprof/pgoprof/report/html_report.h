// The report as one HTML page, for people who look around.
#pragma once

#include <cstddef>
#include <string>

#include "pgoprof/base/result.h"
#include "pgoprof/model/raw_profile.h"
#include "pgoprof/report/edge_report.h"
#include "pgoprof/report/stack_tree.h"

namespace pgoprof {

/// What keeps the page at a few megabytes, whatever the profile. It says what they left out.
struct HtmlLimits {
    std::size_t edges = 20'000;  ///< from the heaviest on; EdgeReport::shown counts, too
    StackTreeLimits stacks{};
    std::size_t name_bytes = 1'000;         ///< of one name, as escaped; what is longer is cut
    std::size_t all_name_bytes = 4 << 20U;  ///< beyond that, names are cut much shorter
};

/// A page that needs nothing but itself: flame graph, call edges and hot call graph. Its Content-Security-Policy allows
/// no network, and no script or style but its own. Text out of the profile is escaped as in the text report, stands in
/// the page as JSON only (but for the title), and becomes text nodes. `profile`, which has the stacks, is the one that
/// the edges were built from; null if it was preprofiled: then there is no flame graph. Errors: PGO126 overflow, PGO106
/// too many frames.
Result<std::string> html_report(const EdgeReport& report, const RawProfile* profile, const HtmlLimits& limits = {});

}  // namespace pgoprof
