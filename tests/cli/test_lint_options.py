"""What pgo-lint is told by options, and by .pgo-lint.toml."""

import json
import os
import pathlib
import subprocess
import time

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import tool

STACKS = [(["main.leaf", "main.caller", "main.main"], 5)]
WARNED = profiles.from_stacks(STACKS, duration_nanos=0).SerializeToString()  # PGO401 missing-duration
DAY = 86_400_000_000_000


@pytest.fixture
def warned(write):
    return write(WARNED, "warned.pprof")


def lint(*arguments, **options):
    """(exit code, {rule: severity}) of one file."""
    run = tool("pgo-lint", "--format", "json", *arguments, **options)
    assert run.returncode in (0, 1), run.stderr
    findings = json.loads(run.stdout)["files"][0]["findings"]
    return run.returncode, {finding["rule"]: finding["severity"] for finding in findings}


def assert_refused(run, code, message):
    assert (run.returncode, run.stdout) == (code, b"")
    assert run.stderr.startswith(f"pgo-lint: error: {message}".encode()), run.stderr


def test_rules_are_disabled_by_id_or_name(warned):
    assert lint(warned)[1]["PGO401"] == "warning"
    assert "PGO401" not in lint("--disable", "PGO401", warned)[1]
    assert "PGO401" not in lint("--disable=missing-duration", "--disable", "PGO204", warned)[1]
    assert "PGO401" not in lint("--disable=pgo401", warned)[1]
    assert lint("--severity=Missing-Duration=error", warned)[1]["PGO401"] == "error"


@pytest.mark.parametrize("arguments,severity", [
    (["--severity", "PGO401=error"], "error"),
    (["--severity", "missing-duration=info"], "info"),
    (["--severity", "PGO401=error", "--severity", "PGO401=info"], "info"),
    (["--disable", "PGO401", "--enable", "missing-duration"], "warning"),
    (["--enable", "PGO401", "--disable", "missing-duration"], None),
    (["--disable", "PGO401", "--severity", "PGO401=error"], "error"),
    (["--severity", "PGO401=error", "--disable", "PGO401"], None),
    (["--severity", "PGO401=error", "--enable", "PGO401"], "error"),
])
def test_the_last_word_on_a_rule_counts(arguments, severity, warned):
    assert lint(*arguments, warned)[1].get("PGO401") == severity


@pytest.mark.parametrize("arguments,code", [
    ([], 0),
    (["--fail-on", "warning"], 1),
    (["--severity", "PGO401=error"], 1),
    (["--severity", "PGO401=error", "--fail-on", "never"], 0),
    (["--severity", "PGO401=info", "--fail-on", "warning"], 0),
])
def test_what_makes_the_answer_no(arguments, code, warned):
    others = [f"--disable={rule}" for rule in lint(warned)[1] if rule != "PGO401"]
    assert lint(*others, *arguments, warned)[0] == code


def test_age_and_size(write):
    def of_days(days):
        return write(profiles.from_stacks(STACKS, time_nanos=time.time_ns() - days * DAY), f"{days}.pprof")

    def found(*arguments):
        return set(lint(*arguments)[1])

    old, new = of_days(40), of_days(1)
    too_old = found("--max-age", "30d", old) - found(old)
    assert len(too_old) == 1
    assert not too_old & (found("--max-age", "720h", new) | found("--max-age", "41d", old))
    size = old.stat().st_size
    too_large = found(f"--max-size={size - 1}", old) - found(old)
    assert len(too_large) == 1
    assert not too_large & found(f"--max-size={size}", old)


def test_a_file_that_is_too_large_is_told_its_compact_size(tmp_path, write):
    source = os.path.join(os.environ["PGOPROF_SOURCE"], "testdata/real/mixed-go1.26.pprof")
    compact = tmp_path / "compact.pprof"
    assert tool("pgo-merge", "--compact", source, "-o", compact).returncode == 0
    unlimited = tool("pgo-lint", source).stdout.splitlines()
    limited = tool("pgo-lint", "--max-size", "1KB", source).stdout.splitlines()
    (line,) = [line for line in limited[:-1] if line not in unlimited]
    assert b"--compact" in line and f"{compact.stat().st_size / 1024:.1f} KiB".encode() in line


@pytest.mark.parametrize("option,value,message", [
    ("--go-version", "1.19", "--go-version must be a Go version from 1.20 on, such as 1.24"),
    ("--go-version", "go1.24", "--go-version must be a Go version from 1.20 on, such as 1.24"),
    ("--fail-on", "info", "--fail-on must be error, warning or never"),
    ("--max-age", "30", "--max-age must be an age above 0 in days or hours, such as 30d or 720h"),
    ("--max-age", "0d", "--max-age must be an age above 0 in days or hours, such as 30d or 720h"),
    ("--max-size", "5mb", "--max-size must be a size above 0, such as 5MB or 512KiB"),
    ("--severity", "PGO401", "--severity must be RULE=error, RULE=warning or RULE=info"),
    ("--severity", "PGO401=off", "--severity must be RULE=error, RULE=warning or RULE=info"),
    ("--severity", "PGO4O1=error", "unknown rule PGO4O1; did you mean PGO401"),
    ("--enable", "missing-durations", "unknown rule missing-durations; did you mean missing-duration?"),
    ("--disable", "pgo2o4", "unknown rule pgo2o4; did you mean PGO204"),
    ("--explain", "\x1b[31m", "unknown rule \\x1b[31m (--list-rules shows them all)"),
    ("--format", "xml", "--format must be text or json or sarif or github"),
])
def test_usage_errors(option, value, message, warned):
    assert_refused(tool("pgo-lint", option, value, warned), 2, message)


