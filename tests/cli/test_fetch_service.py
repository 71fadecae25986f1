"""pgo-fetch against real Go servers."""

import gzip
import os
import pathlib
import subprocess

import profile_pb2
import pytest

from pgoprof_testing import go_service

PGO_FETCH = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-fetch"
ENVIRONMENT = {**os.environ, "no_proxy": "127.0.0.1"}
TOOLCHAINS = go_service.toolchains()
pytestmark = pytest.mark.skipif(not TOOLCHAINS, reason="no Go here")


def fetch(*arguments):
    return subprocess.run([PGO_FETCH, "--retries", "0", *map(str, arguments)], capture_output=True, timeout=60, env=ENVIRONMENT)


def parse(data):
    profile = profile_pb2.Profile()
    profile.ParseFromString(gzip.decompress(data))
    return profile


@pytest.fixture(scope="session", params=TOOLCHAINS)
def go(request):
    return TOOLCHAINS[request.param]


@pytest.fixture(scope="session")
def binaries(go, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    return {name: go_service.build(go, name, folder / name) for name in ("service", "load")}


@pytest.fixture
def service(binaries):
    with go_service.Service(binaries["service"]) as running:
        yield running


@pytest.fixture
def busy_service(service, binaries):
    with go_service.under_load(binaries["load"], service):
        yield service


def test_two_captures_of_a_busy_service(busy_service, go, tmp_path):
    for name in ("a.pprof", "b.pprof"):
        output = tmp_path / name
        result = fetch(busy_service.url, "--seconds", 2, "-o", output)
        assert result.returncode == 0, result.stderr
        assert result.stdout == b""
        assert b"samples" in result.stderr

        profile = parse(output.read_bytes())
        types = [profile.string_table[t.type] for t in profile.sample_type]
        assert types == [b"samples", b"cpu"]
        assert sum(sample.value[0] for sample in profile.sample) >= 50
        assert 1.9e9 <= profile.duration_nanos < 4e9  # the program's clock may be set meanwhile
        names = {profile.string_table[function.name] for function in profile.function}
        assert b"main.handlePrice" in names
        raw = subprocess.run([go, "tool", "pprof", "-raw", output], capture_output=True, text=True)
        assert "main.handlePrice" in raw.stdout, raw.stderr


def test_host_and_port_to_stdout(busy_service):
    result = fetch(busy_service.url.removeprefix("http://"), "--seconds", 1)
    assert result.returncode == 0, result.stderr
    assert 0.9e9 < parse(result.stdout).duration_nanos < 2e9


def test_the_url_may_say_how_long(busy_service, tmp_path):
    output = tmp_path / "a.pprof"
    result = fetch(busy_service.url + "/debug/pprof/profile?seconds=1", "-o", output)
    assert result.returncode == 0, result.stderr
    assert 0.9e9 < parse(output.read_bytes()).duration_nanos < 2e9


def test_one_profile_at_a_time(service, tmp_path):
    other = subprocess.Popen([PGO_FETCH, service.url, "--seconds", "60", "-o", tmp_path / "other.pprof"], env=ENVIRONMENT)
    try:
        while not service.is_profiling():
            assert other.poll() is None
        result = fetch(service.url, "--seconds", 1, "-o", tmp_path / "a.pprof")
    finally:
        other.kill()
        other.wait()
    assert result.returncode == 4
    assert b"profiling already in use (HTTP status 500)" in result.stderr
    assert b"try again" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_beyond_the_write_timeout(binaries, go, tmp_path):
    old = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True).stdout.startswith("go1.19")
    with (go_service.Service(binaries["service"], "-write-timeout", "1s") as service,
          go_service.under_load(binaries["load"], service)):
        result = fetch(service.url, "--seconds", 2, "-o", tmp_path / "a.pprof")
    if old:
        assert result.returncode == 4
        assert b"2s are beyond the server's WriteTimeout (HTTP status 400)" in result.stderr
        assert b"ask for fewer seconds" in result.stderr
        assert list(tmp_path.iterdir()) == []
    else:
        assert result.returncode == 0, result.stderr
        assert parse((tmp_path / "a.pprof").read_bytes()).duration_nanos > 1.9e9


@pytest.mark.parametrize("path, code, message", [
    ("/debug/pprof/heap", 3, b"not a CPU profile: its sample types are alloc_objects/count"),
    ("/debug/pprof/mutex", 3, b"not a CPU profile: its sample types are contentions/count"),
    ("/debug/pprof/", 3, b"an HTML page instead of a profile"),
    ("/debug/pprof/cmdline", 3, b"not a"),
    ("/debug/pprof/trace", 3, b"not a"),
    ("/debug/pprof/cpu", 4, b"no profile of that name (HTTP status 404)"),
    ("/nowhere", 4, b"no such page (HTTP status 404)"),
])
def test_other_pages(service, tmp_path, path, code, message):
    output = tmp_path / "a.pprof"
    output.write_text("as it was")
    result = fetch(service.url + path, "--seconds", 1, "-o", output)
    assert (result.returncode, result.stdout) == (code, b""), result.stderr
    assert message in result.stderr
    assert output.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [output]
