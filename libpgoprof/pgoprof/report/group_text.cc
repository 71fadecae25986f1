#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "pgoprof/base/text.h"
#include "pgoprof/report/edge_views.h"

namespace pgoprof {
namespace {

std::string_view title(GroupBy by) {
    switch (by) {
        case GroupBy::caller:
            return "caller";
        case GroupBy::callee:
            return "callee";
        case GroupBy::package:
            break;
    }
    return "package of the caller";
}

std::span<const EdgeGroup> shown(const GroupReport& report) {
    return std::span(report.groups).first(std::min(report.of.shown, report.groups.size()));
}

}  // namespace

std::string groups_text(const GroupReport& report) {
    const std::int64_t total = report.of.profile->total_weight;
    std::string text = totals_text(report.of);
    if (!shown(report).empty()) {
        text += fmt::format("\n{:>6} {:>14} {:>8} {:>8} {:>7} {:>7}  {}\n", "rank", "weight", "share", "hot", "edges",
                            "hot", title(report.by));
    }
    std::size_t rank = 0;
    for (const EdgeGroup& group : shown(report)) {
        fmt::format_to(std::back_inserter(text), "{:>6} {:>14} {:>7.3f}% {:>7.3f}% {:>7} {:>7}  {}\n", ++rank,
                       group.weight, weight_in_percent(group.weight, total), weight_in_percent(group.hot_weight, total),
                       group.edges, group.hot_edges, group.name.empty() ? "(none)" : escape_line(group.name));
    }
    if (rank < report.groups.size()) {
        text += fmt::format("\nand {} more; --all lists them\n", report.groups.size() - rank);
    }
    return text;
}

std::uint64_t name_bytes(const GroupReport& report) {
    std::uint64_t bytes = 0;
    for (const EdgeGroup& group : shown(report)) bytes += group.name.size();
    return bytes;
}

}  // namespace pgoprof
