#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "pgoprof/base/text.h"
#include "pgoprof/report/change_report.h"

namespace pgoprof {
namespace {

std::string profile_line(const EdgeReport& report) {
    return fmt::format("{} ({} call edges, {} hot)", escape_line(report.file), report.profile->edges.size(),
                       report.hot.edge_count);
}

std::string figures(const ChangeReport& report) {
    const EdgeChanges& changes = report.changes;
    return fmt::format(
        "base:             {}\n"
        "file:             {}\n"
        "hot edges:        {} entered, {} left, {} stayed\n"
        "overlap:          {:.1f}% of the weight of the hot sets\n"
        "sampling noise:   leaves {:.1f}% in the base, {:.1f}% in the file (random halves of each, 5th percentile)\n"
        "weight moved:     {:.1f}% of the total\n"
        "rank correlation: {}\n",
        profile_line(report.old_profile), profile_line(report.new_profile), changes.entered(), changes.left(),
        changes.changes.size() - changes.entered() - changes.left(), changes.overlap * 100, changes.old_noise.low * 100,
        changes.new_noise.low * 100, changes.weight_moved * 100,
        changes.rank_correlation ? fmt::format("{:.3f} (Spearman, over the hot edges)", *changes.rank_correlation)
                                 : "none: too few different weights");
}

std::string verdict(const ChangeReport& report) {
    std::string text = "verdict:          ";
    text += report.changes.beyond_noise() ? "the hot sets differ by more than sampling noise\n"
                                          : "the difference is within sampling noise\n";
    if (report.least_overlap && !resembles(report)) {
        text +=
            fmt::format("                  the overlap is below the {:.6g}% asked for\n", *report.least_overlap * 100);
    }
    return text;
}

std::string_view movement(const EdgeChange& change) {
    if (change.was_hot == change.is_hot) return "stayed";
    return change.is_hot ? "entered" : "left";
}

/// A profile that has the edge, and the edge there: the new one, if it does.
std::pair<const EdgeProfile*, const CallEdge*> where(const ChangeReport& report, const EdgeChange& change) {
    const EdgeProfile* profile = change.edge.in_b ? report.new_profile.profile : report.old_profile.profile;
    return {profile, &profile->edges[change.edge.in_b ? *change.edge.in_b : *change.edge.in_a]};
}

std::span<const EdgeChange> shown(const ChangeReport& report) {
    const auto& changes = report.changes.changes;
    return std::span(changes).first(std::min(report.new_profile.shown, changes.size()));
}

}  // namespace

bool resembles(const ChangeReport& report) {
    return !report.least_overlap || report.changes.overlap >= *report.least_overlap;
}

std::string changes_text(const ChangeReport& report) {
    std::string text = figures(report) + verdict(report);
    const auto listed = shown(report);
    if (!listed.empty()) {
        text += fmt::format("\n{:>9} {:>9} {:>9}  {:<7}  {}\n", "moved", "base", "file", "hot",
                            "caller +lines after its start, callee");
    }
    for (const EdgeChange& change : listed) {
        const auto [profile, edge] = where(report, change);
        fmt::format_to(std::back_inserter(text), "{:>+8.3f}% {:>8.3f}% {:>8.3f}%  {:<7}  {}\n{:>41} {}\n",
                       change.moved(), change.old_percent, change.new_percent, movement(change),
                       call_site_text(*profile, *edge), "->", escape_line(profile->names[edge->callee]));
    }
    if (listed.size() < report.changes.changes.size()) {
        text += fmt::format("\nand {} more; --all lists them\n", report.changes.changes.size() - listed.size());
    }
    return text;
}

std::uint64_t name_bytes(const ChangeReport& report) {
    std::uint64_t bytes = 0;
    for (const EdgeChange& change : shown(report)) {
        const auto [profile, edge] = where(report, change);
        for (const StringId name : {edge->caller, edge->callee, edge->caller_file})
            bytes += profile->names[name].size();
    }
    return bytes;
}

}  // namespace pgoprof
