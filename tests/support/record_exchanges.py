#!/usr/bin/env python3
"""Records testdata/exchanges anew: what pgo-fetch asks a real Pyroscope and a real Parca, and what they answer.

usage: scripts/capture-exchanges [pyroscope | parca]

tests/oracle/test_recorded_stores.py replays it.
"""

import gzip
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from pgoprof_testing import exchanges, peer, profile_stores

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
PGO_FETCH = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-fetch"
FED = SOURCE / "testdata/real/mixed-go1.26.pprof"


def stamp(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def record(store, server, name, query, start, end):
    with exchanges.Recorder(server.url) as recorder:
        arguments = ["--from", stamp(start), "--to", stamp(end)]
        result = subprocess.run([PGO_FETCH, f"{store}+http://{recorder.host}?query={query}", *arguments, "-o", os.devnull],
                                capture_output=True, text=True, check=False)
        print(f"{store}/{name}: exit {result.returncode}: {result.stderr.splitlines()[:1]}")
        folder = SOURCE / "testdata/exchanges" / store
        folder.mkdir(parents=True, exist_ok=True)
        exchanges.save(folder / f"{name}.json",
                       {"query": query, "options": arguments, "exchanges": recorder.exchanges})


def fed_profile(taken):
    profile = peer.parse(FED.read_bytes())
    profile.time_nanos = int(taken * 1e9)
    return gzip.compress(profile.SerializeToString())


def record_parca(folder, now):
    with profile_stores.Parca(profile_stores.find("parca"), folder) as server:
        server.push(fed_profile(now - 600), {"job": "api"})
        record("parca", server, "profile", '{job="api"}', now - 3600, now)
        record("parca", server, "nothing", '{job="nobody"}', now - 3600, now)
        record("parca", server, "bad-selector", "{job=api}", now - 3600, now)


def record_pyroscope(folder, now):
    arguments = ["-auth.multitenancy-enabled=true"]
    with profile_stores.Pyroscope(profile_stores.find("pyroscope"), folder, *arguments) as server:
        server.push(fed_profile(now - 600), {"service_name": "api"}, tenant="team-a")
        server.wait_until_stored("{}", tenant="team-a")
        record("pyroscope", server, "profile", '{service_name="api"}&tenant=team-a', now - 3600, now)
        record("pyroscope", server, "two-days", '{service_name="api"}&tenant=team-a', now - 36 * 3600, now)
        record("pyroscope", server, "nothing", '{service_name="nobody"}&tenant=team-a', now - 3600, now)
        record("pyroscope", server, "other-tenant", '{service_name="api"}&tenant=team-b', now - 3600, now)
        record("pyroscope", server, "no-tenant", '{service_name="api"}', now - 3600, now)
        record("pyroscope", server, "bad-selector", "{service_name=api}&tenant=team-a", now - 3600, now)
        record("pyroscope", server, "bad-type", 'cpu{service_name="api"}&tenant=team-a', now - 3600, now)


RECORDERS = {"parca": record_parca, "pyroscope": record_pyroscope}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or RECORDERS:
        with tempfile.TemporaryDirectory() as data:
            RECORDERS[chosen](pathlib.Path(data), int(time.time()))
