"""pgo-fetch with several real Go servers at once."""

import contextlib
import json
import os
import pathlib
import subprocess

import pytest

from pgoprof_testing import go_service

PGO_FETCH = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-fetch"
ENVIRONMENT = {**os.environ, "no_proxy": "127.0.0.1"}
TOOLCHAINS = go_service.toolchains()
pytestmark = pytest.mark.skipif(not TOOLCHAINS, reason="no Go here")


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """One of each Go, all busy."""
    folder = tmp_path_factory.mktemp("bin")
    with contextlib.ExitStack() as stack:
        running = []
        for number, go in enumerate(TOOLCHAINS.values()):
            service = go_service.Service(go_service.build(go, "service", folder / f"service{number}"))
            running.append(stack.enter_context(service))
        load = go_service.build(next(iter(TOOLCHAINS.values())), "load", folder / "load")
        stack.enter_context(go_service.under_load(load, *running))
        yield running


def fetch(*arguments):
    result = subprocess.run([PGO_FETCH, "--seconds", "1", *map(str, arguments)], capture_output=True, timeout=60,
                            env=ENVIRONMENT)
    assert result.returncode == 0, result.stderr
    return result


def captures(folder):
    lines = (folder / "manifest.jsonl").read_text().splitlines()[1:]
    return [json.loads(line) for line in lines]


def test_rounds_of_real_servers(services, tmp_path):
    urls = [service.url for service in services]
    fetch(*urls, "--rounds", 2, "--dir", tmp_path / "kept", "-o", tmp_path / "merged.pprof")
    entries = captures(tmp_path / "kept")
    assert len(entries) == 2 * len(urls)
    assert all(0.9e9 < entry["duration_nanos"] < 1.3e9 for entry in entries)
    assert (tmp_path / "merged.pprof").stat().st_size > 0


def test_another_capture_is_waited_for(services, tmp_path):
    url, service = services[0].url, services[0]
    with subprocess.Popen([PGO_FETCH, url, "--seconds", "2", "-o", tmp_path / "other"], env=ENVIRONMENT) as other:
        while not service.is_profiling():
            assert other.poll() is None
        fetch(url, "--retries", 5, "--dir", tmp_path / "kept")
        assert other.wait(30) == 0
    entry, = captures(tmp_path / "kept")
    assert entry["outcome"] == "captured" and entry["attempts"] > 1
