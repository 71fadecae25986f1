#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "pgoprof/base/text.h"
#include "pgoprof/lint/rules.h"
#include "pgoprof/lint/thresholds.h"

namespace pgoprof::detail {
namespace {

/// Ages in the unit that people think of them in.
std::string format_age(std::int64_t nanos) {
    constexpr std::int64_t kDay = 24 * 3600 * kSecond;
    return nanos >= 2 * kDay ? fmt::format("{} days", nanos / kDay) : format_duration(nanos);
}

std::int64_t distance_to_usual(std::int64_t nanos) {
    if (nanos <= kUsualDuration) return kUsualDuration - nanos;
    const std::int64_t beyond = nanos % kUsualDuration;
    return std::min(beyond, kUsualDuration - beyond);
}

bool is_usual(std::int64_t nanos) {
    const auto share = static_cast<std::int64_t>(kDurationToleranceShare * static_cast<double>(nanos));
    return distance_to_usual(nanos) <= std::max(kDurationTolerance, share);
}

/// "/home/" of "/home/gopher/src/main.go"; empty if it is not below somebody's home directory.
std::string_view home_of(std::string_view file) {
    for (const std::string_view homes : {"/home/", "/Users/", "C:\\Users\\", "C:/Users/"}) {
        if (file.starts_with(homes) && file.find_first_of("/\\", homes.size()) != file.npos) return homes;
    }
    return {};
}

}  // namespace

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
                       excerpt(type), excerpt(unit));
}

std::optional<std::string> odd_duration(const Facts& facts) {
    const auto [shortest, longest] = std::pair(facts.survey.inputs.shortest_nanos, facts.survey.inputs.longest_nanos);
    if (shortest <= 0 || (is_usual(shortest) && is_usual(longest))) return std::nullopt;
    if (shortest == longest) {
        return fmt::format("the duration, {}, is no multiple of the usual 30s", format_duration(longest));
    }
    return fmt::format("the durations, {} to {}, are no multiples of the usual 30s", format_duration(shortest),
                       format_duration(longest));
}

std::optional<std::string> too_old(const Facts& facts) {
    const LintOptions& options = facts.options;
    if (!options.max_age_nanos || !options.now_nanos) return std::nullopt;
    const std::int64_t time = facts.profile->time_nanos;
    if (time <= 0) return "there is no time of collection, so its age is not known";
    if (*options.now_nanos < time || *options.now_nanos - time <= *options.max_age_nanos) return std::nullopt;
    return fmt::format("it was collected {} ago; at most {} are allowed", format_age(*options.now_nanos - time),
                       format_age(*options.max_age_nanos));
}

std::optional<std::string> time_in_future(const Facts& facts) {
    const auto& now = facts.options.now_nanos;
    const std::int64_t time = facts.profile->time_nanos;
    if (!now || time <= *now || time - *now <= kClockSkew) return std::nullopt;
    return fmt::format("its time of collection is {} in the future", format_age(time - *now));
}

std::optional<std::string> too_large(const Facts& facts) {
    const auto& most = facts.options.max_size;
    const std::uint64_t size = facts.input.stored_bytes;
    if (!most || size <= *most) return std::nullopt;
    std::string message = fmt::format("{}, more than the {} allowed", format_bytes(size), format_bytes(*most));
    const auto compact = facts.input.compact_bytes ? facts.input.compact_bytes() : std::nullopt;
    if (compact && *compact < size)
        message += fmt::format("; pgo-merge --compact would make {} of it", format_bytes(*compact));
    return message;
}

std::optional<std::string> home_directories(const Facts& facts) {
    const RawProfile& raw = *facts.profile;
    std::vector<bool> seen(raw.strings.size());
    std::uint64_t count = 0;
    std::string_view example;
    const auto look = [&](std::int64_t filename) {
        const auto index = static_cast<std::size_t>(filename);
        if (index == 0 || seen[index]) return;
        seen[index] = true;
        const auto homes = home_of(raw.string(filename));
        if (!homes.empty() && count++ == 0) example = homes;
    };
    for (const RawMapping& mapping : raw.mappings) look(mapping.filename);
    for (const RawFunction& function : raw.functions) look(function.filename);
    if (count == 0) return std::nullopt;
    return fmt::format("{} file name{} below somebody's home directory ({}...)", count, count == 1 ? " is" : "s are",
                       example);
}

}  // namespace pgoprof::detail
