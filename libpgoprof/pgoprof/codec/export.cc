#include "pgoprof/codec/export.h"

#include <fmt/format.h>

#include <algorithm>

#include "pgoprof/base/text.h"

namespace pgoprof {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, kOutputFormats.size()> kNames{"pprof",     "preprofile", "folded", "speedscope",
                                                                     "callgrind", "text",       "json"};

enum class Feature : std::uint8_t {
    labels,
    addresses,
    start_lines,
    lines,
    inlining,
    system_names,
    header,
    other_columns,
    whole_stacks,
    names_not_utf8,
    names_of_lines,
    negative_values,
};

constexpr std::string_view describe(Feature feature) {
    switch (feature) {
        case Feature::labels:
            return "labels";
        case Feature::addresses:
            return "addresses and mappings";
        case Feature::start_lines:
            return "the lines where functions begin";
        case Feature::lines:
            return "lines and files";
        case Feature::inlining:
            return "which frames are inlined";
        case Feature::system_names:
            return "functions' second (system) names";
        case Feature::header:
            return "time, duration, period and comments";
        case Feature::other_columns:
            return "more than one sample type";
        case Feature::whole_stacks:
            return "whole stacks";
        case Feature::names_not_utf8:
            return "names that are not UTF-8 (they are escaped)";
        case Feature::names_of_lines:
            return "names with line breaks (they are written all the same, and the file cannot be read)";
        case Feature::negative_values:
            return "negative values (they are written all the same)";
    }
    return "";
}

/// What a format has no place for.
std::vector<Feature> lacks(OutputFormat format) {
    using enum Feature;
    switch (format) {
        case OutputFormat::pprof:
        case OutputFormat::text:
        case OutputFormat::json:
            return {};
        case OutputFormat::preprofile:
            return {labels, addresses,     lines,        inlining,      system_names,
                    header, other_columns, whole_stacks, names_of_lines};
        case OutputFormat::folded:
            return {labels, addresses, lines, start_lines, inlining, system_names, header, other_columns};
        case OutputFormat::speedscope:
            return {labels, addresses, start_lines, inlining, system_names, header, names_not_utf8, negative_values};
        case OutputFormat::callgrind:
            return {labels, addresses, inlining, system_names, header, whole_stacks, negative_values};
    }
    return {};
}

bool has_header(const Profile& profile) {
    return profile.time_nanos != 0 || profile.duration_nanos != 0 || profile.period != 0 || !profile.comments.empty();
}

bool has_negative_values(const Profile& profile) {
    for (std::size_t i = 0; i < profile.sample_count(); ++i) {
        if (std::ranges::any_of(profile.sample_values(i), [](std::int64_t value) { return value < 0; })) return true;
    }
    return false;
}

bool has(const Profile& profile, Feature feature) {
    const auto any_function = [&](auto predicate) { return std::ranges::any_of(profile.functions, predicate); };
    switch (feature) {
        case Feature::labels:
            for (std::size_t i = 0; i < profile.sample_count(); ++i) {
                if (!profile.sample_labels(i).empty()) return true;
            }
            return false;
        case Feature::addresses:
            return !profile.mappings.empty() ||
                   std::ranges::any_of(profile.locations, [](const Location& l) { return l.address != 0; });
        case Feature::start_lines:
            return any_function([](const Function& function) { return function.start_line != 0; });
        case Feature::lines:
            return std::ranges::any_of(profile.lines, [](const Line& line) { return line.line != 0; }) ||
                   any_function([](const Function& function) { return function.filename != StringId{}; });
        case Feature::inlining:
            return std::ranges::any_of(profile.locations, [](const Location& l) { return l.lines_count > 1; });
        case Feature::system_names:
            return any_function([](const Function& function) {
                return function.system_name != StringId{} && function.system_name != function.name;
            });
        case Feature::header:
            return has_header(profile);
        case Feature::other_columns:
            return profile.sample_types.size() > 1;
        case Feature::whole_stacks:
            return profile.sample_count() != 0;
        case Feature::names_not_utf8:
            return any_function([&](const Function& function) { return !is_utf8(profile.strings[function.name]); });
        case Feature::names_of_lines:
            return any_function([&](const Function& f) { return profile.strings[f.name].contains('\n'); });
        case Feature::negative_values:
            return has_negative_values(profile);
    }
    return false;
}

}  // namespace

std::string_view format_name(OutputFormat format) { return kNames[static_cast<std::size_t>(format)]; }

std::optional<OutputFormat> output_format_named(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) return std::nullopt;
    return kOutputFormats[static_cast<std::size_t>(found - kNames.begin())];
}

std::vector<std::string> losses(const Profile& profile, OutputFormat format, std::size_t column) {
    std::string all;
    std::vector<std::string> texts;
    for (const Feature feature : lacks(format)) {
        if (!has(profile, feature)) continue;
        if (feature == Feature::other_columns && column < profile.sample_types.size()) {
            const ValueType& type = profile.sample_types[column];
            texts.push_back(fmt::format("{} cannot hold {}: {}/{} is written", format_name(format), describe(feature),
                                        profile.strings[type.type], profile.strings[type.unit]));
        } else {
            all += fmt::format("{}{}", all.empty() ? "" : "; ", describe(feature));
        }
    }
    if (!all.empty()) texts.insert(texts.begin(), fmt::format("{} cannot hold {}", format_name(format), all));
    return texts;
}

}  // namespace pgoprof
