#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pgoprof/lint/function_names.h"
#include "pgoprof/lint/rules.h"
#include "pgoprof/lint/thresholds.h"
#include "pgoprof/transform/hot_set.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/stability.h"

namespace pgoprof::detail {
namespace {

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

/// What a group of edges weighs, and one name for the message.
struct NamedShare {
    double share = 0;  ///< 0..1, of the absolute weight
    std::string_view example;
};

/// Of the edges from or to a function whose name `matches` picks.
template <typename Predicate>
NamedShare share_of_names(const EdgeProfile& profile, Predicate matches) {
    std::vector<bool> picked(profile.names.size());
    NamedShare result;
    for (std::uint32_t id = 0; id < profile.names.size(); ++id) picked[id] = matches(profile.names[StringId{id}]);
    result.share = weight_share(profile, [&](const CallEdge& edge) {
        const bool caller = picked[edge.caller.value];
        if (!caller && !picked[edge.callee.value]) return false;
        if (result.example.empty()) result.example = profile.names[caller ? edge.caller : edge.callee];
        return true;
    });
    return result;
}

}  // namespace

std::optional<std::string> partial_start_line(const Facts& facts) {
    // Where the start line is 0, the offset is the absolute line.
    const double share = weight_share(*facts.edges, [](const CallEdge& edge) {
        return !is_unnamed(edge.caller) && edge.call_line != 0 && edge.call_site_offset == edge.call_line;
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

std::optional<std::string> negative_edges(const Facts& facts) {
    const auto negative =
        std::ranges::count_if(facts.edges->edges, [](const CallEdge& edge) { return edge.weight < 0; });
    if (negative == 0) return std::nullopt;
    return fmt::format("{} of {} call edges have a negative weight, which distorts the hot set{}", negative,
                       facts.edges->edges.size(),
                       facts.edges->total_weight < 0 ? "; so does the negative total weight" : "");
}

std::optional<std::string> unstable_hot_set(const Facts& facts) {
    const SamplingNoise noise =
        sampling_noise(*facts.edges, weight_per_sample(*facts.profile, *facts.column, facts.survey.smallest));
    if (noise.low >= kStableOverlap) return std::nullopt;
    return fmt::format(
        "too few samples for a stable hot set: split in two at random, the halves' hot sets overlap by {:.0f}% of "
        "their "
        "weight ({:.0f}% in the 5th percentile of 100 rounds)",
        noise.median * 100, noise.low * 100);
}

std::optional<std::string> cut_generic_names(const Facts& facts) {
    const NamedShare cut = share_of_names(*facts.edges, is_cut_generic);
    if (cut.share < kNoticeableShare) return std::nullopt;
    return fmt::format(
        "{:.1f}% of the edge weight is in calls from or to generic functions whose type arguments are cut "
        "to [...] ({}), which never match",
        cut.share * 100, excerpt(cut.example));
}

std::optional<std::string> demangled_names(const Facts& facts) {
    // As `go tool pprof -proto` writes them: the whole name is left in system_name, and name has lost what stood in
    // parentheses, but those of a receiver.
    const RawProfile& raw = *facts.profile;
    std::uint64_t count = 0;
    std::string_view example;
    for (const RawFunction& function : raw.functions) {
        if (function.name == function.system_name) continue;
        const std::string_view name = raw.string(function.name);
        const std::string_view whole = raw.string(function.system_name);
        if (name.size() >= whole.size() || !is_go_symbol(whole) || whole.find('[') == whole.npos) continue;
        if (count++ == 0) example = name;
    }
    if (count == 0) return std::nullopt;
    return fmt::format("{} generic function{} lost parameter lists in the name ({}), and never match{}", count,
                       count == 1 ? "" : "s", excerpt(example), count == 1 ? "es" : "");
}

std::optional<std::string> missing_line_numbers(const Facts& facts) {
    const double share = weight_share(
        *facts.edges, [](const CallEdge& edge) { return !is_unnamed(edge.caller) && edge.call_line == 0; });
    if (share < kNoticeableShare) return std::nullopt;
    return fmt::format("{:.1f}% of the edge weight is in calls without a line number, which never match", share * 100);
}

std::optional<std::string> instrumented_build(const Facts& facts) {
    const NamedShare found = share_of_names(*facts.edges, is_instrumentation);
    if (found.share < kNoticeableShare) return std::nullopt;
    return fmt::format(
        "{:.1f}% of the edge weight is in calls that a sanitizer made ({}): this was a -race, -msan or "
        "-asan build",
        found.share * 100, excerpt(found.example));
}

std::optional<std::string> stack_growing_edges(const Facts& facts) {
    const EdgeProfile& profile = *facts.edges;
    const std::size_t hot = hot_set(profile).edge_count;
    std::uint64_t count = 0;
    const CallEdge* hottest = nullptr;
    for (const CallEdge& edge : std::span(profile.edges).first(hot)) {
        if (!grows_stacks(profile.names[edge.callee])) continue;
        if (begins_runtime_work(profile.names[edge.caller])) continue;  // a few for each core, whatever the load
        if (count++ == 0) hottest = &edge;
    }
    if (count == 0) return std::nullopt;
    return fmt::format("{} hot call edge{} known to grow goroutine stacks where inlined, such as {} -> {}", count,
                       count == 1 ? " is" : "s are", excerpt(profile.names[hottest->caller]),
                       excerpt(profile.names[hottest->callee]));
}

std::optional<std::string> no_inline_prefix(const Facts& facts) {
    const NamedShare marked =
        share_of_names(*facts.edges, [](std::string_view function) { return function.starts_with(kNoInlinePrefix); });
    if (marked.share == 0) return std::nullopt;
    return fmt::format(
        "{:.1f}% of the edge weight is in calls from or to functions that were renamed so as not to be "
        "inlined ({})",
        marked.share * 100, excerpt(marked.example));
}

}  // namespace pgoprof::detail
