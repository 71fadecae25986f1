#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "pgoprof/base/text.h"
#include "pgoprof/report/edge_views.h"
#include "pgoprof/transform/function_name.h"

namespace pgoprof {
namespace {

constexpr GoVersion kInterfaceCalls{21};
constexpr GoVersion kFunctionValues{22};

std::span<const CallSite> shown(const CallSiteReport& report) {
    return std::span(report.sites.sites).first(std::min(report.of.shown, report.sites.sites.size()));
}

std::span<const std::uint32_t> shown_edges(const CallSiteReport& report, const CallSite& site) {
    return report.sites.edges_of(site).first(std::min(site.count, report.callees_shown));
}

std::string legend(GoVersion version) {
    std::string text =
        "\nhot: inlining here may cost up to 2000 instead of 80, whatever is called, unless the caller is big (5000 "
        "nodes\n"
        "or more), which a profile does not tell.\n";
    if (version < kInterfaceCalls) {
        return text + fmt::format("Go 1.{} devirtualizes nothing by profile.\n", version.minor);
    }
    text +=
        "if by: a profile does not tell direct calls from indirect ones. Devirtualization turns an indirect call, hot\n"
        "or not, into one of the heaviest callee that fits it: one by interface, if the callee's type implements that";
    if (version >= kFunctionValues) text += ",\nand one by function value, if the callee's type is that";
    return text +
           ".\nCallees that do not fit belong to other calls on the line. There is one choice: no runner-up is "
           "taken.\n";
}

/// What is in the column "if by".
std::string_view short_name(std::string_view devirtualized_as) {
    if (devirtualized_as == "interface call") return "interface";
    if (devirtualized_as == "function value") return "value";
    return "-";
}

void append_site(std::string& text, const CallSiteReport& report, const CallSite& site, std::size_t rank) {
    const EdgeProfile& profile = *report.of.profile;
    const auto edges = shown_edges(report, site);
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{:>6} {:>14} {:>7.3f}%  {:<4}  {}\n", rank, site.weight,
                   weight_in_percent(site.weight, profile.total_weight), site.hot ? "hot" : "-",
                   call_site_text(profile, profile.edges[edges[0]]));
    for (const std::uint32_t position : edges) {
        const CallEdge& edge = profile.edges[position];
        const std::string_view callee = profile.names[edge.callee];
        fmt::format_to(out, "{:>21} {:>7.3f}%  {:<9} -> {}\n", edge.weight, weight_in_percent(edge.weight, site.weight),
                       short_name(devirtualized_as(callee, report.go_version)), escape_line(callee));
    }
    if (edges.size() < site.count) fmt::format_to(out, "{:>21} more\n", site.count - edges.size());
}

}  // namespace

std::string_view devirtualized_as(std::string_view callee, GoVersion version) {
    switch (callee_kind(callee)) {
        case CalleeKind::method:
            return version < kInterfaceCalls ? "" : "interface call";
        case CalleeKind::function:
            return version < kFunctionValues || callee == "runtime.memhash_varlen" ? "" : "function value";
        case CalleeKind::neither:
            break;
    }
    return "";
}

std::string call_sites_text(const CallSiteReport& report) {
    const auto& sites = report.sites.sites;
    const auto hot = std::ranges::count_if(sites, &CallSite::hot);
    std::string text = totals_text(report.of) + fmt::format("call sites:   {} ({} hot)\n", sites.size(), hot);
    const auto listed = shown(report);
    if (!listed.empty()) {
        text += fmt::format("\n{:>6} {:>14} {:>8}  {:<4}  {}\n{:>21} {:>8}  {:<9} -> {}\n", "rank", "weight", "share",
                            "hot", "caller +lines after its start", "weight", "of these", "if by", "callee");
    }
    std::size_t rank = 0;
    for (const CallSite& site : listed) append_site(text, report, site, ++rank);
    if (rank < sites.size()) text += fmt::format("\nand {} more; --all lists them\n", sites.size() - rank);
    return text + legend(report.go_version);
}

std::uint64_t name_bytes(const CallSiteReport& report) {
    const EdgeProfile& profile = *report.of.profile;
    std::uint64_t bytes = 0;
    for (const CallSite& site : shown(report)) {
        const auto edges = shown_edges(report, site);
        const CallEdge& first = profile.edges[edges[0]];
        bytes += profile.names[first.caller].size() + profile.names[first.caller_file].size();
        for (const std::uint32_t position : edges) bytes += profile.names[profile.edges[position].callee].size();
    }
    return bytes;
}

}  // namespace pgoprof
