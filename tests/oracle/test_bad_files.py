"""What testdata/bad says of the Go toolchain is what the Go toolchain does, and what the rule table says."""

import subprocess

import pytest

from pgoprof_testing import bad_files, go, lint_batch
from pgoprof_testing.verdicts import HEADER_ONLY

FILES = bad_files.all_files()
RULES = lint_batch.rules()


@pytest.fixture
def write(tmp_path):
    def write(content, name="cpu.pprof"):
        path = tmp_path / name
        path.write_bytes(content)
        return path
    return write


def preprofile(path):
    return subprocess.run([go.preprofile(), "-i", path], capture_output=True, check=False)


def verdict_of(run):
    if run.returncode == 0:
        return "ignores" if run.stdout == HEADER_ONLY else "uses"
    return "crashes" if b"panic: " in run.stderr else "refuses"


def compile_with(profile, directory):
    source = directory / "main.go"
    source.write_text("package main\n\nfunc main() {}\n")
    return go.go("tool", "compile", "-p=main", f"-pgoprofile={profile}", f"-o={directory / 'main.o'}", source, check=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.stem)
def test_what_preprofile_does(file, write):
    run = preprofile(write(file.bad()))
    expected = "uses" if file.go.verdict == "misreads" else file.go.verdict
    assert verdict_of(run) == expected, run.stderr
    assert file.go.message in run.stderr.decode()
    assert file.go.verdict == RULES[file.rule].go


@pytest.mark.parametrize("file", [file for file in FILES if file.compile], ids=lambda file: file.path.stem)
def test_what_the_compiler_does(file, write, tmp_path):
    content = file.bad()
    if not content.startswith(HEADER_ONLY):
        content = preprofile(write(content)).stdout
    run = compile_with(write(content, "preprofiled"), tmp_path)
    assert ("uses" if run.returncode == 0 else "refuses") == file.compile.verdict
    assert file.compile.message in run.stdout + run.stderr


@pytest.mark.parametrize("file", [file for file in FILES if file.sound()], ids=lambda file: file.path.stem)
def test_go_uses_what_just_does_not_violate_the_rule(file, write):
    content = file.sound()
    if content.startswith(HEADER_ONLY):
        return  # it is still no pprof
    assert verdict_of(preprofile(write(content))) == "uses"


def test_what_the_compiler_misreads_has_its_verdict_recorded():
    assert {file.rule for file in FILES if file.go.verdict == "misreads" and not file.compile} == set()
