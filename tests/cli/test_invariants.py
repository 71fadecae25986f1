"""Each profile in testdata/textproto violates the one structural rule that it is named after, and no tool uses it."""

import json
import os
import pathlib
import subprocess

import pytest
from pgoprof_testing import textproto

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])


def run(tool, *arguments):
    return subprocess.run([BIN / tool, *arguments], capture_output=True, text=True)


def structural_rules(path):
    document = json.loads(run("pgo-lint", "--format", "json", path).stdout)
    findings = document["files"][0]["findings"]
    return {finding["rule"] for finding in findings if finding["rule"].startswith("PGO1")}


@pytest.fixture
def encoded(tmp_path):
    def write(name):
        path = tmp_path / f"{name}.pprof"
        path.write_bytes(textproto.encode(name))
        return path
    return write


def test_the_sound_one_is_sound(encoded):
    path = encoded("sound")
    assert structural_rules(path) == set()
    assert run("pgo-report", "--format", "preprofile", path).stdout == "GO PREPROFILE V1\nmain.main\nmain.work\n3 7\n"


@pytest.mark.parametrize("name", [name for name in textproto.names() if name.startswith("PGO")])
def test_a_violation(name, encoded):
    path = encoded(name)
    assert structural_rules(path) == {name.split("-")[0]}
    for tool in ("pgo-merge", "pgo-report"):
        result = run(tool, path)
        assert (result.returncode, result.stdout) == (3, "")
        assert result.stderr.startswith(f"{tool}: error: {path}: ")
