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

/// One row of the rule table. PGO1xx: structure (the invariants); PGO2xx: acceptance by the Go compiler; PGO3xx:
/// usefulness; PGO4xx: privacy and hygiene.
struct LintRule {
    std::string_view id;       ///< "PGO201"
    std::string_view name;     ///< "no-sample-type"
    Severity severity;         ///< default
    std::string_view summary;  ///< one line
};

std::span<const LintRule> lint_rules();

struct Finding {
    const LintRule* rule = nullptr;
    std::string message;  ///< one line; holds hostile text, to be escaped where it is printed
    std::optional<Offset> offset{};
};

/// What is known of one file: exactly one of the first three.
struct LintInput {
    const RawProfile* profile = nullptr;  ///< decoded, its invariants not yet checked
    const EdgeProfile* edges = nullptr;   ///< it was preprofiled
    const Error* load_error = nullptr;    ///< it could not even be decoded
};

/// All findings on one file, in the order of the rules, then of offsets.
std::vector<Finding> lint(const LintInput& input);

}  // namespace pgoprof
