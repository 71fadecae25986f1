"""1,000 targets, 2 s of profile from each, all at a time: pgo-fetch in one process against a shell loop of curl.

Prints Markdown, as docs/performance.md has it, and fails if a target is missed. BENCH_TARGETS=100 asks so many.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from pgoprof_testing.standin import StandIn, build
from pgoprof_testing.timing import alternate, medians

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])
RECORDED = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
NAMES = ["mixed-go1.26.pprof", "mixed-again-go1.26.pprof", "mixed-go1.19.pprof", "labels-go1.26.pprof"]

TARGETS = int(os.environ.get("BENCH_TARGETS", "1000"))
SECONDS = 2
ROUNDS = 5
WALL_TARGET = 5.0    # s
MEMORY_TARGET = 200  # MB


def commands(scratch, urls):
    targets, asked = scratch / "targets", scratch / "asked"
    targets.write_text("".join(f"{url}\n" for url in urls))
    asked.write_text("".join(f"{url}?seconds={SECONDS}\n" for url in urls))
    fetch = [BIN / "pgo-fetch", "--targets", targets, "--seconds", str(SECONDS), "--parallel", str(TARGETS)]
    # What people write: a process for each target, and a merge of the files.
    loop = (f'rm -rf {scratch}/curl && mkdir {scratch}/curl && xargs -P {TARGETS} -I URL sh -c '
            f"'exec curl -sf -o {scratch}/curl/$$.pprof URL' < {asked}")
    return {
        "pgo-fetch -o": [*fetch, "-o", scratch / "merged.pprof"],
        "pgo-fetch --dir": ["/bin/sh", "-c", f'rm -rf {scratch}/kept && exec "$@"', "sh", *fetch, "--dir", scratch / "kept"],
        "pgo-fetch --dir -o": ["/bin/sh", "-c", f'rm -rf {scratch}/kept && exec "$@"', "sh", *fetch, "--dir", scratch / "kept",
                               "-o", scratch / "merged.pprof"],
        "xargs -P curl": ["/bin/sh", "-c", loop],
        "xargs -P curl; pgo-merge": ["/bin/sh", "-c", f"{loop}; {BIN}/pgo-merge -r {scratch}/curl -o {scratch}/theirs.pprof"],
    }


def verdict(measured, target, digits=2):
    return f"{measured:,.{digits}f} ({'meets' if measured <= target else '**misses**'} {target:g})"


def main():
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        with StandIn(build(scratch / "standin"), TARGETS, [RECORDED / name for name in NAMES]) as fleet:
            with open(os.devnull, "w", encoding="ascii") as nothing:
                runs = alternate(commands(scratch, fleet.urls), ROUNDS, stderr=nothing)
        assert len(list((scratch / "kept").glob("*.pprof"))) == TARGETS
        assert (scratch / "merged.pprof").read_bytes() == (scratch / "theirs.pprof").read_bytes(), "the merges differ"
    sizes = [(RECORDED / name).stat().st_size for name in NAMES]
    print(f"{TARGETS:,} targets, {SECONDS} s each, profiles of {min(sizes):,} to {max(sizes):,} bytes; medians of {ROUNDS}\n")
    print("| | wall s | slowest | CPU s | peak MB, largest process |\n|---|---|---|---|---|")
    for name, measured in runs.items():
        middle, slowest = medians(measured), max(run.wall for run in measured)
        memory = statistics.median(run.memory for run in measured) / 1e6
        wall = f"{middle.wall:.2f}"
        if name.startswith("pgo-fetch"):
            missed |= slowest > WALL_TARGET or memory > MEMORY_TARGET
            wall, memory = verdict(middle.wall, WALL_TARGET), verdict(memory, MEMORY_TARGET, 0)
        else:
            memory = f"{memory:,.0f}"
        print(f"| {name} | {wall} | {slowest:.2f} | {middle.cpu:.2f} | {memory} |", flush=True)
    sys.exit(missed)


main()
