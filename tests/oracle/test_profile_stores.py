"""pgo-fetch against a real Pyroscope and a real Parca: what comes back against what was fed in, call edge by call edge.

What each of them loses is stated by what is done to the profile that was fed in before the two are compared; see
docs/backends.md.
"""

import gzip
import os
import pathlib
import re
import subprocess
import time

import pytest

from pgoprof_testing import go, go_service, peer, profile_stores
from pgoprof_testing.store_losses import (
    assert_same_edges, cpu_column, names, total, without_addresses, without_shapes)

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])
TESTDATA = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
ENVIRONMENT = {**os.environ, "no_proxy": "127.0.0.1"}


def run(tool, *arguments):
    return subprocess.run([BIN / tool, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=ENVIRONMENT)


def stamp(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def fetch(target, output, start=None, end=None):
    """The profile that pgo-fetch writes of what is stored between two moments, by default the last hours."""
    times = ["--from", stamp(start) if start else "2h", *(["--to", stamp(end)] if end else [])]
    result = run("pgo-fetch", target, *times, "-o", output)
    assert result.returncode == 0, result.stderr
    return peer.parse(output.read_bytes())


def refusal(target, output, *arguments):
    """The message of a pgo-fetch that fails and writes nothing."""
    result = run("pgo-fetch", target, *arguments, "-o", output)
    assert result.returncode in (3, 4) and not output.exists(), result.stderr
    return result.stderr


def stored(name, age):
    """A profile as the store is to get it: taken `age` seconds ago, since stores refuse old ones."""
    profile = peer.parse((TESTDATA / name).read_bytes())
    profile.time_nanos = int((time.time() - age) * 1e9)
    return profile


def packed(profile):
    return gzip.compress(profile.SerializeToString())


@pytest.fixture(scope="module")
def parca(tmp_path_factory):
    with profile_stores.Parca(profile_stores.find("parca"), tmp_path_factory.mktemp("parca")) as server:
        yield server


def in_parca(server, selector, kind=""):
    return f"parca+{server.url}?query={kind}{selector}"


def test_parca_loses_addresses_and_the_header(parca, tmp_path):
    fed = stored("mixed-go1.26.pprof", 60)
    parca.push(packed(fed), {"job": "one"})
    got = fetch(in_parca(parca, '{job="one"}'), tmp_path / "got")
    assert_same_edges(got, without_addresses(cpu_column(fed)), tmp_path)
    assert names(got) <= names(fed) and any(b"[go.shape." in name for name in names(got))
    assert all(function.start_line for function in got.function)
    assert (got.duration_nanos, got.period) == (0, 0)
    assert "PGO401" in run("pgo-lint", tmp_path / "got").stdout


def test_parca_merges_what_is_in_the_range(parca, tmp_path):
    older, newer = stored("mixed-go1.26.pprof", 3000), stored("mixed-again-go1.26.pprof", 600)
    for profile in (older, newer):
        parca.push(packed(profile), {"job": "two"})
    target, now = in_parca(parca, '{job="two"}'), time.time()
    assert total(fetch(target, tmp_path / "both")) == total(older) + total(newer)
    assert_same_edges(fetch(target, tmp_path / "newer", now - 1200, now), without_addresses(cpu_column(newer)), tmp_path)
    assert total(fetch(target, tmp_path / "older", now - 3600, now - 1200)) == total(older)


def test_parca_gives_cpu_time_for_counts(parca, tmp_path):
    fed = stored("mixed-go1.26.pprof", 60)
    parca.push(packed(fed), {"job": "counts"})
    got = fetch(in_parca(parca, '{job="counts"}', "process_cpu:samples:count:cpu:nanoseconds:delta"), tmp_path / "got")
    assert_same_edges(got, without_addresses(cpu_column(fed)), tmp_path)


def test_parca_has_nothing(parca, tmp_path):
    parca.push(packed(stored("mixed-go1.26.pprof", 7000)), {"job": "old"})
    for query in ('{job="nobody"}', 'fgprof:cpu:nanoseconds:cpu:nanoseconds:delta{job="old"}'):
        assert "the server has no such profile in this time" in refusal(in_parca(parca, query), tmp_path / "got")
    assert "--from and --to" in refusal(in_parca(parca, '{job="old"}'), tmp_path / "got", "--from", "1h")


def test_parca_refuses(parca, tmp_path):
    said = refusal(in_parca(parca, "{job=old}"), tmp_path / "got")
    assert "HTTP status 400: failed to parse query" in said and "selector in braces" in said
    said = refusal(f"parca+{parca.url}/elsewhere?query={{}}", tmp_path / "got")
    assert "no such page (HTTP status 404)" in said and "path before the ?" in said


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    binaries = {name: go_service.build(go.go_command(), name, folder / name) for name in ("service", "load")}
    with go_service.Service(binaries["service"]) as running:
        load = subprocess.Popen([binaries["load"], "-url", running.url, "-duration", "120s"])
        yield running
        load.kill()
        load.wait()


def test_parca_scrapes_a_go_service(service, tmp_path):
    """The type that is asked for by default is the one under which Parca keeps what it scrapes."""
    target = service.url.removeprefix("http://")
    with profile_stores.Parca(profile_stores.find("parca"), tmp_path, scrape=target) as server:
        profile_stores.until(lambda: b"process_cpu" in server.request("/api/profiles/types")[1], "a profile is scraped")
        got = fetch(in_parca(server, '{job="api"}'), tmp_path / "got")
    assert b"main.handlePrice" in names(got)
    assert re.search(r"call edges: +\d{2,}", run("pgo-report", tmp_path / "got").stdout)


@pytest.fixture(scope="module", params=["v1", "v2"])
def pyroscope(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pyroscope")
    arguments = ["-auth.multitenancy-enabled=true", "-querier.max-flamegraph-nodes-on-select-merge-profile=true",
                 "-querier.max-flamegraph-nodes-default=10"]
    with profile_stores.Pyroscope(profile_stores.find("pyroscope"), folder, *arguments, storage=request.param) as server:
        yield server


def in_pyroscope(server, selector, kind="", tenant="t"):
    return f"pyroscope+{server.url}?query={kind}{selector}&tenant={tenant}"


def push(server, profile, service):
    server.push(packed(profile), {"service_name": service}, tenant="t")
    server.wait_until_stored(f'{{service_name="{service}"}}', tenant="t")


def test_pyroscope_loses_addresses_type_arguments_and_the_header(pyroscope, tmp_path):
    fed = stored("mixed-go1.26.pprof", 60)
    push(pyroscope, fed, "one")
    got = fetch(in_pyroscope(pyroscope, '{service_name="one"}'), tmp_path / "got")
    expected = without_shapes(without_addresses(cpu_column(fed)))
    assert_same_edges(got, expected, tmp_path)
    assert names(got) <= names(expected) != names(fed)
    assert all(function.start_line for function in got.function)
    assert got.period == 10**9


def test_pyroscope_merges_what_is_in_the_range(pyroscope, tmp_path):
    older, newer = stored("mixed-go1.26.pprof", 3000), stored("mixed-again-go1.26.pprof", 600)
    push(pyroscope, older, "two")
    push(pyroscope, newer, "two")
    target, now = in_pyroscope(pyroscope, '{service_name="two"}'), time.time()
    profile_stores.until(lambda: total(fetch(target, tmp_path / "both")) == total(older) + total(newer), "both are stored")
    assert total(fetch(target, tmp_path / "newer", now - 1200, now)) == total(newer)
    assert total(fetch(target, tmp_path / "older", now - 3600, now - 1200)) == total(older)
    assert total(fetch(target, tmp_path / "days", now - 60 * 3600, now)) == total(older) + total(newer)


def test_nothing_that_pyroscope_has_is_cut(pyroscope, tmp_path):
    """These servers allow ten nodes, to which they cut what is not asked for for Go's PGO."""
    fed = stored("mixed-go1.26.pprof", 60)
    push(pyroscope, fed, "few")
    now = int(time.time() * 1000)
    question = {"profileTypeID": "process_cpu:cpu:nanoseconds:cpu:nanoseconds", "labelSelector": '{service_name="few"}',
                "start": now - 3_600_000, "end": now}
    plain = pyroscope.request("/querier.v1.QuerierService/SelectMergeProfile", question, {"X-Scope-OrgID": "t"})
    assert plain[0] == 200 and b'"main.integrate"' in plain[1] and b'"main.fibonacci"' not in plain[1]
    got = fetch(in_pyroscope(pyroscope, '{service_name="few"}'), tmp_path / "got")
    assert_same_edges(got, without_shapes(without_addresses(cpu_column(fed))), tmp_path)


def test_pyroscope_has_nothing(pyroscope, tmp_path):
    push(pyroscope, stored("mixed-go1.26.pprof", 60), "here")
    nothing = "the server has no such profile in this time"
    assert nothing in refusal(in_pyroscope(pyroscope, '{service_name="nobody"}'), tmp_path / "got")
    assert nothing in refusal(in_pyroscope(pyroscope, '{service_name="here"}', tenant="other"), tmp_path / "got")
    assert nothing in refusal(in_pyroscope(pyroscope, '{service_name="here"}', "memory:x:count:y:bytes"), tmp_path / "got")


def test_pyroscope_refuses(pyroscope, tmp_path):
    target = in_pyroscope(pyroscope, "{service_name=x}")
    assert "parse error: unexpected identifier" in refusal(target, tmp_path / "got")
    assert "must be of the form <name>:" in refusal(in_pyroscope(pyroscope, "{}", "cpu"), tmp_path / "got")
    assert "append &tenant=NAME" in refusal(f"pyroscope+{pyroscope.url}?query={{}}", tmp_path / "got")
    said = refusal(f"pyroscope+{pyroscope.url}/elsewhere?query={{}}&tenant=t", tmp_path / "got")
    assert "no such page (HTTP status 404)" in said and "path before the ?" in said
