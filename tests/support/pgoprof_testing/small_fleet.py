"""Many distinct profiles within seconds, each of some 20 KB and 30 s, derived from those in testdata/real."""

import os
import pathlib
import subprocess

from pgoprof_testing import fleet

_REAL = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
_CAPTURED = ["mixed-go1.26.pprof", "mixed-again-go1.26.pprof", "labels-go1.26.pprof", "mixed-go1.19.pprof"]


def derive(directory, count):
    """The paths of `count` profiles, in the new folder directory/"profiles"; the same in every run."""
    binary, profiles = fleet.build_program("derive", directory / "derive"), directory / "profiles"
    profiles.mkdir()
    subprocess.run([binary, f"-dir={profiles}", f"-count={count}", "-smallest=29000", "-largest=30000",
                    *(_REAL / name for name in _CAPTURED)], stdout=subprocess.DEVNULL, check=True)
    return sorted(profiles.iterdir())