@pytest.mark.parametrize("version", ["1.20", "1.26", "1.24.3", "1.99"])
def test_go_versions(version, warned):
    assert lint("--go-version", version, warned)[0] == 0


@pytest.mark.parametrize("arguments", [["--list-rules", "--explain", "PGO204"], ["--list-rules", "x.pprof"],
                                       ["--explain=PGO204", "x.pprof"], ["--list-rules", "--format=sarif"],
                                       ["--explain=PGO204", "--format=json"]])
def test_rules_are_shown_alone(arguments):
    assert_refused(tool("pgo-lint", *arguments), 2, "--")


def test_rules_are_listed_and_explained(tmp_path):
    lines = tool("pgo-lint", "--list-rules").stdout.decode().splitlines()
    document = json.loads(tool("pgo-lint", "--list-rules", "--format", "json").stdout)
    assert document["schema"] == "pgoprof.pgo-lint-rules/1"
    assert [line.split()[0] for line in lines] == [rule["id"] for rule in document["rules"]]
    assert {rule["go"] for rule in document["rules"]} == {"refuses", "crashes", "ignores", "misreads", "uses"}
    for rule, line in zip(document["rules"], lines):
        assert line.split()[:3] == [rule["id"], rule["severity"], rule["name"]] and line.endswith(rule["summary"])
        for named in (rule["id"], rule["name"]):
            text = tool("pgo-lint", "--explain", named).stdout.decode()
            assert text.startswith(f"{rule['id']} {rule['name']}: ")
            assert f"\nSeverity {rule['severity']} by default, since Go {rule['since']}.\n" in text
            assert rule["explanation"] in text.replace("\n", " ")
            assert max(map(len, text.splitlines())) <= 80
    output = tmp_path / "rules"
    assert tool("pgo-lint", "--list-rules", "-o", output).stdout == b""
    assert output.read_text().splitlines() == lines


def test_a_report_goes_to_a_file_whole_or_not_at_all(warned, tmp_path):
    output = tmp_path / "report"
    assert tool("pgo-lint", "-o", output, warned).stdout == b""
    assert output.read_bytes() == tool("pgo-lint", warned).stdout
    run = tool("pgo-lint", "-o", tmp_path / "missing/report", warned)
    assert run.returncode == 4 and b"missing/report" in run.stderr


# .pgo-lint.toml

@pytest.fixture
def tree(tmp_path):
    """A repository with a profile in a/b, and a folder around it."""
    folder = tmp_path / "outside/repository/a/b"
    folder.mkdir(parents=True)
    (folder / "default.pgo").write_bytes(WARNED)
    (tmp_path / "outside/repository/.git").mkdir()
    return tmp_path / "outside/repository"


def severity_in(tree, *arguments):
    return lint(*arguments, tree / "a/b/default.pgo")[1].get("PGO401")


def test_the_nearest_configuration_up_to_the_root_of_the_repository_counts(tree):
    def configure(folder, severity):
        (tree / folder / ".pgo-lint.toml").write_text(f"[severity]\nPGO401 = '{severity}'\n")

    configure("..", "error")
    assert severity_in(tree) == "warning"
    configure(".", "info")
    assert severity_in(tree) == "info"
    configure("a", "error")
    assert severity_in(tree) == "error"
    (tree / ".git").rmdir()
    (tree / ".pgo-lint.toml").unlink()
    (tree / "a/.pgo-lint.toml").unlink()
    assert severity_in(tree) == "error"


def test_each_file_has_its_own_configuration(tree, warned):
    (tree / ".pgo-lint.toml").write_text("disable = ['missing-duration']\n")
    run = tool("pgo-lint", "--format=json", tree / "a/b/default.pgo", warned)
    first, second = ({finding["rule"] for finding in file["findings"]} for file in json.loads(run.stdout)["files"])
    assert "PGO401" not in first and "PGO401" in second
    inside = tool("pgo-lint", "-", input=WARNED, cwd=tree / "a")
    assert b"PGO401" not in inside.stdout


def test_a_file_is_judged_where_its_name_is(tree, warned):
    """A symbolic link belongs to the folder that it is in; one to a folder leads elsewhere."""
    (tree / ".pgo-lint.toml").write_text("disable = ['missing-duration']\n")
    (tree / "link.pprof").symlink_to(warned)
    assert "PGO401" not in lint(tree / "link.pprof")[1]
    elsewhere = warned.parent / "elsewhere"
    elsewhere.symlink_to(tree / "a")
    assert "PGO401" not in lint(elsewhere / "b/default.pgo")[1]


