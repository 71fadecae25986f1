"""Each tool refuses each bomb in one second of CPU and 256 MiB of address space, with an error that names the file."""

import os
import pathlib
import resource
import subprocess

import pytest
from pgoprof_testing.binary_bombs import binary_bombs
from pgoprof_testing.bombs import bombs, inlined_frames, long_names, long_stacks
from pgoprof_testing.foreign_bombs import foreign_bombs

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


def check_refused(tool, bomb):
    result = run_limited(tool, bomb)
    lines = result.stderr.splitlines()
    assert result.returncode == 3, result.stderr
    assert result.stdout == ""
    assert lines[0].startswith(f"{tool}: error: {bomb}: ")
    assert len(lines) <= 2  # the error, and perhaps its remedy


@pytest.mark.parametrize("tool", ["pgo-merge", "pgo-report", "pgo-convert"])
def test_refused_as_content(tool, bomb):
    check_refused(tool, bomb)


@pytest.mark.parametrize("name", foreign_bombs())
def test_foreign_formats(name, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(foreign_bombs()[name])
    check_refused("pgo-convert", path)


@pytest.mark.parametrize("name", binary_bombs())
def test_binaries(name, tmp_path):
    """Of a recording: at each of its addresses there is something to be asked."""
    binary, recording = tmp_path / "bomb", tmp_path / "perf.txt"
    binary.write_bytes(binary_bombs()[name])
    recording.write_text("".join(f"p 7/7 1.{i:06}: 1 cpu-clock:u: \n\t{0x400500 + i:x} main.f+0x1 ({binary})\n"
                                 f"\t{0x400800 + i:x} main.f+0x2 ({binary})\n\n" for i in range(300)))
    result = run_limited("pgo-convert", "--force", "--binary", binary, recording, "-o", tmp_path / "out")
    assert result.returncode == 3, result.stderr
    assert "pgo-convert: error: " in result.stderr


@pytest.mark.parametrize("form", ["pprof", "preprofile", "folded", "speedscope", "callgrind", "text", "json"])
@pytest.mark.parametrize("bomb", [long_names, inlined_frames, long_stacks])
def test_conversions(tmp_path, form, bomb):
    """Each ends with a file, or says why there is none."""
    path = tmp_path / "bomb.pprof"
    path.write_bytes(bomb())
    result = run_limited("pgo-convert", "--to", form, path, "-o", "/dev/null")
    assert result.returncode in (0, 3), result.stderr
    if result.returncode == 3:
        assert f"pgo-convert: error: {path}: " in result.stderr


@pytest.mark.parametrize("options", [["--rename", "main=example.com/a"], ["--rename-regex", "(x+)+y=z"], ["--rename-regex", "x=yyyyyyyy"],
                                     ["--focus", "(x+)+y"], ["--anonymize"], ["--no-inline", "main.f"]])
@pytest.mark.parametrize("bomb", [long_names, inlined_frames, long_stacks])
def test_rewriting(tmp_path, options, bomb):
    path = tmp_path / "bomb.pprof"
    path.write_bytes(bomb())
    result = run_limited("pgo-convert", *options, path, "-o", "/dev/null")
    assert result.returncode in (0, 3), result.stderr


@pytest.mark.parametrize("rule", ["main.f=main.g", "main.f=main.T.g"])
def test_renaming_in_a_name_of_many_parts(tmp_path, rule):
    path = tmp_path / "bomb.folded"
    path.write_text("main.main" + ".f" * 150_000 + ".func1;main.main 1\n")
    result = run_limited("pgo-convert", "--from", "folded", "--rename", rule, "--to", "folded", path, "-o", "/dev/null")
    assert result.returncode == 0, result.stderr
    assert "1 function renamed" in result.stderr


def test_a_thousand_rules(tmp_path):
    """Of a large refactoring, on a profile of many functions."""
    path, rules = tmp_path / "many.folded", tmp_path / "rules"
    path.write_text("".join(f"example.com/a{i % 50}.(*T{i}).M.func1;example.com/b.F{i} 1\n" for i in range(3_000)))
    rules.write_text("".join(f"example.com/x/old.f{i}=example.com/x/new.g{i}\nexample.com/p{i}=example.com/q{i}\n" for i in range(500)))
    result = run_limited("pgo-convert", "--rename-file", rules, "--to", "folded", path, "-o", "/dev/null")
    assert result.returncode == 0, result.stderr


def test_is_a_lint_error(bomb):
    result = run_limited("pgo-lint", bomb)
    assert result.returncode == 1, result.stderr
    assert f"{bomb}: error: " in result.stdout


def test_inlined_frames(tmp_path):
    path = tmp_path / "bomb.pprof"
    path.write_bytes(inlined_frames())
    report = run_limited("pgo-report", path)
    assert (report.returncode, report.stdout) == (3, ""), report.stderr
    lint = run_limited("pgo-lint", path)
    assert lint.returncode == 1, lint.stderr
    assert "PGO106" in lint.stdout
    for options in ([], ["--compact"]):
        merge = run_limited("pgo-merge", *options, path, "-o", "/dev/null")
        assert merge.returncode == 0, merge.stderr


@pytest.mark.parametrize("options", [["--format", "text"], ["--format", "json"], ["--format", "preprofile"], ["--all"]])
def test_long_names(tmp_path, options):
    path = tmp_path / "bomb.pprof"
    path.write_bytes(long_names())
    report = run_limited("pgo-report", path, *options)
    assert (report.returncode, report.stdout) == (3, ""), report.stderr
    assert run_limited("pgo-report", path, "--top", "1").returncode == 0


@pytest.mark.parametrize("options", [["--by", "caller"], ["--by", "package"], ["--call-sites"], ["--call-sites", "--format", "json"],
                                     ["--function", "."], ["--function", "(x+)+y"], ["--format", "dot"], ["--format", "folded"],
                                     ["--base", "."]])
@pytest.mark.parametrize("bomb", [long_names, inlined_frames, long_stacks])
def test_views_and_formats(tmp_path, options, bomb):
    """Each ends with a report, or says why there is none."""
    path = tmp_path / "bomb.pprof"
    path.write_bytes(bomb())
    result = run_limited("pgo-report", *[str(path) if option == "." and "--base" in options else option for option in options],
                         path, "-o", "/dev/null")
    assert result.returncode in (0, 3), result.stderr
    if result.returncode == 3:
        assert f"pgo-report: error: {path}: " in result.stderr


def test_more_threads_than_there_is_room_for(tmp_path):
    profile = os.path.join(os.environ["PGOPROF_SOURCE"], "testdata/real/mixed-go1.26.pprof")
    whole = run_limited("pgo-merge", "-j", "1", *[profile] * 200, "-o", tmp_path / "1")
    assert whole.returncode == 0, whole.stderr
    threaded = run_limited("pgo-merge", "-j", "8", *[profile] * 200, "-o", tmp_path / "8")
    assert threaded.returncode == 0, threaded.stderr
    assert (tmp_path / "1").read_bytes() == (tmp_path / "8").read_bytes()
