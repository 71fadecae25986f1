#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "pgoprof/lint/rules.h"
#include "pgoprof/lint/thresholds.h"

namespace pgoprof::detail {
namespace {

/// The part of the samples' weight, 0..1.
double part(double weight, const Survey& survey) { return survey.weight > 0 ? weight / survey.weight : 0; }

bool is_type(const RawProfile& raw, const RawValueType& type, std::string_view name, std::string_view unit) {
    return raw.string(type.type) == name && raw.string(type.unit) == unit;
}

/// Sample types that tell what a profile is of. The CPU profile's own are not among them.
struct Kind {
    std::string_view sample_type;
    std::string_view what;
};

constexpr std::array kKinds{
    Kind{"alloc_objects", "a heap profile"},
    Kind{"alloc_space", "a heap profile"},
    Kind{"inuse_objects", "a heap profile"},
    Kind{"inuse_space", "a heap profile"},
    Kind{"contentions", "a mutex or block profile"},
    Kind{"delay", "a mutex or block profile"},
    Kind{"goroutine", "a goroutine profile"},
    Kind{"goroutines", "a goroutine profile"},
    Kind{"threadcreate", "a thread profile"},
    Kind{"wall", "a profile of elapsed time, waiting included"},
    Kind{"time", "a profile of elapsed time, waiting included"},
};

/// Empty if it may be a CPU profile.
std::string_view kind_by(std::string_view type) {
    const auto* found = std::ranges::find(kKinds, type, &Kind::sample_type);
    return found == kKinds.end() ? std::string_view() : found->what;
}

bool is_cpu_time(const RawProfile& raw, const RawValueType& type) { return is_type(raw, type, "cpu", "nanoseconds"); }

/// What tells one build from another: the build id, or else the file and its extent.
using Build = std::tuple<std::string_view, std::string_view, std::uint64_t>;

Build build_of(const RawProfile& raw, const RawMapping& mapping) {
    if (mapping.build_id != 0) return {raw.string(mapping.build_id), {}, 0};
    return {{}, raw.string(mapping.filename), mapping.memory_limit - mapping.memory_start};
}

/// Where executables that are not position-independent are loaded: there, mappings of one process cannot overlap, nor
/// can the load addresses of two processes have moved apart.
bool at_fixed_address(const RawMapping& mapping) { return mapping.memory_start < (std::uint64_t{1} << 32); }

bool overlap(const RawMapping& a, const RawMapping& b) {
    return a.memory_start < b.memory_limit && b.memory_start < a.memory_limit;
}

bool of_two_builds(const RawProfile& raw, const RawMapping& a, const RawMapping& b) {
    if (build_of(raw, a) == build_of(raw, b)) return false;
    if (at_fixed_address(a) && at_fixed_address(b) && overlap(a, b)) return true;
    const bool identified = a.build_id != 0 && b.build_id != 0;
    return identified && a.filename != 0 && raw.string(a.filename) == raw.string(b.filename);
}

}  // namespace

std::optional<std::string> negative_values(const Facts& facts) {
    if (facts.survey.negative == 0) return std::nullopt;
    return fmt::format("{} of {} samples have a negative value; is this the difference of two profiles?",
                       facts.survey.negative, facts.profile->sample_total);
}

std::optional<std::string> idle_process(const Facts& facts) {
    if (facts.survey.inputs.scaled) return std::nullopt;
    const auto cores = cpu_cores(facts.survey.totals, facts.profile->duration_nanos);
    if (!cores || *cores >= kIdleCores) return std::nullopt;
    return fmt::format("{:.2g} CPU cores were busy on average: the process was idle while it was profiled", *cores);
}

std::optional<std::string> not_go_code(const Facts& facts) {
    const double share = part(facts.survey.without_go, facts.survey);
    if (share <= kMostOfIt) return std::nullopt;
    return fmt::format("{:.0f}% of the samples' weight is in C code, the kernel, or other code that is not Go",
                       share * 100);
}

std::optional<std::string> other_profile_kind(const Facts& facts) {
    if (facts.profile == nullptr) return std::nullopt;
    const RawProfile& raw = *facts.profile;
    const auto cpu_time = [&](const RawValueType& type) { return is_cpu_time(raw, type); };
    if (std::ranges::any_of(raw.sample_types, cpu_time)) return std::nullopt;
    for (const RawValueType& type : raw.sample_types) {
        const auto what = kind_by(raw.string(type.type));
        if (!what.empty()) return fmt::format("this is {}, by its sample type {}", what, raw.string(type.type));
    }
    return std::nullopt;
}

std::optional<std::string> sample_type_order(const Facts& facts) {
    const RawProfile& raw = *facts.profile;
    if (*facts.column == 0 && is_type(raw, raw.sample_types[0], "samples", "count")) return std::nullopt;
    const RawValueType& read = raw.sample_types[*facts.column];
    const bool has_counts = std::ranges::any_of(
        raw.sample_types, [&](const RawValueType& type) { return is_type(raw, type, "samples", "count"); });
    if (!has_counts || is_type(raw, read, "samples", "count")) {
        if (*facts.column == 0) return std::nullopt;
        return fmt::format("the Go compiler reads sample type {} of {}, {}/{}: it is not the first", *facts.column + 1,
                           raw.sample_types.size(), raw.string(read.type), raw.string(read.unit));
    }
    return fmt::format(
        "the Go compiler reads {}/{}, which comes before samples/count; Go's own profiles have it the "
        "other way round",
        raw.string(read.type), raw.string(read.unit));
}

std::optional<std::string> diff_profile(const Facts& facts) {
    if (facts.survey.of_difference == 0) return std::nullopt;
    return fmt::format("{} samples have the label pprof::base: this is a difference, made with -diff_base",
                       facts.survey.of_difference);
}

std::optional<std::string> dominating_goroutine(const Facts& facts) {
    const double share = part(facts.survey.of_runtime, facts.survey);
    if (share <= kMostOfIt) return std::nullopt;
    return fmt::format(
        "{:.0f}% of the samples' weight is in the runtime's and the profiler's own goroutines, most of it "
        "below {}",
        share * 100, facts.survey.main_runtime);
}

std::optional<std::string> several_builds(const Facts& facts) {
    const RawProfile& raw = *facts.profile;
    constexpr std::size_t kMostMappings = 1000;  // pairs are compared; a process has some dozens
    const auto mappings = std::span(raw.mappings).first(std::min(raw.mappings.size(), kMostMappings));
    std::set<Build> builds;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        for (std::size_t j = i + 1; j < mappings.size(); ++j) {
            if (!of_two_builds(raw, mappings[i], mappings[j])) continue;
            builds.insert(build_of(raw, mappings[i]));
            builds.insert(build_of(raw, mappings[j]));
        }
    }
    if (builds.empty()) return std::nullopt;
    return fmt::format("{} different builds are in this profile, by their mappings", builds.size());
}

