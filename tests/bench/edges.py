"""pgo-report --format preprofile and pgo-lint against Go's own cmd/preprofile, from 50 KB to 30 MB. Prints Markdown."""

import os
import pathlib
import subprocess

from pgoprof_testing import fleet, go, peer
from pgoprof_testing.timing import alternate, medians

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])
CACHE = BIN.parent.parent / "bench"

# Merged by the peer, which writes one gzip member, in no order that would help us.
MERGED = [8, 100, 800]
MEMORY_FROM = 5_000_000  # bytes of a file, above which we may take a tenth of the peer's memory


def merged_by_peer(count):
    output = CACHE / f"merged-{count}.pprof"
    if not output.exists():
        paths, _ = fleet.cached(CACHE, 1000)
        unfinished = output.with_suffix(".unfinished")
        subprocess.run(peer.merge_command(paths[:count], unfinished), check=True, env=peer.environment(CACHE))
        unfinished.rename(output)
    return output


def profiles():
    captured = fleet.capture(CACHE / "captured")
    largest = max(captured, key=lambda path: path.stat().st_size)
    return [largest, go.goroot() / "src/cmd/compile/default.pgo", *map(merged_by_peer, MERGED)]


def wall_target(size):
    return 12 if size >= 25_000_000 else 8 if size >= 250_000 else 4


def verdict(measured, target):
    return f"{measured:.1f} ({'meets' if measured >= target else '**misses**'} {target})"


def measure(profile):
    size = profile.stat().st_size
    commands = {"preprofile": [go.preprofile(), "-i", profile],
                "pgo-report": [BIN / "pgo-report", "--format", "preprofile", profile],
                "pgo-lint": [BIN / "pgo-lint", "--fail-on", "never", profile]}
    runs = alternate(commands, 5 if size > MEMORY_FROM else 30)
    middle = {name: medians(measured) for name, measured in runs.items()}
    peers = middle["preprofile"]
    for name, run in middle.items():
        wall = verdict(peers.wall / run.wall, wall_target(size)) if name != "preprofile" else ""
        memory = peers.memory / run.memory
        memory = verdict(memory, 10 if size > MEMORY_FROM else 1) if name != "preprofile" else ""
        print(f"| {size:,} | {name} | {run.wall * 1e3:,.1f} | {run.cpu * 1e3:,.1f} | {run.memory / 1e6:,.1f} | {wall} "
              f"| {peers.cpu / run.cpu:.1f} | {memory} |", flush=True)


def main():
    print("| bytes | tool | wall ms | CPU ms | peak MB | peer's wall / ours | CPU | memory |\n|---|---|---|---|---|---|---|---|")
    for profile in profiles():
        measure(profile)


main()
