// What the formats for code hosts share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pgoprof/report/lint_report.h"

namespace pgoprof {

struct RankedFinding {
    const FileFindings* file = nullptr;
    const Finding* finding = nullptr;
    std::uint64_t ordinal = 1;  ///< among the findings of its rule in its file
};

/// All findings by descending severity, otherwise in order.
std::vector<RankedFinding> worst_first(std::span<const FileFindings> files);

/// "MESSAGE (inflated offset 12; 3 more like this)", escaped.
std::string describe(const Finding& finding);

/// "2 files: 1 error, 0 warnings"
std::string lint_summary(std::span<const FileFindings> files);

}  // namespace pgoprof
