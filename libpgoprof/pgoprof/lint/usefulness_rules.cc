#include <array>

#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {
namespace {

using enum GoVerdict;

/// All of these are about profiles that Go takes, though `go` of rules that judge every file may be another.
constexpr CheckedRule row(LintRule rule, Check check, Judges judges = Judges::used_profiles) {
    rule.since = kFirstGoWithPgo;
    return {rule, judges, check};
}

constexpr std::array kRules{
    row({.id = "PGO301",
         .name = "partial-start-line",
         .severity = Severity::warning,
         .summary = "calls from functions without start_line never match the source",
         .explanation =
             "Go checks that some function has a start_line, not that all have. Where it is missing, the line "
             "relative to the function's beginning, by which the compiler finds the call site, is the absolute line, "
             "and matches nothing; yet the edge's weight counts toward the total, and so raises the share that other "
             "edges need in order to be hot. The message says how much of the weight is lost in this way. C code and "
             "the kernel have no start lines (a little of that is normal with cgo and perf); a large part comes from "
             "merging with profiles of programs older than Go 1.20, or from a tool that re-symbolized some of the "
             "mappings.",
         .since = {},
         .go = uses},
        partial_start_line),
    row({.id = "PGO302",
         .name = "unsymbolized-frames",
         .severity = Severity::warning,
         .summary = "calls between functions without a name never match, yet count toward the total",
         .explanation =
             "A location without lines, or a line without a function, is an address that nobody has symbolized. The "
             "compiler matches by name, so that calls from and to it are lost, while their weight counts toward the "
             "total of which 99% is hot. Go's own profiles are symbolized; those of perf and of continuous profilers "
             "may not be, for a stripped binary or one that was not found. Symbolize with the very binary that was "
             "profiled.",
         .since = {},
         .go = uses},
        unsymbolized_frames),
    row({.id = "PGO303",
         .name = "negative-values",
         .severity = Severity::warning,
         .summary = "negative values: is this the difference of two profiles?",
         .explanation =
             "CPU time is never negative; differences of profiles (go tool pprof -base, -diff_base) are. Go accepts "
             "them, and takes for hot what has become slower. Give the build the newer of the two profiles itself. "
             "pgo-merge refuses negative values unless told otherwise.",
         .since = {},
         .go = uses},
        negative_values),
    row({.id = "PGO304",
         .name = "negative-edges",
         .severity = Severity::warning,
         .summary = "call edges of negative weight distort the hot set",
         .explanation =
             "The hot set is the heaviest edges up to 99% of the total. Edges of negative weight lower the total, so "
             "that fewer edges make up those 99%, or so that the limit is never reached and all edges count as hot. "
             "Go does not check. They come from differences of profiles, and from sums that wrapped around.",
         .since = {},
         .go = uses},
        negative_edges),
    row({.id = "PGO305",
         .name = "idle-process",
         .severity = Severity::warning,
         .summary = "the process hardly used the CPU while it was profiled",
         .explanation =
             "On average less than a tenth of a core was busy. What such a profile shows is the program's idle work: "
             "timers, health checks, the scheduler and the garbage collector, and these it makes the compiler "
             "optimize. Go accepts it. Profile a process under representative load. Not judged where a merge was "
             "scaled, since its values no longer are CPU time.",
         .since = {},
         .go = uses},
        idle_process),
    row({.id = "PGO306",
         .name = "unstable-hot-set",
         .severity = Severity::warning,
         .summary = "too few samples for a stable hot set",
         .explanation =
             "A profile is a random sample: another one, of the same program under the same load, has other counts, "
             "and where they are small, other hot edges, so that builds differ for no reason. To measure this, the "
             "samples are split in two at random (each falls to a side with probability 1/2), the hot sets of both "
             "halves are compared by the weight that they share, and this is done 100 times with a fixed seed. The "
             "message gives the median and the 5th percentile; below 50% the rule speaks. Collect for longer, or "
             "merge profiles of several processes: twice the samples leave a good deal less to chance.",
         .since = {},
         .go = uses},
        unstable_hot_set),
    row({.id = "PGO307",
         .name = "not-go-code",
         .severity = Severity::warning,
         .summary = "most of the profile is C code or the kernel",
         .explanation =
             "The compiler can only optimize Go. Where neither the leaf-most location of a sample nor its caller is a "
             "Go function, the sample tells it nothing, though its weight counts. More than half of this profile is "
             "of that kind: it is of another process, or its program spends its time in C (cgo) or in system calls, "
             "where PGO cannot help. Recordings of perf can be restricted to the process, and to user space with -e "
             "cycles:u.",
         .since = {},
         .go = uses},
        not_go_code),
    row({.id = "PGO308",
         .name = "cut-generic-names",
         .severity = Severity::warning,
         .summary = "type arguments of generic functions are cut to [...]",
         .explanation = "The compiler knows the instances of a generic function by their whole symbol, such as "
                        "main.Map[go.shape.int]. Names that end in [...] match none of them, so that these calls are "
                        "not optimized "
                        "at all. Programs built with Go 1.20 write their profiles like that (since 1.21 they hold the "
                        "whole name), "
                        "as do some backends when they export (golang/go#58712, golang/go#64528). Collect from the "
                        "process itself, "
                        "with pgo-fetch, rather than from the backend.",
         .since = {},
         .go = uses},
        cut_generic_names),
    row({.id = "PGO309",
         .name = "other-profile-kind",
         .severity = Severity::warning,
         .summary = "this is no CPU profile",
         .explanation =
             "Its sample types are those of a heap, mutex, block or goroutine profile, or of one that counts elapsed "
             "time (as wall-clock profilers do). Where there is no samples/count beside them, Go refuses it (PGO201). "
             "Where there is, Go takes it, and makes hot what waits most or allocates most, not what computes most. "
             "Collect a CPU profile: /debug/pprof/profile, not /debug/pprof/heap, /mutex or /block.",
         .since = {},
         .go = uses},
        other_profile_kind, Judges::every_file),
    row({.id = "PGO310",
         .name = "sample-type-order",
         .severity = Severity::info,
         .summary = "the sample types are not in the order of Go's own profiles",
         .explanation =
             "Go's CPU profiles have samples/count, then cpu/nanoseconds. The compiler reads the first that is one of "
             "the two, whichever it is. Both give the same hot set as long as one is a multiple of the other; but "
             "tools that go by position (the first is the count, the last the default) read another column here than "
             "they think. pgo-merge puts them in order.",
         .since = {},
         .go = uses},
        sample_type_order),
    row({.id = "PGO311",
         .name = "diff-profile",
         .severity = Severity::warning,
         .summary = "this is the difference of two profiles",
         .explanation =
             "go tool pprof -diff_base marks the samples of the profile that it subtracts with the label pprof::base. "
             "The compiler does not read labels: it adds both up, and takes for hot what has changed. Give the build "
             "the newer of the two profiles itself.",
         .since = {},
         .go = uses},
        diff_profile),
    row({.id = "PGO312",
         .name = "dominating-goroutine",
         .severity = Severity::warning,
         .summary = "most of the profile is the runtime's and the profiler's own goroutines",
         .explanation =
             "More than half of the samples are of goroutines and threads that the runtime starts for itself: garbage "
             "collection (runtime.gcBgMarkWorker), the scheduler (runtime.mcall, runtime.mstart), or the profiler "
             "that writes this file (runtime/pprof.profileWriter). What the program itself does is hardly in it. An "
             "idle process looks like that, and one that is short of memory. Profile under load, and see to the "
             "garbage collector first.",
         .since = {},
         .go = uses},
        dominating_goroutine),
    row({.id = "PGO313",
         .name = "stack-growing-edges",
         .severity = Severity::info,
         .summary = "hot call edges are known to grow goroutine stacks where inlined",
         .explanation =
             "Inlining a function with a large frame into one that waits makes every waiting goroutine's stack "
             "larger. Known are loopyWriter.processData of gRPC, whose frame holds 16 KiB and which is called three "
             "times in the loop of every connection, and runtime.gopark, where goroutines wait (golang/go#65532, "
             "grpc/grpc-go#6991; services have seen 20% more memory). Watch /memory/classes/heap/stacks:bytes after "
             "the first build with such a profile. To keep a function from being inlined, rename it in the profile "
             "with a prefix, as datadog-pgo does, which keeps the hot set: deleting its samples would not.",
         .since = {},
         .go = uses},
        stack_growing_edges),
    row({.id = "PGO314",
         .name = "no-inline-prefix",
         .severity = Severity::info,
         .summary = "functions were renamed so as not to be inlined",
         .explanation =
             "A tool (datadog-pgo does) put \"DO NOT INLINE: \" before the names of functions whose inlining grows "
             "goroutine stacks (golang/go#65532). To the compiler these are other functions, so that it optimizes "
             "neither calls to them nor calls that they make; the total weight, and so the hot set, stays as it was. "
             "This is on purpose; it is said here because the names match nothing, and go tool pprof shows them.",
         .since = {},
         .go = uses},
        no_inline_prefix),
    row({.id = "PGO315",
         .name = "several-builds",
         .severity = Severity::info,
         .summary = "several builds are mixed in this profile",
         .explanation =
             "Its mappings are of different builds: two build ids of one file, or different executables at one "
             "address. The compiler reads no mappings; functions and relative lines of all builds are added up. For "
             "versions of one program that is as intended (golang/go#58101): what they have in common gains, what "
             "differs is split. Different programs had better have a profile each, in the directory of each main "
             "package.",
         .since = {},
         .go = uses},
        several_builds),
    row({.id = "PGO316",
         .name = "frameless-stacks",
         .severity = Severity::warning,
         .summary = "most stacks are a single frame, which gives no call edge",
         .explanation =
             "PGO knows calls, not functions: a sample whose stack is a single frame tells it nothing. Go's own "
             "profiles have hardly any. perf recordings have them where no call graphs were recorded (perf record -g "
             "or --call-graph), or where code without frame pointers loses its caller (golang/go#73753); exports of "
             "flattened data have nothing else.",
         .since = {},
         .go = uses},
        frameless_stacks),
    row({.id = "PGO317",
         .name = "demangled-names",
         .severity = Severity::warning,
         .summary = "generic functions lost parameter lists in their names",
         .explanation =
             "go tool pprof -proto demangles names as if they were C++: of main.Map[go.shape.interface { Info() "
             "string }] it leaves main.Map[go.shape.interface { Info string }], which the compiler does not know. The "
             "whole name is still there as Function.system_name, which the compiler does not read. Merge with "
             "pgo-merge, or with go tool pprof -symbolize=none.",
         .since = {},
         .go = uses},
        demangled_names),
    row({.id = "PGO318",
         .name = "instrumented-build",
         .severity = Severity::warning,
         .summary = "the profiled program was built with a sanitizer",
         .explanation =
             "A build with -race, -msan or -asan calls into the sanitizer at every access to memory, and is inlined "
             "otherwise. What is hot in it is not what is hot in the build that the profile is for. Profile the build "
             "that runs in production.",
         .since = {},
         .go = uses},
        instrumented_build),
    row({.id = "PGO319",
         .name = "no-inlined-frames",
         .severity = Severity::warning,
         .summary = "no location has an inlined frame",
         .explanation =
             "Go inlines small functions everywhere, and its profiles show them as frames of their own: several lines "
             "at one location. A profile of many locations that has none is of a program built with -gcflags=-l or "
             "-N, or went through a tool that keeps only one frame at an address (perf script without inlines, "
             "several backends). Calls that were inlined are then missing from the profile, and hot functions may "
             "cease to be inlined in the next build, and be inlined again in the one after it.",
         .since = {},
         .go = uses},
        no_inlined_frames),
    row({.id = "PGO320",
         .name = "columns-disagree",
         .severity = Severity::warning,
         .summary = "samples and CPU time do not fit together",
         .explanation =
             "In Go's CPU profiles a sample stands for one period of CPU time (10 ms), so that cpu/nanoseconds is "
             "samples/count times the period. Here it is off by more than a factor of two: one of the columns was "
             "rescaled, or has another unit than it says. The compiler reads the first of the two alone, and merging "
             "adds both up.",
         .since = {},
         .go = uses},
        columns_disagree),
    row({.id = "PGO321",
         .name = "lost-samples",
         .severity = Severity::warning,
         .summary = "samples were lost while the profile was collected",
         .explanation =
             "When its buffer is full, the runtime counts samples without their stacks, and writes them as "
             "runtime._LostExternalCode, runtime._LostSIGPROFDuringAtomic64 or runtime/pprof.lostProfileEvent. The "
             "compiler learns nothing from these, and what was lost was not lost at random: the load was highest "
             "then. Collect again, at the default rate (runtime.SetCPUProfileRate), and give the profiler CPU time to "
             "write.",
         .since = {},
         .go = uses},
        lost_samples),
    row({.id = "PGO322",
         .name = "missing-line-numbers",
         .severity = Severity::warning,
         .summary = "calls without a line number never match the source",
         .explanation =
             "The compiler finds a call site by its line in the calling function. Where the caller's line is 0, as in "
             "exports that are aggregated by function, the call matches nothing, yet counts toward the total. Collect "
             "from the process itself, or export with line numbers.",
         .since = {},
         .go = uses},
        missing_line_numbers),
    row({.id = "PGO323",
         .name = "absurd-weights",
         .severity = Severity::warning,
         .summary = "the values are more CPU time than any machine has",
         .explanation =
             "CPU time divided by duration gives the cores that were busy on average, and here it is more than "
             "10,000. Values were multiplied, in another unit than they say, or wrapped around; or the duration is "
             "wrong. Sums of such profiles may overflow: Go wraps around without a word, which turns the hottest edge "
             "into the coldest.",
         .since = {},
         .go = uses},
        absurd_weights),
};

}  // namespace

std::span<const CheckedRule> usefulness_rules() { return kRules; }

}  // namespace pgoprof::detail
