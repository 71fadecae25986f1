#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/text.h"
#include "pgoprof/report/edge_report.h"

namespace pgoprof {

std::string totals_text(const EdgeReport& report) {
    const EdgeProfile& profile = *report.profile;
    return fmt::format(
        "file:         {}\n"
        "total weight: {}{}\n"
        "call edges:   {} ({} hot)\n"
        "threshold:    {:.6g}% of the total weight (the compiler's hot-callsite-thres-from-CDF)\n",
        escape_line(report.file), profile.total_weight,
        report.sample_type ? fmt::format(" ({})", escape_line(*report.sample_type)) : "", profile.edges.size(),
        report.hot.edge_count, report.hot.threshold_percent);
}

std::string call_site_text(const EdgeProfile& profile, const CallEdge& edge) {
    std::string place;
    if (edge.caller_file != StringId{}) {
        place = fmt::format(" ({}:{})", escape_line(profile.names[edge.caller_file]), edge.call_line);
    }
    return fmt::format("{} {:+}{}", escape_line(profile.names[edge.caller]), edge.call_site_offset, place);
}

std::string edges_text(const EdgeReport& report) {
    const EdgeProfile& profile = *report.profile;
    const std::size_t shown = std::min(report.shown, profile.edges.size());
    std::string text = totals_text(report);
    if (shown > 0) {
        text += fmt::format("\n{:>6} {:>14} {:>8} {:>8}  {:<4}  {}\n", "rank", "weight", "share", "sum", "hot",
                            "caller +lines after its start, callee");
    }
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < shown; ++i) {
        const CallEdge& edge = profile.edges[i];
        sum = add_wrapping(sum, edge.weight);
        fmt::format_to(std::back_inserter(text), "{:>6} {:>14} {:>7.3f}% {:>7.3f}%  {:<4}  {}\n{:>49} {}\n", i + 1,
                       edge.weight, weight_in_percent(edge.weight, profile.total_weight),
                       weight_in_percent(sum, profile.total_weight), i < report.hot.edge_count ? "hot" : "-",
                       call_site_text(profile, edge), "->", escape_line(profile.names[edge.callee]));
    }
    if (shown < profile.edges.size()) {
        const std::size_t hot_left = report.hot.edge_count > shown ? report.hot.edge_count - shown : 0;
        text += fmt::format("\nand {} more ({} hot); --all lists them\n", profile.edges.size() - shown, hot_left);
    }
    return text;
}

std::uint64_t name_bytes(const EdgeReport& report) {
    const EdgeProfile& profile = *report.profile;
    std::uint64_t bytes = 0;
    for (const CallEdge& edge : std::span(profile.edges).first(std::min(report.shown, profile.edges.size()))) {
        for (const StringId name : {edge.caller, edge.callee, edge.caller_file}) bytes += profile.names[name].size();
    }
    return bytes;
}

std::string_view reason(SilentlyIgnored ignored) {
    switch (ignored) {
        case SilentlyIgnored::empty_file:
            return "the file is empty";
        case SilentlyIgnored::no_samples:
            return "there are no samples";
        case SilentlyIgnored::zero_weight:
        case SilentlyIgnored::no:
            break;
    }
    return "the call edges weigh nothing in total";
}

}  // namespace pgoprof
