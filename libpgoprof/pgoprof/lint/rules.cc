#include "pgoprof/lint/rules.h"

#include <array>

namespace pgoprof::detail {
namespace {

constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;

constexpr std::array kCheckedRules{
    CheckedRule{
        {"PGO201", "no-sample-type", kError, "no sample type is samples/count or cpu/nanoseconds", {}, kFirstGoWithPgo},
        no_sample_type},
    CheckedRule{{"PGO202", "no-start-line", kError, "no function that counts has a start_line", {}, kFirstGoWithPgo},
                no_start_line},
    CheckedRule{{"PGO203",
                 "empty-file",
                 kError,
                 "the file is empty; Go builds without PGO and does not say so",
                 {},
                 kFirstGoWithPgo},
                empty_file},
    CheckedRule{{"PGO204",
                 "no-samples",
                 kError,
                 "there are no samples; Go builds without PGO and does not say so",
                 {},
                 kFirstGoWithPgo},
                no_samples},
    CheckedRule{{"PGO205",
                 "zero-weight",
                 kError,
                 "the call edges weigh nothing in total; Go builds without PGO and does not say so",
                 {},
                 kFirstGoWithPgo},
                zero_weight},
    CheckedRule{{"PGO206",
                 "already-preprofiled",
                 kError,
                 "go build -pgo= takes pprof, not the output of preprofile",
                 {},
                 kFirstGoWithPgo},
                already_preprofiled},
    CheckedRule{{"PGO207",
                 "line-break-in-name",
                 kError,
                 "a name with a line break corrupts the file between preprofile and the compiler",
                 {},
                 kFirstGoWithPgo},
                line_break_in_name},
    CheckedRule{
        {"PGO208", "over-long-name", kError, "the compiler cannot read names of 64 KiB or more", {}, kFirstGoWithPgo},
        over_long_name},
    CheckedRule{{"PGO301",
                 "partial-start-line",
                 kWarning,
                 "calls from functions without start_line never match the source",
                 {},
                 kFirstGoWithPgo},
                partial_start_line},
    CheckedRule{{"PGO302",
                 "unsymbolized-frames",
                 kWarning,
                 "calls between functions without a name never match, yet count toward the total",
                 {},
                 kFirstGoWithPgo},
                unsymbolized_frames},
    CheckedRule{{"PGO303",
                 "negative-values",
                 kWarning,
                 "negative values: is this the difference of two profiles?",
                 {},
                 kFirstGoWithPgo},
                negative_values},
    CheckedRule{{"PGO304",
                 "negative-edges",
                 kWarning,
                 "call edges of negative weight distort the hot set",
                 {},
                 kFirstGoWithPgo},
                negative_edges},
    CheckedRule{{"PGO401",
                 "missing-duration",
                 kWarning,
                 "without a duration, profiles cannot be merged fairly",
                 {},
                 kFirstGoWithPgo},
                missing_duration},
    CheckedRule{{"PGO402",
                 "period-type",
                 kWarning,
                 "the period type of a Go CPU profile is cpu/nanoseconds",
                 {},
                 kFirstGoWithPgo},
                odd_period_type},
};

}  // namespace

std::span<const CheckedRule> checked_rules() { return kCheckedRules; }

}  // namespace pgoprof::detail
