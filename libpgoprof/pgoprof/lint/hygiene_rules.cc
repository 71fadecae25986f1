#include <array>

#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {
namespace {

using enum GoVerdict;

constexpr std::array kRules{
    CheckedRule{
        {.id = "PGO401",
         .name = "missing-duration",
         .severity = Severity::warning,
         .summary = "without a duration, profiles cannot be merged fairly",
         .explanation =
             "Samples count CPU time: of two profiles of one load, the one that was collected twice as long weighs "
             "twice as much in a merge. Whether it should cannot be told without durations, nor how many cores were "
             "busy. Go's own profiles have one; converters and backends may drop it. The compiler does not read it. "
             "Collect the profile again, or merge with --durations=ignore where you know that the inputs count alike.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        missing_duration},
    CheckedRule{
        {.id = "PGO402",
         .name = "period-type",
         .severity = Severity::warning,
         .summary = "the period type of a Go CPU profile is cpu/nanoseconds",
         .explanation =
             "The period type says what a sample was taken after: so many nanoseconds of CPU time in a CPU profile, "
             "so many bytes in a heap profile. Another one, or none, hints at a profile of something else, or at a "
             "tool that rewrote it. The compiler does not read it, but merging needs period types that agree.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        odd_period_type},
    CheckedRule{
        {.id = "PGO403",
         .name = "odd-duration",
         .severity = Severity::info,
         .summary = "the duration is no multiple of the usual 30 s",
         .explanation =
             "net/http/pprof collects for 30 s unless asked otherwise, and profiles to be merged should be of one "
             "length, lest the longer ones weigh more. A duration that is no multiple of 30 s, of a merge as little "
             "as of its inputs, may mean that a collection broke off, or that profiles of different lengths were "
             "mixed. The compiler does not read it. pgo-fetch checks what it gets; pgo-merge --durations=scale levels "
             "differences out.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        odd_duration},
    CheckedRule{{.id = "PGO404",
                 .name = "too-old",
                 .severity = Severity::warning,
                 .summary = "the profile is older than allowed",
                 .explanation = "Call sites are matched by function and relative line, so that a profile outlives most "
                                "changes, but each one "
                                "takes a part of it out of date: what was renamed, moved or is new has no profile. "
                                "Speaks only if a greatest "
                                "age is set. Of a merge the oldest input counts. Collect a new profile from the "
                                "current release; Go's guide "
                                "advises to do so with each release.",
                 .since = kFirstGoWithPgo,
                 .go = uses},
                Judges::used_profiles,
                too_old},
    CheckedRule{
        {.id = "PGO405",
         .name = "time-in-future",
         .severity = Severity::warning,
         .summary = "the profile is from the future",
         .explanation =
             "A time of collection that is yet to come means a wrong clock, where it was collected or here, or a "
             "wrong unit (the field counts nanoseconds since 1970). How old the profile is cannot be told then. The "
             "compiler does not read it.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        time_in_future},
    CheckedRule{
        {.id = "PGO406",
         .name = "too-large",
         .severity = Severity::warning,
         .summary = "the file is larger than allowed",
         .explanation =
             "A committed profile is fetched with every clone, for ever, and read by every build: before Go 1.23, "
             "which came with preprofile, by every run of the compiler, so that 16 MB took a build from 2.5 to 34 "
             "minutes (golang/go#58102). Most of it the compiler does not read. pgo-merge --compact writes what it "
             "reads and nothing else, with the same call edges. Speaks only if a greatest size is set.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        too_large},
    CheckedRule{
        {.id = "PGO407",
         .name = "personal-labels",
         .severity = Severity::warning,
         .summary = "labels look like personal data or credentials",
         .explanation =
             "pprof labels (runtime/pprof.Do) tell samples apart by request, user or session, and travel with the "
             "profile into the repository, its clones and caches. The compiler never reads them. This rule knows keys "
             "such as user_id, email or token, and values that look like e-mail addresses, IP addresses or tokens; "
             "the message names no value. pgo-merge --drop-labels removes all labels, --keep-labels all but some, and "
             "--compact has none.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        personal_labels},
    CheckedRule{
        {.id = "PGO408",
         .name = "home-directory",
         .severity = Severity::info,
         .summary = "file names tell whose machine the program was built on",
         .explanation =
             "Paths below a home directory hold a user's name and how the machine is laid out. The compiler reads no "
             "file names. Build with go build -trimpath, or write the profile with pgo-merge --compact, which drops "
             "paths.",
         .since = kFirstGoWithPgo,
         .go = uses},
        Judges::used_profiles,
        home_directories},
};

}  // namespace

std::span<const CheckedRule> hygiene_rules() { return kRules; }

}  // namespace pgoprof::detail