std::optional<std::string> frameless_stacks(const Facts& facts) {
    const double share = part(facts.survey.of_one_frame, facts.survey);
    if (share <= kMostOfIt) return std::nullopt;
    return fmt::format("{:.0f}% of the samples' weight is in stacks of a single frame, which have no caller",
                       share * 100);
}

std::optional<std::string> no_inlined_frames(const Facts& facts) {
    const std::size_t locations = facts.profile->locations.size();
    if (facts.survey.inlined || locations < kLocationsWithInlining) return std::nullopt;
    return fmt::format("none of {} locations has an inlined frame", locations);
}

std::optional<std::string> columns_disagree(const Facts& facts) {
    const RawProfile& raw = *facts.profile;
    const ProfileTotals& totals = facts.survey.totals;
    if (!raw.period_type || !is_cpu_time(raw, *raw.period_type) || raw.period <= 0) return std::nullopt;
    if (!totals.samples || !totals.cpu_nanos || *totals.samples <= 0 || *totals.cpu_nanos < 0) return std::nullopt;
    const double per_sample = static_cast<double>(*totals.cpu_nanos) / static_cast<double>(*totals.samples);
    const double factor = per_sample / static_cast<double>(raw.period);
    if (factor <= kColumnsFactor && factor >= 1 / kColumnsFactor) return std::nullopt;
    return fmt::format("a sample stands for {:.3g} ms of CPU time on average, but the sampling period is {:.3g} ms",
                       per_sample / 1e6, static_cast<double>(raw.period) / 1e6);
}

std::optional<std::string> absurd_weights(const Facts& facts) {
    if (facts.survey.inputs.scaled) return std::nullopt;
    const auto cores = cpu_cores(facts.survey.totals, facts.profile->duration_nanos);
    if (!cores || *cores <= kAbsurdCores) return std::nullopt;
    return fmt::format("{:.3g} CPU cores were busy on average, by its values and its duration: one of them is wrong",
                       *cores);
}

std::optional<std::string> lost_samples(const Facts& facts) {
    const double share = part(facts.survey.lost, facts.survey);
    if (share < kNoticeableShare) return std::nullopt;
    return fmt::format("{:.1f}% of the samples' weight was lost while it was collected", share * 100);
}

}  // namespace pgoprof::detail
