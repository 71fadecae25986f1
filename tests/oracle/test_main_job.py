"""The main job on a real service, end to end: collect twice, merge, lint, report, and build with the result."""

import json
import os
import pathlib
import subprocess

import pytest

from pgoprof_testing import go as oracle
from pgoprof_testing import go_service, verdicts

TOOLS = pathlib.Path(os.environ["PGOPROF_BIN"])
EXAMPLES = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "examples"


def run(tool, *arguments):
    result = subprocess.run([TOOLS / tool, *map(str, arguments)], capture_output=True, timeout=120,
                            env={**os.environ, "no_proxy": "127.0.0.1"})
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Two captures of a busy service, merged."""
    folder = tmp_path_factory.mktemp("main_job")
    binaries = {name: go_service.build(oracle.go_command(), name, folder / name) for name in ("service", "load")}
    with go_service.Service(binaries["service"]) as service:
        with go_service.under_load(binaries["load"], service):
            for name in ("1.pprof", "2.pprof"):
                run("pgo-fetch", service.url, "--seconds", 3, "-o", folder / name)
    # A busy machine stretches captures as short as these.
    run("pgo-merge", "--duration-tolerance", "50%", folder / "1.pprof", folder / "2.pprof", "-o", folder / "default.pgo")
    return folder / "default.pgo"


def test_lint_finds_nothing_but_that_it_is_short(merged):
    verdict = json.loads(run("pgo-lint", "--format", "json", merged))
    # Go inlines runtime.gopark in the service, too.
    assert verdicts.rules(verdict) <= verdicts.OF_A_SHORT_CAPTURE | {"PGO313"}


def test_the_report_shows_the_service(merged):
    report = json.loads(run("pgo-report", "--format", "json", "--all", merged))
    assert any(edge["caller"].startswith("main.") for edge in report["edges"])


def test_the_edges_are_those_of_preprofile(merged):
    assert run("pgo-report", "--format", "preprofile", merged) == oracle.run_preprofile(merged)


def test_go_builds_with_it(merged):
    binary = merged.parent / "service-pgo"
    oracle.go("build", f"-pgo={merged}", "-o", binary, ".", cwd=EXAMPLES / "service")
    assert f"-pgo={merged}" in oracle.go("version", "-m", binary).stdout
    with go_service.Service(binary) as service, go_service.under_load(merged.parent / "load", service):
        run("pgo-fetch", service.url, "--seconds", 1, "-o", merged.parent / "again.pprof")
