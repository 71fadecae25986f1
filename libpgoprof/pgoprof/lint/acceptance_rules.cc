#include <array>

#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {
namespace {

using enum GoVerdict;

/// The compiler reads preprofiled files, line by line, since cmd/preprofile came with Go 1.23.
constexpr GoVersion kFirstGoWithPreprofile{23};

constexpr std::array kRules{
    CheckedRule{
        {.id = "PGO201",
         .name = "no-sample-type",
         .severity = Severity::error,
         .summary = "no sample type is samples/count or cpu/nanoseconds",
         .explanation =
             "The Go compiler takes its weights from the first sample type that is samples/count or cpu/nanoseconds, "
             "and from no other, however alike (cpu/milliseconds is not). Without one the build ends with \"profile "
             "does not contain a sample index with value/type\". Heap, mutex, block and goroutine profiles have none; "
             "neither do exports of tools that rename sample types. Collect a CPU profile (/debug/pprof/profile, "
             "runtime/pprof.StartCPUProfile), or convert the units where only those differ.",
         .since = kFirstGoWithPgo,
         .go = refuses},
        Judges::every_file,
        no_sample_type},
    CheckedRule{
        {.id = "PGO202",
         .name = "no-start-line",
         .severity = Severity::error,
         .summary = "no function that counts has a start_line",
         .explanation =
             "The compiler finds a call site by its line relative to the first line of the function that it is in, "
             "which is Function.start_line. If no frame that carries weight has one, the build ends with \"profile "
             "missing Function.start_line data\". Go writes it since 1.20: profile a program that was built with 1.20 "
             "or newer, and look for the tool on the way that drops it (re-symbolizing with go tool pprof does, as do "
             "several backends and perf). Where every value of the chosen sample type is zero, no frame carries "
             "weight, and Go says the same, though nothing is wrong with the start lines.",
         .since = kFirstGoWithPgo,
         .go = refuses},
        Judges::every_file,
        no_start_line},
    CheckedRule{{.id = "PGO203",
                 .name = "empty-file",
                 .severity = Severity::error,
                 .summary = "the file is empty; Go builds without PGO and does not say so",
                 .explanation = "Go takes a file of no bytes, or a gzip file of nothing, for a profile without "
                                "samples, and builds without "
                                "PGO. Nothing in the build's output tells. Such files are what a failed download, a "
                                "full disk, or a shell's > "
                                "before a failing command leaves behind. Collect the profile again, with a tool that "
                                "writes the whole file "
                                "or none: those here do with -o.",
                 .since = kFirstGoWithPgo,
                 .go = ignores},
                Judges::every_file,
                empty_file},
    CheckedRule{
        {.id = "PGO204",
         .name = "no-samples",
         .severity = Severity::error,
         .summary = "there are no samples; Go builds without PGO and does not say so",
         .explanation =
             "A profile without samples is accepted, and has no effect. It comes from a process that did nothing "
             "while it was profiled: a standby, the wrong replica, a server before its traffic. Profile a process "
             "under representative load; the sampling rate of 100 Hz counts CPU time, not elapsed time, so that an "
             "idle process has nothing to count.",
         .since = kFirstGoWithPgo,
         .go = ignores},
        Judges::every_file,
        no_samples},
    CheckedRule{
        {.id = "PGO205",
         .name = "zero-weight",
         .severity = Severity::error,
         .summary = "the call edges weigh nothing in total; Go builds without PGO and does not say so",
         .explanation =
             "Only call edges between the two leaf-most locations of a stack, and the frames inlined there, count. If "
             "they add up to zero, Go goes on without PGO and does not say so. Either no stack has two frames, as in "
             "perf recordings made without call graphs (perf record -g, or --call-graph), or negative values cancel "
             "out, as in the difference of a profile and itself. Collect stacks, and give no differences to a build.",
         .since = kFirstGoWithPgo,
         .go = ignores},
        Judges::every_file,
        zero_weight},
    CheckedRule{
        {.id = "PGO206",
         .name = "already-preprofiled",
         .severity = Severity::error,
         .summary = "go build -pgo= takes pprof, not the output of preprofile",
         .explanation =
             "go build runs preprofile itself, and preprofile takes pprof alone: given its own output it ends with "
             "\"unknown wire type\". Only the compiler's -pgoprofile takes both, which build systems other than go "
             "build use. Commit the pprof profile as default.pgo; pgo-merge --compact makes it small.",
         .since = kFirstGoWithPgo,
         .go = refuses},
        Judges::every_file,
        already_preprofiled},
    CheckedRule{
        {.id = "PGO207",
         .name = "line-break-in-name",
         .severity = Severity::error,
         .summary = "a name with a line break corrupts the file between preprofile and the compiler",
         .explanation =
             "preprofile writes names as they are, a line each, and the compiler reads lines: a newline in a name, or "
             "a carriage return at its end, gives it other names or ends the build with \"preprocessed profile entry "
             "...\". No Go symbol has one; some tool put it there, or the profile was made to do harm. Find out where "
             "it comes from rather than removing it.",
         .since = kFirstGoWithPreprofile,
         .go = misreads},
        Judges::every_file,
        line_break_in_name},
    CheckedRule{
        {.id = "PGO208",
         .name = "over-long-name",
         .severity = Severity::error,
         .summary = "the compiler cannot read names of 64 KiB or more",
         .explanation =
             "The compiler reads preprofiled edges with a bufio.Scanner, which gives up on lines of 64 KiB. At a "
             "callee's name the build ends with \"token too long\"; at a caller's the profile silently ends there, "
             "and all colder edges are lost. Deeply nested generic types can reach such lengths. Leave these "
             "functions out of the profile, or give their types shorter names.",
         .since = kFirstGoWithPreprofile,
         .go = misreads},
        Judges::every_file,
        over_long_name},
};

}  // namespace

std::span<const CheckedRule> acceptance_rules() { return kRules; }

}  // namespace pgoprof::detail
