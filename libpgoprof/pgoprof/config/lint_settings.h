// How strictly to lint: what options and .pgo-lint.toml say in the same words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/result.h"
#include "pgoprof/lint/lint.h"

namespace pgoprof {

/// The least severity of a finding that makes the answer no.
enum class FailOn : std::uint8_t { error, warning, never };

struct RuleChange {
    enum class Kind : std::uint8_t {
        disable,
        enable,  ///< at its default severity, if it was disabled
        set,     ///< to `severity`, disabled or not
    };

    const LintRule* rule = nullptr;  ///< a row of `lint_rules()`
    Kind kind = Kind::enable;
    Severity severity{};
};

struct LintSettings {
    std::optional<GoVersion> go_version{};
    std::vector<RuleChange> changes{};  ///< a later one wins
    std::optional<FailOn> fail_on{};    ///< error where nothing is said
    std::optional<std::int64_t> max_age_nanos{};
    std::optional<std::uint64_t> max_size{};
};

/// What `over` says, and else what `base` does.
LintSettings overlay(LintSettings base, const LintSettings& over);

/// For `lint`; the time is the caller's to give.
LintOptions lint_options(const LintSettings& settings);

/// Whether a finding of these makes the answer no.
bool fails(std::span<const Finding> findings, const LintSettings& settings);

// How values read, in options and in .pgo-lint.toml alike; nullopt for anything else.
inline constexpr std::string_view kGoVersionForm = "a Go version from 1.20 on, such as 1.24";
inline constexpr std::string_view kAgeForm = "an age above 0 in days or hours, such as 30d or 720h";
inline constexpr std::string_view kSizeForm = "a size above 0, such as 5MB or 512KiB";
inline constexpr std::string_view kSeverityForm = "error, warning or info";
inline constexpr std::string_view kFailOnForm = "error, warning or never";

/// "1.24"; a patch release (1.24.3) and releases yet to come are taken, too.
std::optional<GoVersion> parse_go_version(std::string_view text);
/// Days or hours, as nanoseconds; more than 0.
std::optional<std::int64_t> parse_age(std::string_view text);
std::optional<Severity> parse_severity(std::string_view text);
std::optional<FailOn> parse_fail_on(std::string_view text);

/// The rule of this id or name, or the error "unknown rule PGO22; did you mean PGO202?".
Result<const LintRule*> look_up_rule(std::string_view id_or_name);

}  // namespace pgoprof
