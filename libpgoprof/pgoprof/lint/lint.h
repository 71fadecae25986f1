// What the compiler will make of a profile, and what to do about it.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
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

/// A release of Go as far as rules depend on it: 1.minor.
struct GoVersion {
    int minor = 0;
    friend auto operator<=>(const GoVersion&, const GoVersion&) = default;
};

/// The first release that takes -pgo, and the newest whose sources the rules were checked against.
inline constexpr GoVersion kFirstGoWithPgo{20};
inline constexpr GoVersion kNewestKnownGo{26};

/// What the Go toolchain does with a file that a rule speaks of.
enum class GoVerdict : std::uint8_t {
    refuses,   ///< an error that ends the build
    crashes,   ///< preprofile panics, which ends the build
    ignores,   ///< builds without PGO, and does not say so
    misreads,  ///< preprofile takes it; the compiler fails on what it writes, or reads other edges
    uses,      ///< takes it in full
};

/// "refuses", "crashes", "ignores", "misreads", "uses".
std::string_view name(GoVerdict verdict);

/// One row of the rule table. PGO1xx: structure (the invariants); PGO2xx: acceptance by the Go compiler; PGO3xx:
/// usefulness; PGO4xx: privacy and hygiene.
struct LintRule {
    std::string_view id;           ///< "PGO201"
    std::string_view name;         ///< "no-sample-type"
    Severity severity;             ///< default
    std::string_view summary;      ///< one line
    std::string_view explanation;  ///< a paragraph: why it matters, what Go does, and the remedy
    GoVersion since;               ///< the first Go that it holds for
    GoVerdict go;                  ///< what the toolchain does with such a file
};

/// All rules, in the order of their ids.
std::span<const LintRule> lint_rules();

/// What to look for, and how strictly. Rules are named by id or by name.
struct LintOptions {
    GoVersion go_version = kNewestKnownGo;  ///< of the toolchain that will build with the profile
    std::vector<std::optional<Severity>>
        levels;                               ///< of each rule of `lint_rules()`, nullopt: disabled; empty: defaults
    std::optional<std::int64_t> now_nanos{};  ///< since 1970; without it, no rule about time speaks
    std::optional<std::int64_t> max_age_nanos{};
    std::optional<std::uint64_t> max_size{};  ///< bytes as stored
};

struct Finding {
    const LintRule* rule = nullptr;  ///< a row of `lint_rules()`
    Severity severity{};             ///< as asked for in the options
    std::string message;             ///< one line; holds hostile text, to be escaped where it is printed
    std::optional<Offset> offset{};
    std::uint64_t more = 0;  ///< how many further findings of the same rule are left out after this one
};

/// Structural faults can be as many as there are records: so many of one rule are listed, the rest are counted.
inline constexpr std::uint64_t kListedPerRule = 10;

/// What is known of one file: exactly one of the three pointers.
struct LintInput {
    const RawProfile* profile = nullptr;  ///< decoded, its invariants not yet checked
    SampleWalk samples{};                 ///< its samples; empty: they are in `profile`
    const EdgeProfile* edges = nullptr;   ///< it was preprofiled
    const Error* load_error = nullptr;    ///< its content could not even be decoded
    std::uint64_t inflated_bytes = 0;     ///< its size; an empty file has no structure to speak of
    std::uint64_t stored_bytes = 0;       ///< the file's own size
    /// Bytes that `pgo-merge --compact` would make of it; asked only where a finding says so. May be empty.
    std::function<std::optional<std::uint64_t>()> compact_bytes{};
};

/// The row of this id or name, whatever its case, or null.
const LintRule* find_lint_rule(std::string_view id_or_name);

/// All findings on one file, in the order of the rules, then of offsets.
std::vector<Finding> lint(const LintInput& input, const LintOptions& options = {});

/// How many findings there are of this severity, those counted in `more` included.
std::uint64_t count(std::span<const Finding> findings, Severity severity);

}  // namespace pgoprof
