"""What all tools do with options: refuse what makes no sense in one clear line, and harm nothing."""

import os
import pathlib
import subprocess

import pytest

TOOLS = pathlib.Path(os.environ["PGOPROF_BIN"])
PROFILE = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real/mixed-go1.26.pprof"

# Tool -> arguments that it would do its work with.
ARGUMENTS = {
    "pgo-convert": [PROFILE],
    "pgo-fetch": ["localhost:1"],
    "pgo-lint": [PROFILE],
    "pgo-merge": [PROFILE],
    "pgo-report": [PROFILE],
}
WRITERS = ["pgo-convert", "pgo-fetch", "pgo-lint", "pgo-merge", "pgo-report"]


def run(tool, *arguments, **options):
    options = {"capture_output": True, "text": True, "check": False, **options}
    return subprocess.run([TOOLS / tool, *map(str, arguments)], **options)


def assert_usage_error(tool, result, message):
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == f"{tool}: error: {message}\n" or result.stderr.startswith(f"{tool}: error: {message}\n{tool}: ")


@pytest.mark.parametrize("tool", WRITERS)
@pytest.mark.parametrize("option", ["--output=", "-o="])
def test_an_empty_option_does_not_take_the_next_argument(tool, option, tmp_path):
    precious = tmp_path / "precious"
    precious.write_bytes(PROFILE.read_bytes())
    result = run(tool, option, precious, *ARGUMENTS[tool], cwd=tmp_path)
    assert_usage_error(tool, result, f"{option[:-1]} needs a value")
    assert precious.read_bytes() == PROFILE.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize("tool", WRITERS)
def test_an_output_needs_a_name(tool):
    assert_usage_error(tool, run(tool, *ARGUMENTS[tool], "-o", ""), "-o,--output must be the name of a file, or -")
    assert_usage_error(tool, run(tool, *ARGUMENTS[tool], "-o"), "--output needs a value")
    assert_usage_error(tool, run(tool, *ARGUMENTS[tool], "-o", "a", "-o", "b"), "--output is given more than once")


def test_after_a_double_dash_everything_is_a_file(tmp_path):
    result = run("pgo-lint", "--", "--output=", cwd=tmp_path)
    assert result.returncode == 4
    assert "--output=" in result.stderr


@pytest.mark.parametrize("tool", ARGUMENTS)
@pytest.mark.parametrize("size", ["-5", "0", "abc", "10q", "1.5g", "8589934592g", "999999999999999999999", "k"])
def test_sizes(tool, size):
    result = run(tool, f"--max-input-size={size}", *ARGUMENTS[tool])
    assert_usage_error(tool, result, "--max-input-size must be a size above 0, such as 64m or 2g")


@pytest.mark.parametrize("size,accepted", [("12k", False), ("13k", True), ("12320", False), ("12321", True), ("1g", True),
                                           ("12KB", False), ("12KiB", False), ("13KB", True), ("1MiB", True)])
def test_a_size_is_a_limit(size, accepted):
    assert PROFILE.stat().st_size == 12321
    result = run("pgo-report", f"--max-input-size={size}", PROFILE)
    assert result.returncode == (0 if accepted else 3), result.stderr


@pytest.mark.parametrize("tool,arguments,message", [
    ("pgo-report", ["--top", "-3"], "--top must be an integer from 0 to 4294967295"),
    ("pgo-report", ["--top", "1.5"], "--top must be an integer from 0 to 4294967295"),
    ("pgo-report", ["--format", "xml"], "--format must be text or json or preprofile or dot or folded or html"),
    ("pgo-lint", ["--format", "xml"], "--format must be text or json or sarif or github"),
    ("pgo-merge", ["--durations", "1"], "--durations must be check or scale or ignore"),
    ("pgo-merge", ["--duration-tolerance", "1"],
     "--duration-tolerance must be a percentage from 0% to 100%, such as 10%"),
    ("pgo-merge", ["-j", "0"], "-j,--jobs must be an integer from 1 to 1024"),
    ("pgo-merge", ["-j", "-1"], "-j,--jobs must be an integer from 1 to 1024"),
])
def test_values(tool, arguments, message):
    assert_usage_error(tool, run(tool, *arguments, *ARGUMENTS[tool]), message)


@pytest.mark.parametrize("tool", ARGUMENTS)
def test_unknown_options(tool):
    assert_usage_error(tool, run(tool, *ARGUMENTS[tool], "--bogus=user:secret@host"), "unknown option --bogus")


@pytest.mark.parametrize("tool", ARGUMENTS)
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(tool, option):
    shown = run(tool, option)
    assert shown.returncode == 0
    assert tool in shown.stdout and shown.stderr == ""
    if option == "--help":
        assert "Examples:" in shown.stdout and "Exit codes:" in shown.stdout
        assert max(map(len, shown.stdout.splitlines())) <= 120
    with open("/dev/full", "w", encoding="ascii") as full:
        assert run(tool, option, stdout=full, stderr=subprocess.PIPE, capture_output=False).returncode == 4
