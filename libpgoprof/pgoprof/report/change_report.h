// What became of an old profile's hot set in a new one, for people and for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pgoprof/report/edge_report.h"
#include "pgoprof/transform/edge_changes.h"

namespace pgoprof {

struct ChangeReport {
    EdgeReport old_profile;
    EdgeReport new_profile;  ///< `shown` of it counts
    EdgeChanges changes;
    std::optional<double> least_overlap{};  ///< from 0 to 1: what was asked for
};

/// Whether the overlap is what was asked for.
bool resembles(const ChangeReport& report);

/// Figures and verdict, then the edges that moved most. Escaped.
std::string changes_text(const ChangeReport& report);

/// The document "pgoprof.pgo-report/1" with the view "changes".
std::string changes_json(const ChangeReport& report);

std::uint64_t name_bytes(const ChangeReport& report);

}  // namespace pgoprof
