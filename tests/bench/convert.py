"""perf recordings against runtime/pprof's profile of the same run: how well the edges agree, and what converting costs.

Prints Markdown, as docs/perf.md has it. Records each program of each Go once and keeps that (BENCH_CPU_SECONDS=200 of CPU
time each; a profile of runtime/pprof has at most 250 samples a second), so that what is measured again is the same run.
BENCH_PROGRAMS=service and BENCH_TOOLCHAINS=local measure these only.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from pgoprof_testing import edge_overlap, go, recordings
from pgoprof_testing.timing import alternate, medians

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])
CONVERT = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs/recording_profile"
CACHE = BIN.parent.parent / "bench/recordings"

PROGRAMS = os.environ.get("BENCH_PROGRAMS", ",".join(recordings.PROGRAMS)).split(",")
TOOLCHAINS = os.environ.get("BENCH_TOOLCHAINS", "local,go1.24.11").split(",")
CPU_SECONDS = float(os.environ.get("BENCH_CPU_SECONDS", "200"))

FEWEST_SAMPLES = 20_000
# At least.
TARGETS = {
    "dwarf": {"top-20": .95, "top-50": .85, "overlap": .92, "covered": .98},
    "-g repaired": {"top-50": .80, "overlap": .88, "covered": .95},
}
BELOW_FLOOR = .02      # at most, in overlap, for dwarf
ABOVE_RECORDED = .10   # at least, in overlap, for -g repaired
FASTER = 10

MEASURES = {
    "top-20": lambda reference, other: edge_overlap.top(reference, other, 20),
    "top-50": lambda reference, other: edge_overlap.top(reference, other, 50),
    "overlap": edge_overlap.overlap,
    "covered": edge_overlap.covered,
    "callers": edge_overlap.callers_overlap,  # the overlap that is left if the samplers agreed in what was running
}


def progress(text):
    print(f"convert: {text}", file=sys.stderr, flush=True)


def verdict(measured, target, digits=3):
    if target is None:
        return f"{measured:.{digits}f}"
    return f"{measured:.{digits}f} ({'meets' if measured >= target else '**misses**'} {target})"


def recorded(program, toolchain):
    """The directory with a program's profile and recordings."""
    directory = CACHE / f"{program}-{toolchain}"
    if not (directory / "done").exists():
        progress(f"recording {program} of {toolchain}")
        subprocess.run(["rm", "-rf", directory], check=True)
        binary = recordings.build(directory, program, toolchain=toolchain)
        recordings.record(binary, CPU_SECONDS, toolchain=toolchain)
        (directory / "done").touch()
    return directory


def convert(recording, output, *options):
    run = subprocess.run([CONVERT, *options, recording, output], check=True, capture_output=True, text=True)
    return {name: int(count) for name, count in map(str.split, run.stdout.splitlines())}


