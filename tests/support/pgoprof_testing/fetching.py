"""pgo-fetch as the tests run it, and profiles for servers to answer with."""

import dataclasses
import gzip
import os
import pathlib
import subprocess

import profile_pb2

PGO_FETCH = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-fetch"
_MEASURE = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs/run_measured"

# A single attempt.
ONCE = ["--retries", "0"]

# Without what the machine that tests has for proxies, certificates and logins.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.lower().endswith("_proxy") and name not in ("SSL_CERT_FILE", "NETRC")}


def make_profile(samples):
    profile = profile_pb2.Profile(duration_nanos=10**9)
    profile.string_table.extend([b"", b"samples", b"count", b"cpu", b"nanoseconds", b"main.main"])
    profile.sample_type.add(type=1, unit=2)
    profile.sample_type.add(type=3, unit=4)
    profile.function.add(id=1, name=5, start_line=1)
    profile.location.add(id=1).line.add(function_id=1, line=2)
    for _ in range(samples):
        profile.sample.add(location_id=[1], value=[1, 10**7])
    return gzip.compress(profile.SerializeToString())


def make_heap_profile():
    profile = profile_pb2.Profile()
    profile.string_table.extend([b"", b"inuse_space", b"bytes"])
    profile.sample_type.add(type=1, unit=2)
    return gzip.compress(profile.SerializeToString())


PROFILE = make_profile(100)
IDLE = make_profile(0)
HEAP = make_heap_profile()


@dataclasses.dataclass
class Run:
    returncode: int
    stderr: bytes
    seconds: float  # of wall time
    memory: int  # peak resident bytes


def fetch(*arguments, environment=None):
    return subprocess.run([PGO_FETCH, *ONCE, *map(str, arguments)], capture_output=True, timeout=120,
                          env={**ENVIRONMENT, **(environment or {})})


def fetch_measured(*arguments, environment=None):
    """The profile must go to a file: stdout says what it took."""
    run = subprocess.run([_MEASURE, PGO_FETCH, *ONCE, *map(str, arguments)], capture_output=True, timeout=120,
                         env={**ENVIRONMENT, **(environment or {})})
    wall, _, memory = run.stdout.split()
    return Run(run.returncode, run.stderr, float(wall), int(memory))
