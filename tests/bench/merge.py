"""pgo-merge against `go tool pprof -proto` on a fleet of distinct profiles: that both agree, then what each costs.

Prints Markdown, as docs/performance.md has it. BENCH_SIZES=2,10 measures these numbers of inputs only.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from pgoprof_testing import fleet, go, peer
from pgoprof_testing.timing import alternate, medians, run_once, smallest

BUILD = pathlib.Path(os.environ["PGOPROF_BIN"]).parent
TOOL = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-merge"
STAGES = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs/merge_stages"
CACHE = BUILD.parent / "bench"  # the fleet is the same whatever is measured on it

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "2,10,100,1000").split(",")]
FLEET = 1000
MB = 1e6

# At most, as parts of what the peer needs; of the output for any number of inputs.
TARGETS = {
    2: {"wall": 1 / 5},
    10: {"wall": 1 / 7},
    100: {"wall": 1 / 12, "cpu": 1 / 12, "memory": 0.06},
    1000: {"wall": 1 / 25, "cpu": 1 / 22, "memory": 0.04},
}
COMPACT_TARGETS = {1000: {"wall": 1 / 50, "memory": 0.01}}
OUTPUT_TARGET = 0.65
TWO_INPUTS_WALL = 0.050  # s
REPEATED_INPUTS_MEMORY = 1.05
LIMIT_TARGET = 2.5


def progress(text):
    print(f"merge: {text}", file=sys.stderr, flush=True)


def ours(paths, output, *options):
    return [TOOL, "--durations=ignore", *options, *paths, "-o", output]


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def found(pattern, path):
    return re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE).group(1)


def describe_machine():
    processor = found(r"^model name\s*: (.*)$", "/proc/cpuinfo")
    memory = int(found(r"^MemTotal:\s*(\d+)", "/proc/meminfo")) * 1024 / 1e9
    compiler = found(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", BUILD / "CMakeCache.txt")
    print(f"{processor}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB; {first_line(compiler, '--version')}; "
          f"{first_line(go.go_command(), 'version')}\n")


def has_compact():
    return "--compact" in subprocess.run([TOOL, "--help"], capture_output=True, text=True, check=True).stdout


def table(heads, rows):
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def part(value):
    return f"1/{1 / value:.1f}" if value < 0.5 else f"{value:.3f}"


def verdict(measured, target):
    """A ratio beside what it may be at most."""
    if target is None:
        return part(measured)
    return f"{part(measured)} ({'meets' if measured <= target else '**misses**'} {part(target)})"


class Scratch:
    """The outputs of one number of inputs."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.full = self.directory / "full.pprof"
        self.compact = self.directory / "compact.pprof"
        self.peer = self.directory / "peer.pprof"


def merge_all(paths, scratch, compact):
    subprocess.run(ours(paths, scratch.full), check=True)
    if compact:
        subprocess.run(ours(paths, scratch.compact, "--compact"), check=True)
    subprocess.run(peer.merge_command(paths, scratch.peer), check=True, capture_output=True,
                   env=peer.environment(scratch.directory))


def summarize(path, in_full):
    """What both must agree in, and the number of samples."""
    view = peer.View(peer.parse(path.read_bytes()))
    content = {"samples": view.samples() if in_full else view.fingerprint(), "header": view.header(),
               "mappings": view.used_mappings(), "locations": len(view.message.location),
               "functions": len(view.message.function)}
    return content, len(view.message.sample)


def verify(paths, scratch, compact):
    """Sample by sample up to 100 inputs, by fingerprint above: Python's objects for all would not fit everywhere."""
    merge_all(paths, scratch, compact)
    in_full = len(paths) <= 100
    content, samples = summarize(scratch.full, in_full)
    peers_content, peers_samples = summarize(scratch.peer, in_full)
    for name, value in content.items():
        assert value == peers_content[name], f"{len(paths)} inputs: {name} differ from the peer's"
    assert samples <= peers_samples
    if compact:
        edges = go.run_preprofile(scratch.full)
        assert edges and edges == go.run_preprofile(scratch.compact), f"{len(paths)} inputs: the edges differ"


def rounds(size):
    return {2: 30, 10: 15, 100: 5}.get(size, 3)


def measure(paths, scratch, compact):
    commands = {"pgo-merge": ours(paths, scratch.full)}
    if compact:
        commands["pgo-merge --compact"] = ours(paths, scratch.compact, "--compact")
    commands["go tool pprof"] = peer.merge_command(paths, scratch.peer)
    return alternate(commands, rounds(len(paths)), warm_up=len(paths) < 1000, stderr=subprocess.DEVNULL,
                     env=peer.environment(scratch.directory))


def cost_rows(size, runs, scratch):
    outputs = {"pgo-merge": scratch.full, "pgo-merge --compact": scratch.compact, "go tool pprof": scratch.peer}
    for name, all_runs in runs.items():
        middle, least = medians(all_runs), smallest(all_runs)
        yield [str(size), name, f"{middle.wall * 1e3:,.0f} ({least.wall * 1e3:,.0f})",
               f"{middle.cpu * 1e3:,.0f} ({least.cpu * 1e3:,.0f})", f"{middle.memory / MB:,.1f}",
               f"{outputs[name].stat().st_size / MB:,.2f}"]