def test_the_command_line_wins(tree):
    (tree / ".pgo-lint.toml").write_text("fail-on = 'warning'\ndisable = ['PGO401']\n")
    profile = tree / "a/b/default.pgo"
    assert severity_in(tree) is None
    assert severity_in(tree, "--enable", "missing-duration") == "warning"
    assert lint("--enable", "PGO401", profile)[0] == 1
    assert lint("--enable", "PGO401", "--fail-on", "error", profile)[0] == 0


def test_faults_are_named_by_file_and_line(tree):
    config = tree / ".pgo-lint.toml"
    profile = tree / "a/b/default.pgo"

    def run(text, cwd=tree):
        config.write_bytes(text)
        return tool("pgo-lint", profile, cwd=cwd)

    assert_refused(run(b"# x\nfail_on = 'never'\n"), 3, ".pgo-lint.toml:2: unknown key fail_on\n")
    assert_refused(run(b"max-size = 5\n", tree / "a"), 3, "../.pgo-lint.toml:1: max-size must be a string: a size")
    assert_refused(run(b"disable = ['PGO4O1']\n"), 3, ".pgo-lint.toml:1: unknown rule PGO4O1; did you mean PGO401")
    assert_refused(run(b"enable = 'PGO401\n"), 3, ".pgo-lint.toml:1: ")
    assert_refused(run(b'"\\u001b[31m::error::" = 1\n'), 3, ".pgo-lint.toml:1: unknown key \\x1b[31m")
    too_large = run(bytes(17 << 10))
    assert_refused(too_large, 3, ".pgo-lint.toml: larger than the limit of 16.0 KiB\n")
    assert too_large.stderr.count(b"\n") == 1, "no option raises this limit"


@pytest.mark.parametrize("make", [pathlib.Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_configuration_is_a_regular_file(make, tree):
    make(tree / ".pgo-lint.toml")
    run = tool("pgo-lint", tree / "a/b/default.pgo", cwd=tree)
    assert_refused(run, 3, ".pgo-lint.toml: is not a regular file\n")
    assert run.stderr.count(b"\n") == 1


@pytest.mark.parametrize("target", ["missing.toml", ".pgo-lint.toml"])
def test_a_configuration_that_a_link_misses_is_not_taken_for_none(target, tree):
    config = tree / ".pgo-lint.toml"
    config.symlink_to(target)
    profile = tree / "a/b/default.pgo"
    assert_refused(tool("pgo-lint", profile, cwd=tree), 4, ".pgo-lint.toml: a symbolic link that cannot be followed: ")
    assert tool("pgo-lint", "-", input=WARNED, cwd=tree / "a").returncode == 4
    config.unlink()
    (tree / "real.toml").write_text("fail-on = 'warning'\n")
    config.symlink_to("real.toml")
    assert lint(profile)[0] == 1


@pytest.mark.parametrize("path,code", [("-", 4), ("default.pgo", 4), (None, 1)])
def test_a_working_directory_that_is_gone_is_not_taken_for_one_without_configuration(path, code, tree):
    (tree / ".pgo-lint.toml").write_text("fail-on = 'warning'\n")
    (tree / "here").mkdir()
    lint_there = ["sh", "-c", 'rmdir "$PWD"; exec "$0" "$1"', pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-lint",
                  path or tree / "a/b/default.pgo"]
    run = subprocess.run(lint_there, cwd=tree / "here", input=WARNED, capture_output=True, check=False)
    assert run.returncode == code, run.stderr
    assert (b"<stdin>: whether a .pgo-lint.toml holds for it cannot be told: " in run.stderr) == (path == "-")


@pytest.mark.parametrize("target", ["missing", ".git"])
def test_a_repository_ends_at_its_git_even_if_that_is_a_link_to_nowhere(target, tree):
    (tree.parent / ".pgo-lint.toml").write_text("[severity]\nPGO401 = 'error'\n")
    (tree / ".git").rmdir()
    assert severity_in(tree) == "error"
    (tree / ".git").symlink_to(target)
    assert severity_in(tree) == "warning"


def test_any_text_is_a_sound_or_a_refused_configuration(tree):
    """Truncations and single wrong bytes of a full configuration: never a crash, never a half-read one."""
    text = (b'go-version = "1.23"\nfail-on = "warning"\nmax-age = "30d"\ndisable = ["PGO401", "no-samples"]\n'
            b"[severity]\nPGO402 = 'error'\n")
    config = tree / ".pgo-lint.toml"
    for end in range(0, len(text), 3):
        for broken in (text[:end], text[:end] + b"\xff" + text[end + 1:], text[:end] + b"[" + text[end + 1:]):
            config.write_bytes(broken)
            run = subprocess.run([os.path.join(os.environ["PGOPROF_BIN"], "pgo-lint"), tree / "a/b/default.pgo"],
                                 capture_output=True, check=False)
            assert run.returncode in (0, 1, 3), (broken, run.stderr)
            assert (run.returncode == 3) == bool(run.stderr)
