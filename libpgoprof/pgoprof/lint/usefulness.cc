#include <fmt/format.h>

#include <cmath>

#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {
namespace {

/// Below this share of the edges' weight, frames that cannot match are the normal noise of assembly, C and the kernel.
constexpr double kNoticeableShare = 0.01;

/// The share (0..1) of the edges' absolute weight on the edges that `matches` picks.
template <typename Predicate>
double weight_share(const EdgeProfile& profile, Predicate matches) {
    double matched = 0;
    double total = 0;
    for (const CallEdge& edge : profile.edges) {
        const double weight = std::abs(static_cast<double>(edge.weight));
        total += weight;
        if (matches(edge)) matched += weight;
    }
    return total > 0 ? matched / total : 0;
}

bool is_unnamed(StringId name) { return name == StringId{}; }

}  // namespace

std::optional<std::string> partial_start_line(const Facts& facts) {
    // Where the start line is 0, the offset is the absolute line.
    const double share = weight_share(*facts.edges, [](const CallEdge& edge) {
        return !is_unnamed(edge.caller) && edge.call_site_offset == edge.call_line;
    });
    if (share < kNoticeableShare) return std::nullopt;
    return fmt::format("{:.1f}% of the edge weight is in calls from functions without start_line, which never match",
                       share * 100);
}

std::optional<std::string> unsymbolized_frames(const Facts& facts) {
    const double share = weight_share(
        *facts.edges, [](const CallEdge& edge) { return is_unnamed(edge.caller) || is_unnamed(edge.callee); });
    if (share < kNoticeableShare) return std::nullopt;
    return fmt::format("{:.1f}% of the edge weight is in calls from or to functions without a name, which never match",
                       share * 100);
}

std::optional<std::string> negative_values(const Facts& facts) {
    const RawProfile& raw = *facts.profile;
    std::uint64_t negative = 0;
    for (std::size_t i = 0; i < raw.sample_count(); ++i) {
        if (raw.sample_values(i)[*facts.column] < 0) ++negative;
    }
    if (negative == 0) return std::nullopt;
    return fmt::format("{} of {} samples have a negative value; is this the difference of two profiles?", negative,
                       raw.sample_count());
}

std::optional<std::string> negative_edges(const Facts& facts) {
    std::uint64_t negative = 0;
    for (const CallEdge& edge : facts.edges->edges) {
        if (edge.weight < 0) ++negative;
    }
    if (negative == 0) return std::nullopt;
    return fmt::format("{} of {} call edges have a negative weight, which distorts the hot set{}", negative,
                       facts.edges->edges.size(),
                       facts.edges->total_weight < 0 ? "; so does the negative total weight" : "");
}

std::optional<std::string> missing_duration(const Facts& facts) {
    if (facts.profile->duration_nanos > 0) return std::nullopt;
    return "there is no duration, so this profile cannot be merged fairly with others";
}

std::optional<std::string> odd_period_type(const Facts& facts) {
    const RawProfile& raw = *facts.profile;
    if (!raw.period_type) return "there is no period type; a Go CPU profile has cpu/nanoseconds";
    const std::string_view type = raw.string(raw.period_type->type);
    const std::string_view unit = raw.string(raw.period_type->unit);
    if (type == "cpu" && unit == "nanoseconds") return std::nullopt;
    return fmt::format("the period type is {}/{}, that of a Go CPU profile cpu/nanoseconds; is this a CPU profile?",
                       type.substr(0, 100), unit.substr(0, 100));
}

}  // namespace pgoprof::detail
