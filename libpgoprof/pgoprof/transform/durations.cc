#include "pgoprof/transform/durations.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "pgoprof/base/checked.h"
#include "pgoprof/base/text.h"
#include "pgoprof/transform/units.h"

namespace pgoprof {
namespace {

constexpr std::string_view kRemedy =
    "capture every profile over the same time, let each count per unit of time with --durations=scale, allow a "
    "difference with --duration-tolerance, or merge the profiles as they are with --durations=ignore";

constexpr std::string_view kPeriodRemedy =
    "capture every profile at the same sampling rate, or merge the profiles as they are with --durations=ignore";

/// The length, in nanoseconds, of a profile whose values count a hundred times when scaled.
constexpr std::int64_t kScaledDuration = 30'000'000'000;
constexpr std::int64_t kScale = 100;

__extension__ using Wide = __int128;

std::unexpected<Error> disagree(std::string message, std::string_view remedy) {
    return fail(ErrorCode::disagreement, std::move(message), std::string(remedy));
}

bool same_period(const InputDuration& a, const InputDuration& b) {
    const auto unit = common_unit(a.period_unit, b.period_unit);
    if (!unit) return false;
    const auto first = multiply_checked(a.period, unit->first_factor);
    const auto second = multiply_checked(b.period, unit->second_factor);
    return first && second && *first == *second;
}

std::string describe_period(const InputDuration& input) {
    return fmt::format("{} {} ({})", input.period, input.period_unit, input.name);
}

/// A merge adds up durations. Where the sum does not fit what the comment says of the inputs, another tool has changed
/// the profile since.
bool plausible(const InputSummary& summary, std::int64_t duration_nanos) {
    const auto inputs = static_cast<std::int64_t>(std::min<std::uint64_t>(summary.inputs, INT64_MAX));
    const auto least = multiply_checked(summary.shortest_nanos, inputs);
    const auto most = multiply_checked(summary.longest_nanos, inputs);
    return least && *least <= duration_nanos && (!most || duration_nanos <= *most);
}

InputSummary unknown_durations(InputSummary summary) {
    summary.shortest_nanos = 0;
    return summary;
}

}  // namespace

InputSummary input_summary(const RawProfile& raw) {
    std::optional<InputSummary> combined;
    for (const std::int64_t comment : raw.comments) {
        const auto summary = parse_input_summary(raw.string(comment));
        if (summary) combined = combined ? combine(*combined, *summary) : *summary;
    }
    if (combined) return plausible(*combined, raw.duration_nanos) ? *combined : unknown_durations(*combined);
    const std::int64_t duration = std::max<std::int64_t>(raw.duration_nanos, 0);
    return {.shortest_nanos = duration, .longest_nanos = duration};
}

InputDuration input_duration(std::string name, const RawProfile& raw) {
    return {
        .name = std::move(name),
        .summary = input_summary(raw),
        .period = raw.period,
        .period_unit = raw.period_type ? std::string(raw.string(raw.period_type->unit)) : std::string(),
    };
}

std::string describe_duration(const InputSummary& summary) {
    const auto [shortest, longest] = std::pair(summary.shortest_nanos, summary.longest_nanos);
    std::string text = shortest == 0         ? "no duration"
                       : shortest == longest ? format_duration(shortest)
                                             : format_duration(shortest) + " to " + format_duration(longest);
    if (summary.inputs > 1) text += fmt::format(" in {} inputs", summary.inputs);
    return text;
}

Result<std::int64_t> scale_factor(const InputSummary& summary, std::int64_t weight) {
    if (summary.shortest_nanos == 0) {
        return disagree("has no duration to scale it by",
                        "leave it out, or merge the profiles as they are with --durations=ignore");
    }
    if (summary.scaled) return weight;
    if (summary.inputs > 1) {
        return disagree(fmt::format("is a merge of {} inputs that are not scaled", summary.inputs),
                        "merge with --durations=scale from the originals on");
    }
    const Wide duration = summary.longest_nanos;
    const Wide factor = (2 * Wide{kScale} * weight * kScaledDuration + duration) / (2 * duration);
    if (factor == 0) {
        return disagree(
            fmt::format("took so long ({}) that nothing would be left of it", format_duration(summary.longest_nanos)),
            "give it a weight with --weighted-input");
    }
    if (factor > std::numeric_limits<std::int64_t>::max()) {
        return fail(ErrorCode::overflow,
                    fmt::format("weight {} for a duration of {}: the factor does not fit in 64 bits", weight,
                                format_duration(summary.longest_nanos)));
    }
    return static_cast<std::int64_t>(factor);
}

Result<> check_durations(std::span<const InputDuration> inputs, double tolerance) {
    if (inputs.empty() || (inputs.size() == 1 && inputs[0].summary.inputs == 1)) return {};
    const auto other =
        std::ranges::find_if(inputs, [&](const auto& input) { return !same_period(inputs.front(), input); });
    if (other != inputs.end()) {
        return disagree(
            fmt::format("sampling periods differ: {}, {}", describe_period(inputs.front()), describe_period(*other)),
            kPeriodRemedy);
    }
    if (std::ranges::all_of(inputs, [](const auto& input) { return input.summary.scaled; })) return {};

    const auto shortest =
        std::ranges::min_element(inputs, {}, [](const auto& input) { return input.summary.shortest_nanos; });
    const auto longest =
        std::ranges::max_element(inputs, {}, [](const auto& input) { return input.summary.longest_nanos; });
    if (shortest->summary.shortest_nanos == 0) {
        return disagree(fmt::format("{} has no duration: the profiles cannot be compared", shortest->name), kRemedy);
    }
    const auto low = static_cast<double>(shortest->summary.shortest_nanos);
    const auto high = static_cast<double>(longest->summary.longest_nanos);
    const double difference = (high - low) / high;
    if (difference <= tolerance) return {};
    return disagree(fmt::format("durations differ by {:.3g}%, more than {:.3g}%: from {} ({}) to {} ({})",
                                difference * 100, tolerance * 100, format_duration(shortest->summary.shortest_nanos),
                                shortest->name, format_duration(longest->summary.longest_nanos), longest->name),
                    kRemedy);
}

}  // namespace pgoprof