class Run:
    """One run of one program, converted in all ways."""

    def __init__(self, directory, scratch):
        self.directory, self.scratch = directory, scratch
        self.dwarf, self.chains = directory / "dwarf.data", directory / "frame-pointers.data"
        reference = edge_overlap.load(directory / "runtime.pprof")
        edge_overlap.drop_preempted_leaves(reference)
        self.samples = {"runtime/pprof": sum(sample.value[0] for sample in reference.sample)}
        self.reference = edge_overlap.edges_of(reference, scratch / "edges")
        self.reports = {}
        self.edges = {"dwarf": self.converted("dwarf", self.dwarf),
                      "-g repaired": self.converted("-g repaired", self.chains),
                      "-g as recorded": self.converted("-g as recorded", self.chains, "--as-recorded")}
        self.halves = [self.converted(f"half {half}", self.dwarf, "--half", half) for half in "01"]

    def converted(self, name, recording, *options):
        output = self.scratch / "converted.pprof"
        self.reports[name] = convert(recording, output, *options)
        self.samples[name] = self.reports[name]["samples"]
        return edge_overlap.edges_of(edge_overlap.load(output), self.scratch / "edges")

    def rows(self):
        floor = self.row(self.halves[0], self.halves[1], {})
        for name, edges in self.edges.items():
            targets = dict(TARGETS.get(name, {}))
            yield [name, f"{self.samples[name]:,}", *self.row(self.reference, edges, targets), self.relation(name)]
        yield ["two halves of dwarf", f"2 x {self.samples['half 0']:,}", *floor, ""]
        yield ["-g repaired, of dwarf", "", *self.row(self.edges["dwarf"], self.edges["-g repaired"], {}), ""]

    @staticmethod
    def row(reference, edges, targets):
        return [verdict(measure(reference, edges), targets.get(name)) for name, measure in MEASURES.items()]

    def relation(self, name):
        """How the overlap compares with what it is to be compared with."""
        value = edge_overlap.overlap(self.reference, self.edges[name])
        if name == "dwarf":
            below = edge_overlap.overlap(*self.halves) - value
            return f"{below:+.3f} below the halves ({'meets' if below <= BELOW_FLOOR else '**misses**'} {BELOW_FLOOR})"
        if name == "-g repaired":
            above = value - edge_overlap.overlap(self.reference, self.edges["-g as recorded"])
            return f"{above:+.3f} above as recorded ({'meets' if above >= ABOVE_RECORDED else '**misses**'} {ABOVE_RECORDED})"
        return ""


def table(heads, rows):
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def accuracy(program, toolchain, run):
    samples = run.samples["runtime/pprof"]
    enough = "" if min(samples, run.samples["dwarf"]) >= FEWEST_SAMPLES else f" (**fewer than {FEWEST_SAMPLES:,}**)"
    version = subprocess.run([go.go_command(), "env", "GOVERSION"], env=recordings.environment(toolchain), check=True,
                             capture_output=True, text=True).stdout.strip()
    print(f"\n{program}, {version}; {samples:,} samples of runtime/pprof{enough}\n")
    table(["", "samples", *MEASURES, "overlap, compared"], run.rows())
    for name in ("dwarf", "-g repaired"):
        print(f"{name}: {json.dumps(run.reports[name])}\n")


def cost(program, toolchain, run):
    for name, recording in {"dwarf": run.dwarf, "-g": run.chains}.items():
        with open(os.devnull, "wb") as nothing:
            runs = alternate({"perf script": ["/bin/sh", "-c", 'perf script -i "$0" > /dev/null', recording],
                              "ours": [BIN / "pgo-convert", recording, "--binary", run.directory / program,
                                       "-o", run.scratch / "converted.pprof"]}, 3, stderr=nothing)
        ours, theirs = medians(runs["ours"]), medians(runs["perf script"])
        yield [f"{program} {toolchain} {name}", f"{recording.stat().st_size / 1e6:,.1f}",
               f"{theirs.wall * 1e3:,.0f} / {theirs.cpu * 1e3:,.0f}", f"{ours.wall * 1e3:,.0f} / {ours.cpu * 1e3:,.0f}",
               verdict(theirs.wall / ours.wall, FASTER, 1), f"{theirs.cpu / ours.cpu:.1f}",
               f"{theirs.memory / 1e6:,.0f}", f"{ours.memory / 1e6:,.0f}"]


def main():
    costs = []
    for toolchain in TOOLCHAINS:
        for program in PROGRAMS:
            directory = recorded(program, toolchain)
            with tempfile.TemporaryDirectory() as scratch:
                run = Run(directory, pathlib.Path(scratch))
                accuracy(program, toolchain, run)
                if not os.environ.get("BENCH_NO_COSTS"):
                    progress(f"timing {program} of {toolchain}")
                    costs += cost(program, toolchain, run)
    if costs:
        table(["recording", "MB", "perf script, wall / CPU ms", "ours", "faster", "CPU", "perf script, peak MB", "ours"], costs)


main()
