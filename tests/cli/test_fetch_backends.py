"""What a backend gives, through pgo-fetch: several profiles of one source, and what is done to them before the merge."""

import json
import os
import pathlib
import subprocess

import pytest

from pgoprof_testing.authority import Authority
from pgoprof_testing.backend import ENVIRONMENT, Backend, tls_context
from pgoprof_testing.fleet_server import FleetServer

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])
RECORDED = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/exchanges/datadog"
KEYS = {"DD_API_KEY": "sesame-api", "DD_APP_KEY": "sesame-app"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def datadog(authority):
    tls = tls_context(*authority.issue("server", "/CN=app.localhost", "DNS:app.localhost"))
    answer = 200, {"Content-Type": "application/zip"}, (RECORDED / "answer.zip").read_bytes()
    with Backend(lambda request: answer, tls) as server:
        yield server


def fetch(server, authority, *arguments):
    environment = {**ENVIRONMENT, **KEYS, "DD_SITE": f"localhost:{server.port}"}
    result = subprocess.run([BIN / "pgo-fetch", "datadog:service:cart", "--cacert", authority.certificate,
                             "--durations=ignore", *map(str, arguments)], capture_output=True, env=environment, timeout=60)
    assert result.returncode == 0, result.stderr
    assert b"sesame" not in result.stdout + result.stderr
    return result


def edges(path):
    run = subprocess.run([BIN / "pgo-report", "--format=json", "--all", path], capture_output=True, check=True)
    return json.loads(run.stdout)["edges"]


def test_the_merge_is_datadog_pgos(datadog, authority, tmp_path):
    """With its mitigation, and again from what was kept."""
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    fetch(datadog, authority, "-o", output, "--dir", kept)
    assert edges(output) == edges(RECORDED / "merged.pprof")
    files = sorted(kept.glob("*.pprof"))
    merged = subprocess.run([BIN / "pgo-merge", "--durations=ignore", *files], capture_output=True, check=True).stdout
    assert output.read_bytes() == merged
    entries = [json.loads(line) for line in (kept / "manifest.jsonl").read_text().splitlines()][1:]
    assert [entry["part"] for entry in entries] == list(range(1, len(files) + 1))
    assert {entry["parts"] for entry in entries} == {len(files)} and len(files) > 1
    asked = len(datadog.requests)
    fetch(datadog, authority, "-o", tmp_path / "again.pprof", "--dir", kept)
    assert len(datadog.requests) == asked
    assert (tmp_path / "again.pprof").read_bytes() == merged


def test_the_mitigation_can_be_left_out(datadog, authority, tmp_path):
    fetch(datadog, authority, "-o", tmp_path / "plain.pprof", "--no-mitigation")
    assert not any("DO NOT INLINE" in str(edge) for edge in edges(tmp_path / "plain.pprof"))


def test_backends_and_servers_mix(datadog, authority, tmp_path):
    with FleetServer(["server0"]) as fleet:
        result = fetch(datadog, authority, *fleet.urls(), "--seconds", 1, "--dir", tmp_path / "kept", "-o", tmp_path / "a")
    assert b"0 failed" in result.stdout
    assert any("main.server0" in str(edge) for edge in edges(tmp_path / "a"))
    assert any("DO NOT INLINE" in str(edge) for edge in edges(tmp_path / "a"))
