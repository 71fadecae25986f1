"""pgo-report --format preprofile against Go's own cmd/preprofile, on real profiles."""

import os
import pathlib
import tempfile

from pgoprof_testing import go
from pgoprof_testing.timing import compare

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
REPORT = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-report"


def main():
    profiles = [SOURCE / "testdata/real/mixed-go1.26.pprof", go.goroot() / "src/cmd/compile/default.pgo"]
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "edges"
        for profile in profiles:
            compare(f"edges: {profile.name}, {profile.stat().st_size} bytes",
                    [REPORT, "--format", "preprofile", profile, "-o", output],
                    [go.preprofile(), "-i", profile, "-o", output])


main()
