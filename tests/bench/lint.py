"""pgo-lint's verdict against the Go toolchain's on 100,000 mutants of 50 real profiles.

Prints Markdown, and fails on a disagreement. BENCH_MUTANTS=1000 judges so many.
"""

import concurrent.futures
import functools
import os
import pathlib
import sys
import tempfile
import time

from pgoprof_testing import fleet, go, go_verdict, lint_batch, mutant_verdicts, mutants

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
CACHE = pathlib.Path(os.environ["PGOPROF_BIN"]).parent.parent / "bench"

PROFILES = 50
MUTANTS = int(os.environ.get("BENCH_MUTANTS", "100000"))
COMPARED = min(2000, MUTANTS)  # with go tool preprofile itself
WITH_LOAD = 8000               # bytes; runs of the compiler that were over at once have next to no samples
SHARE = 1000                   # mutants that a worker takes at a time


def progress(text):
    print(f"lint: {text}", file=sys.stderr, flush=True)


def real_profiles():
    """What is recorded, what comes with Go, and captures of several builds of a program and of the compiler at work."""
    paths = [*sorted((SOURCE / "testdata/real").glob("*.pprof")), *go.toolchain_profiles()]
    captured = [path for path in fleet.capture(CACHE / "captured") if path.stat().st_size >= WITH_LOAD]
    step = len(captured) // (PROFILES - len(paths))
    return [*paths, *captured[::step]][:PROFILES]


@functools.cache
def originals(paths):
    return [mutants.Original(path.name, path.read_bytes()) for path in paths]


def judge_share(binary, paths, begin):
    planned = mutant_verdicts.plan(originals(paths), min(begin + SHARE, MUTANTS))[begin:]
    return mutant_verdicts.judge(binary, planned)


def judge_all(binary, paths):
    total, done = mutant_verdicts.Outcome(), 0
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        shares = [pool.submit(judge_share, binary, paths, begin) for begin in range(0, MUTANTS, SHARE)]
        for share in concurrent.futures.as_completed(shares):
            total.add(share.result())
            done += 1
            if done % 10 == 0:
                progress(f"{sum(total.go.values()):,} judged, {len(total.disagreements)} disagreements")
    return total


def main():
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        progress("capturing profiles (a minute the first time)")
        paths = tuple(real_profiles())
        assert len(paths) == PROFILES
        binary = go_verdict.build(directory)
        progress(f"comparing {COMPARED:,} verdicts with go tool preprofile's")
        planned = [(original, number + 1_000_000)
                   for original, number in mutant_verdicts.plan(originals(paths), COMPARED)]
        unlike = mutant_verdicts.compare_with_preprofile(binary, planned, directory)
        begin = time.monotonic()
        outcome = judge_all(binary, paths)
        elapsed = time.monotonic() - begin

    version = go.go("env", "GOVERSION").stdout.strip()
    sizes = [len(original.inflated) for original in originals(paths)]
    print(f"{MUTANTS:,} mutants of {len(paths)} profiles ({min(sizes):,} to {max(sizes):,} bytes inflated), {version}, "
          f"in {elapsed:.0f} s; {COMPARED:,} verdicts compared with the preprofile binary's, {len(unlike)} differ.\n")
    print("| the Go toolchain | mutants | pgo-lint |\n|---|---|---|")
    for name in ("refuses", "crashes", "ignores", "misreads"):
        print(f"| {name} | {outcome.go[name]:,} | an error on each |")
    print(f"| uses | {outcome.go['uses']:,} | no error on {outcome.clean:,}; on {outcome.only_we_refuse:,} only errors of "
          "rules by which only we refuse |")
    print(f"\n{len(outcome.disagreements)} disagreements. Rules with errors, most first: "
          + ", ".join(f"{rule} {count:,}" for rule, count in outcome.rules.most_common()) + ".")
    silent = [rule.id for rule in lint_batch.rules().values() if rule.severity == "error" and not outcome.rules[rule.id]]
    print(f"No mutant met {', '.join(silent) or 'none'}.")
    for line in (unlike + outcome.disagreements)[:20]:
        print(f"- {line}")
    sys.exit(1 if unlike or outcome.disagreements else 0)


if __name__ == "__main__":
    main()
