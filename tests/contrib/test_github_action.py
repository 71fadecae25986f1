"""contrib/github-action: its steps, run as a runner of GitHub Actions runs them."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

from pgoprof_testing import github_action, profiles

FOLDER = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "contrib/github-action"
ACTION = github_action.load(FOLDER)
STEPS = ACTION["runs"]["steps"]
STACKS = [(["main.leaf", "main.caller", "main.main"], 5)]
WARNED = profiles.from_stacks(STACKS, duration_nanos=0).SerializeToString()


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / ".git").mkdir()
    for name in ("cmd/a", "cmd/b c"):
        folder = tmp_path / "module" / name
        folder.mkdir(parents=True)
        (folder / "main.go").write_text("package main\n")
        (folder / "default.pgo").write_bytes(WARNED)
    (tmp_path / "module/go.mod").write_text("module m\n")
    return tmp_path


@pytest.fixture
def run(workspace):
    path = f"{os.environ['PGOPROF_BIN']}:{os.environ['PATH']}"
    return lambda **inputs: github_action.run(FOLDER, workspace, path, **inputs)


def annotated(result):
    return {match[1] for match in re.finditer(r"^::\w+ file=([^,]*),", result.stdout, re.MULTILINE)}


def test_the_metadata_is_what_github_asks_for():
    assert ACTION["name"] and ACTION["description"] and ACTION["runs"]["using"] == "composite"
    assert all(set(declared) == {"description", "default"} for declared in ACTION["inputs"].values())
    for step in STEPS:
        assert "${{" not in step["run"], "what is expanded into a script can be script"
        for name in re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", json.dumps(step)):
            assert name in ACTION["inputs"]


def test_every_main_package_is_judged(run):
    result = run(working_directory="module")
    assert result.returncode == 0, result.stderr
    assert annotated(result) == {"module/cmd/a/default.pgo", "module/cmd/b c/default.pgo"}
    assert run().returncode == 0, "whatever is below the workspace"


def test_files_and_options_are_lines(run, workspace):
    (workspace / "-o=evil").mkdir()
    (workspace / "-o=evil/x.pprof").write_bytes(WARNED)
    result = run(files="module/cmd/b c/default.pgo\n-o=evil/x.pprof\n", options="--severity=PGO401=error\n\n")
    assert result.returncode == 1
    assert annotated(result) == {"module/cmd/b c/default.pgo", "-o=evil/x.pprof"}
    assert run(options="--severity=PGO401=error\n--fail-on=never").returncode == 0
    assert run(options="--nonsense").returncode == 2


def test_inputs_are_no_script(run, workspace):
    result = run(files='"; touch pwned; $(touch pwned) `touch pwned`', sarif="$(touch pwned)")
    assert result.returncode == 4
    assert not list(workspace.rglob("pwned"))


def test_sarif_is_written_beside_annotations(run, workspace):
    result = run(working_directory="module", sarif="out put.sarif", options="--fail-on=warning")
    assert result.returncode == 1 and len(annotated(result)) == 2
    document = json.loads((workspace / "module/out put.sarif").read_text())
    assert document["version"] == "2.1.0" and len(document["runs"][0]["results"]) >= 2
    result = run(sarif="missing/x.sarif")
    assert result.returncode == 4 and "missing/x.sarif" in result.stderr


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs shellcheck: scripts/setup --test")
@pytest.mark.parametrize("step", range(len(STEPS)))
def test_shellcheck_finds_nothing(step, tmp_path):
    script = tmp_path / "step.sh"
    script.write_text("#!/usr/bin/env bash\n" + STEPS[step]["run"])
    checked = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_no_sarif_where_the_configuration_is_at_fault(run, workspace):
    """A SARIF without results would close the alerts that are open: the example uploads none."""
    (workspace / "module/.pgo-lint.toml").write_text("nonsense = 1\n")
    result = run(working_directory="module", sarif="pgo-lint.sarif")
    assert result.returncode == 3 and "nonsense" in result.stderr
    assert not (workspace / "module/pgo-lint.sarif").exists()
    example = (FOLDER / "README.md").read_text().partition("\n\n")[2].partition("\nOWNER")[0]
    judge, upload = yaml.safe_load(example)["jobs"]["pgo"]["steps"][1:]
    assert upload["with"]["sarif_file"] == judge["with"]["sarif"]
    assert upload["if"] == f"always() && hashFiles('{judge['with']['sarif']}') != ''"