def ratio_rows(size, runs, scratch):
    theirs = medians(runs["go tool pprof"])
    peers_bytes = scratch.peer.stat().st_size
    for name, targets, output in [("pgo-merge", TARGETS, scratch.full),
                                  ("pgo-merge --compact", COMPACT_TARGETS, scratch.compact)]:
        if name not in runs:
            continue
        run, target = medians(runs[name]), targets.get(size, {})
        cells = [verdict(getattr(run, what) / getattr(theirs, what), target.get(what)) for what in ("wall", "cpu", "memory")]
        output_target = OUTPUT_TARGET if output == scratch.full else None
        yield [str(size), name, *cells, verdict(output.stat().st_size / peers_bytes, output_target)]


def memory_allowance(path):
    """12 MB + 100 bytes a distinct stack + 4 a frame of them + locations and strings as long as they are encoded."""
    message = peer.parse(path.read_bytes())
    frames = sum(len(sample.location_id) for sample in message.sample)
    tables = sum(entry.ByteSize() for entries in (message.location, message.function, message.mapping) for entry in entries)
    strings = sum(map(len, message.string_table))
    return 12 * MB + 100 * len(message.sample) + 4 * frames + tables + strings


def report_memory(size, runs, scratch):
    measured, allowed = medians(runs["pgo-merge"]).memory, memory_allowance(scratch.full)
    yield [f"{size} inputs", f"{measured / MB:,.1f} MB", f"{allowed / MB:,.1f} MB",
           "meets" if measured <= allowed else "**misses**"]
    if size == 100:
        paths = fleet_paths()[:size]
        repeated = run_once(ours(paths * 10, scratch.full)).memory
        allowed = measured * REPEATED_INPUTS_MEMORY
        yield ["the same 100 ten times over", f"{repeated / MB:,.1f} MB", f"{allowed / MB:,.1f} MB",
               "meets" if repeated <= allowed else "**misses**"]


def stages(paths, repeats):
    """{stage: (seconds, bytes)}, the run with the median total."""
    runs = []
    for _ in range(repeats):
        lines = subprocess.run([STAGES, *paths], check=True, capture_output=True, text=True).stdout.splitlines()
        runs.append({name: (float(seconds), int(size)) for name, seconds, size in map(str.split, lines)})
    runs.sort(key=lambda run: sum(seconds for seconds, _ in run.values()))
    return runs[len(runs) // 2]


def report_stages(sizes):
    columns = {size: stages(fleet_paths()[:size], rounds(size)) for size in sizes}
    names = list(next(iter(columns.values())))
    own = [name for name in names if not name.startswith("limit_")]
    limit = [name for name in names if name.startswith("limit_")]

    def total(stage_names, size):
        return sum(columns[size][name][0] for name in stage_names)

    def row(title, cell):
        return [title, *[cell(size) for size in sizes]]

    rows = [row(name, lambda size, name=name: f"{columns[size][name][0] * 1e3:,.1f} ms, "
                                              f"{columns[size][name][0] / total(own, size):.0%}") for name in own]
    rows.append(row("**all**", lambda size: f"{total(own, size) * 1e3:,.1f} ms"))
    rows += [row(name.replace("limit_", "limit: "), lambda size, name=name: f"{columns[size][name][0] * 1e3:,.1f} ms")
             for name in limit]
    rows.append(row("**limit**", lambda size: f"{total(limit, size) * 1e3:,.1f} ms"))
    rows.append(row("all / limit", lambda size: verdict(total(own, size) / total(limit, size), LIMIT_TARGET)))
    table(["CPU time, one thread", *[f"{size} inputs" for size in sizes]], rows)


_paths = []


def fleet_paths():
    if not _paths:
        progress("building the fleet (some minutes the first time)")
        paths, figures = fleet.cached(CACHE, FLEET)
        print("The fleet: {profiles} profiles of {builds} builds, {smallest_bytes:,} to {largest_bytes:,} bytes gzipped "
              "({bytes:,} in all), {fewest_samples:,} to {most_samples:,} samples each; {samples:,} samples in all, "
              "{distinct_samples:,} of them distinct ({distinct_part:.0%}), {mean_depth:.1f} locations deep on "
              "average.\n".format(**figures))
        _paths.extend(paths)
    return _paths


def main():
    describe_machine()
    compact = has_compact()
    if not compact:
        progress("this pgo-merge has no --compact: skipped")
    costs, ratios, memory = [], [], []
    for size in SIZES:
        paths = fleet_paths()[:size]
        with tempfile.TemporaryDirectory() as directory:
            scratch = Scratch(directory)
            progress(f"{size} inputs: comparing the outputs")
            verify(paths, scratch, compact)
            progress(f"{size} inputs: measuring")
            runs = measure(paths, scratch, compact)
            costs += cost_rows(size, runs, scratch)
            ratios += ratio_rows(size, runs, scratch)
            memory += report_memory(size, runs, scratch)
            if size == 2:
                wall = medians(runs["pgo-merge"]).wall
                memory.append(["2 inputs, wall time", f"{wall * 1e3:.1f} ms", f"{TWO_INPUTS_WALL * 1e3:.0f} ms",
                               "meets" if wall < TWO_INPUTS_WALL else "**misses**"])
    table(["inputs", "tool", "wall ms, median (least)", "CPU ms, median (least)", "peak MB", "output MB"], costs)
    table(["inputs", "tool", "wall / peer's", "CPU / peer's", "memory / peer's", "output / peer's"], ratios)
    table(["of pgo-merge", "measured", "at most", ""], memory)
    report_stages(SIZES)


main()
