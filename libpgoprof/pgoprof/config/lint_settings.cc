#include "pgoprof/config/lint_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <utility>

#include "pgoprof/base/checked.h"

namespace pgoprof {
namespace {

template <typename Number>
std::optional<Number> parse_integer(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size() && text[0] != '-';
    return whole ? std::optional(value) : std::nullopt;
}

/// "30d" as 30 and the unit's value.
template <typename Number, std::size_t kUnits>
std::optional<Number> parse_quantity(std::string_view text,
                                     const std::array<std::pair<std::string_view, Number>, kUnits>& units) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer<Number>(text.substr(0, digits));
    const auto unit = std::ranges::find(units, text.substr(digits), &std::pair<std::string_view, Number>::first);
    if (!number || *number == 0 || unit == units.end()) return std::nullopt;
    return multiply_checked(*number, unit->second);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// How many characters to insert, delete or replace to make one of the other, whatever their case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}

/// Ids and names that are at most a slip of the hand away, the nearest first.
std::vector<std::string_view> near_rules(std::string_view text) {
    constexpr std::size_t kLongest = 100, kMost = 3;
    std::vector<std::pair<std::size_t, std::string_view>> candidates;
    for (const LintRule& rule : lint_rules()) {
        for (const std::string_view known : {rule.id, rule.name}) {
            const std::size_t allowed = known.size() / 4 + 1;
            const std::size_t distance = text.size() > kLongest ? kLongest : edit_distance(text, known);
            const bool part = text.size() >= 4 && known.find(text) != known.npos;
            if (distance <= allowed || part) candidates.emplace_back(part ? 0 : distance, known);
        }
    }
    std::ranges::stable_sort(candidates, {}, &std::pair<std::size_t, std::string_view>::first);
    std::vector<std::string_view> near;
    for (const auto& [distance, known] : candidates) {
        if (near.size() < kMost && distance <= candidates.front().first + 1) near.push_back(known);
    }
    return near;
}

}  // namespace

LintSettings overlay(LintSettings base, const LintSettings& over) {
    if (over.go_version) base.go_version = over.go_version;
    if (over.fail_on) base.fail_on = over.fail_on;
    if (over.max_age_nanos) base.max_age_nanos = over.max_age_nanos;
    if (over.max_size) base.max_size = over.max_size;
    base.changes.insert(base.changes.end(), over.changes.begin(), over.changes.end());
    return base;
}

LintOptions lint_options(const LintSettings& settings) {
    LintOptions options{.max_age_nanos = settings.max_age_nanos, .max_size = settings.max_size};
    if (settings.go_version) options.go_version = *settings.go_version;
    const auto rules = lint_rules();
    for (const LintRule& rule : rules) options.levels.emplace_back(rule.severity);
    for (const RuleChange& change : settings.changes) {
        auto& level = options.levels[static_cast<std::size_t>(change.rule - rules.data())];
        if (change.kind == RuleChange::Kind::disable) level.reset();
        if (change.kind == RuleChange::Kind::enable && !level) level = change.rule->severity;
        if (change.kind == RuleChange::Kind::set) level = change.severity;
    }
    return options;
}

bool fails(std::span<const Finding> findings, const LintSettings& settings) {
    const FailOn fail_on = settings.fail_on.value_or(FailOn::error);
    return (fail_on != FailOn::never && count(findings, Severity::error) > 0) ||
           (fail_on == FailOn::warning && count(findings, Severity::warning) > 0);
}

std::optional<GoVersion> parse_go_version(std::string_view text) {
    if (!text.starts_with("1.")) return std::nullopt;
    text.remove_prefix(2);
    const auto dot = std::min(text.find('.'), text.size());
    const auto minor = parse_integer<int>(text.substr(0, dot));
    const bool patch = dot == text.size() || parse_integer<int>(text.substr(dot + 1));
    if (!minor || !patch || *minor < kFirstGoWithPgo.minor) return std::nullopt;
    return GoVersion{*minor};
}

std::optional<std::int64_t> parse_age(std::string_view text) {
    constexpr std::int64_t kHour = 3'600'000'000'000;
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 2> kUnits{{{"h", kHour}, {"d", 24 * kHour}}};
    return parse_quantity(text, kUnits);
}

std::optional<Severity> parse_severity(std::string_view text) {
    for (const Severity severity : {Severity::info, Severity::warning, Severity::error}) {
        if (text == name(severity)) return severity;
    }
    return std::nullopt;
}

std::optional<FailOn> parse_fail_on(std::string_view text) {
    if (text == "error") return FailOn::error;
    if (text == "warning") return FailOn::warning;
    if (text == "never") return FailOn::never;
    return std::nullopt;
}

Result<const LintRule*> look_up_rule(std::string_view id_or_name) {
    if (const LintRule* rule = find_lint_rule(id_or_name)) return rule;
    const auto near = near_rules(id_or_name);
    return fail(ErrorCode::invalid_content,
                near.empty() ? fmt::format("unknown rule {} (--list-rules shows them all)", id_or_name)
                             : fmt::format("unknown rule {}; did you mean {}?", id_or_name, fmt::join(near, " or ")));
}

}  // namespace pgoprof
