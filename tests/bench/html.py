"""pgo-report --format html on the merge of many profiles, beside the text report of it: above a million samples, in 2 s."""

import os
import pathlib
import sys
import tempfile

from pgoprof_testing import fleet
from pgoprof_testing.merge_tool import run
from pgoprof_testing.timing import alternate, medians

TOOL = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-report"
CACHE = pathlib.Path(os.environ["PGOPROF_BIN"]).parent.parent / "bench"

PROFILES = 400  # of them a million distinct stacks
WALL_TARGET = 2.0  # s


def main():
    paths, _ = fleet.cached(CACHE, 1000)
    with tempfile.TemporaryDirectory() as folder:
        merged, output = pathlib.Path(folder) / "merged.pprof", pathlib.Path(folder) / "report"
        assert run("--durations=ignore", *paths[:PROFILES], "-o", merged).returncode == 0
        runs = alternate({kind: [TOOL, "--format", kind, merged, "-o", output] for kind in ("text", "html")}, 7)
        print(f"html: {PROFILES} profiles merged, {merged.stat().st_size / 1e6:.1f} MB; "
              f"the page has {output.stat().st_size / 1e6:.2f} MB")
    for kind, measured in runs.items():
        middle = medians(measured)
        print(f"  {kind}  {middle.wall * 1e3:7.0f} ms  {middle.cpu * 1e3:7.0f} ms CPU  {middle.memory / 1e6:6.0f} MB")
    sys.exit(medians(runs["html"]).wall > WALL_TARGET)


main()
