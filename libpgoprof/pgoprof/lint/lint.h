// What the compiler will make of a profile, and what to do about it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/base/error.h"
#include "pgoprof/model/call_edge.h"
#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

enum class Severity : std::uint8_t { info, warning, error };

/// "info", "warning", "error".
std::string_view name(Severity severity);

/// One row of the rule table. PGO1xx: structure (the invariants); PGO2xx: acceptance by the Go compiler; PGO3xx:
/// usefulness; PGO4xx: privacy and hygiene.
struct LintRule {
    std::string_view id;       ///< "PGO201"
    std::string_view name;     ///< "no-sample-type"
    Severity severity;         ///< default
    std::string_view summary;  ///< one line
};

/// All rules, in the order of their ids.
std::span<const LintRule> lint_rules();

struct Finding {
    const LintRule* rule = nullptr;  ///< a row of `lint_rules()`
    std::string message;             ///< one line; holds hostile text, to be escaped where it is printed
    std::optional<Offset> offset{};
    std::uint64_t more = 0;  ///< how many further findings of the same rule are left out after this one
};

/// Structural faults can be as many as there are records: so many of one rule are listed, the rest are counted.
inline constexpr std::uint64_t kListedPerRule = 10;

/// What is known of one file: exactly one of the three pointers.
struct LintInput {
    const RawProfile* profile = nullptr;  ///< decoded, its invariants not yet checked
    const EdgeProfile* edges = nullptr;   ///< it was preprofiled
    const Error* load_error = nullptr;    ///< its content could not even be decoded
    std::uint64_t inflated_bytes = 0;     ///< its size; an empty file has no structure to speak of
};

/// All findings on one file, in the order of the rules, then of offsets.
std::vector<Finding> lint(const LintInput& input);

/// How many findings there are of this severity, those counted in `more` included.
std::uint64_t count(std::span<const Finding> findings, Severity severity);

}  // namespace pgoprof
