#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {
namespace {

/// bufio.MaxScanTokenSize: the compiler reads preprofiled lines with a bufio.Scanner, which gives up on a line (its
/// newline not counted) of so many bytes.
constexpr std::size_t kTooLongForScanner = 65536;

/// Whether the compiler's line reader would see another name than preprofile wrote: bufio.ScanLines splits at a newline
/// and drops a carriage return before it.
bool breaks_line(std::string_view name) { return name.find('\n') != name.npos || name.ends_with('\r'); }

bool over_long(std::string_view name) { return name.size() >= kTooLongForScanner; }

struct NameSearch {
    std::size_t count = 0;
    std::string_view first;

    /// "a function name WHAT (main.f)" or "3 function names WHAT (main.f and others)".
    std::string text(std::string_view what) const;
};

/// The distinct names among the edges' callers and callees for which `wrong` holds.
NameSearch find_names(const EdgeProfile& profile, bool (*wrong)(std::string_view)) {
    NameSearch search;
    std::vector<bool> seen(profile.names.size());
    for (const CallEdge& edge : profile.edges) {
        for (const StringId id : {edge.caller, edge.callee}) {
            if (seen[id.value]) continue;
            seen[id.value] = true;
            if (!wrong(profile.names[id])) continue;
            if (search.count++ == 0) search.first = profile.names[id];
        }
    }
    return search;
}

std::string NameSearch::text(std::string_view what) const {
    if (count == 1) return fmt::format("a function name {} ({})", what, excerpt(first));
    return fmt::format("{} function names {} ({} and others)", count, what, excerpt(first));
}

std::string sample_type_list(const RawProfile& raw) {
    std::string list;
    for (const RawValueType& type : raw.sample_types) {
        if (list.size() > 200) return list + ", ...";
        list += fmt::format("{}{}/{}", list.empty() ? "" : ", ", excerpt(raw.string(type.type)),
                            excerpt(raw.string(type.unit)));
    }
    return list;
}

}  // namespace

std::string excerpt(std::string_view text) {
    constexpr std::size_t kShown = 100;
    return text.size() <= kShown ? std::string(text) : fmt::format("{}...", text.substr(0, kShown));
}

std::optional<std::string> no_sample_type(const Facts& facts) {
    if (!facts.refused_by("PGO201")) return std::nullopt;
    return fmt::format("no sample type is samples/count or cpu/nanoseconds (there are: {}); the Go compiler refuses it",
                       sample_type_list(*facts.profile));
}

std::optional<std::string> no_start_line(const Facts& facts) {
    if (!facts.refused_by("PGO202")) return std::nullopt;
    const RawProfile& raw = *facts.profile;
    if (facts.survey.all_zero) {
        const RawValueType& type = raw.sample_types[*facts.column];
        return fmt::format(
            "every value of the sample type that the Go compiler reads, {}/{}, is zero; it refuses the profile and "
            "blames a missing start_line",
            raw.string(type.type), raw.string(type.unit));
    }
    const auto has_start_line = [](const RawFunction& function) { return function.start_line != 0; };
    if (facts.survey.negative > 0 && std::ranges::any_of(raw.functions, has_start_line)) {
        return "positive and negative values cancel out, so that no frame counts that has a start_line; the Go "
               "compiler "
               "refuses the profile and blames a missing start_line";
    }
    return "no function in a counted frame has a start_line, which the Go compiler requires; it is there if the "
           "profiled program was built with Go 1.20 or newer and no tool removed it";
}

std::optional<std::string> empty_file(const Facts& facts) {
    if (facts.preprofiled() || !facts.ignored_as(SilentlyIgnored::empty_file)) return std::nullopt;
    return "the file is empty; the Go compiler takes it for no profile and does not say so";
}

std::optional<std::string> no_samples(const Facts& facts) {
    if (facts.preprofiled() || !facts.ignored_as(SilentlyIgnored::no_samples)) return std::nullopt;
    return "there are no samples; the Go compiler takes it for no profile and does not say so";
}

std::optional<std::string> zero_weight(const Facts& facts) {
    if (facts.preprofiled()) {
        if (facts.edges->total_weight != 0) return std::nullopt;
        return "there are no call edges, or they weigh nothing in total";
    }
    if (!facts.ignored_as(SilentlyIgnored::zero_weight)) return std::nullopt;
    return fmt::format("{}; the Go compiler takes it for no profile and does not say so",
                       facts.survey.second_frame ? "the call edges weigh nothing in total"
                                                 : "no stack has two frames, so there are no call edges");
}

std::optional<std::string> already_preprofiled(const Facts& facts) {
    if (!facts.preprofiled()) return std::nullopt;
    return "this is the output of `go tool preprofile`, which `go build -pgo=` refuses; give it the pprof profile";
}

std::optional<std::string> line_break_in_name(const Facts& facts) {
    if (facts.edges == nullptr) return std::nullopt;
    const NameSearch found = find_names(*facts.edges, breaks_line);
    if (found.count == 0) return std::nullopt;
    return found.text("with a line break") + ": the compiler fails or reads other edges";
}

std::optional<std::string> over_long_name(const Facts& facts) {
    if (facts.edges == nullptr) return std::nullopt;
    const NameSearch found = find_names(*facts.edges, over_long);
    if (found.count == 0) return std::nullopt;
    return found.text("of 64 KiB or more") + ": the compiler fails or stops reading there";
}

}  // namespace pgoprof::detail
