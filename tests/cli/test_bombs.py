"""Each tool refuses each bomb in one second of CPU and 256 MiB of address space, with an error that names the file."""

import os
import pathlib
import resource
import subprocess

import pytest
from pgoprof_testing.bombs import bombs

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])

pytestmark = pytest.mark.skipif("PGOPROF_SANITIZED" in os.environ, reason="sanitizers take memory of their own")


def limit_resources():
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_limited(tool, *arguments):
    return subprocess.run([BIN / tool, *arguments], capture_output=True, text=True, preexec_fn=limit_resources)


@pytest.fixture(params=list(bombs()))
def bomb(request, tmp_path):
    path = tmp_path / "bomb.pprof"
    path.write_bytes(bombs()[request.param])
    return path


@pytest.mark.parametrize("tool", ["pgo-merge", "pgo-report"])
def test_refused_as_content(tool, bomb):
    result = run_limited(tool, bomb)
    lines = result.stderr.splitlines()
    assert result.returncode == 3, result.stderr
    assert result.stdout == ""
    assert lines[0].startswith(f"{tool}: error: {bomb}: ")
    assert len(lines) <= 2  # the error, and perhaps its remedy


def test_is_a_lint_error(bomb):
    result = run_limited("pgo-lint", bomb)
    assert result.returncode == 1, result.stderr
    assert str(bomb) in result.stdout and "PGO1" in result.stdout
