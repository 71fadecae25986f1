"""pgo-merge --min-success: going on when inputs fail."""

import os
import pathlib
import re

import pytest

from pgoprof_testing.merge_tool import SECOND, cpu_profile, framed, provenance, run, store


@pytest.fixture
def good(tmp_path):
    return [store(tmp_path / f"{i}.pprof", cpu_profile(b"main.f%d" % i, value=i + 1)) for i in range(7)]


@pytest.fixture
def bad(tmp_path):
    """A missing one, a damaged one, and one that cannot be added."""
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"<html>")
    return [tmp_path / "missing", damaged, store(tmp_path / "negative", cpu_profile(value=-1))]


def failures(result):
    return re.findall(r"^pgo-merge: error: ([^:]*): ", result.stderr.decode(), re.MULTILINE)


@pytest.mark.parametrize("least", ["1", "7", "70%", "0%", "69.9%"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_goes_on(good, bad, tmp_path, least, jobs):
    output = tmp_path / "merged.pprof"
    result = run("--min-success", least, bad[0], *good[:3], bad[1], *good[3:], bad[2], "-o", output, f"-j{jobs}")
    assert (result.returncode, result.stdout) == (5, b"")
    assert failures(result) == list(map(str, bad))
    assert b"warning: 3 of 10 inputs are not in the result" in result.stderr
    assert provenance(output.read_bytes()) == (
        "pgoprof/1 inputs=7 failed=3 duration=30000000000..30000000000 scaled=0")
    assert run(*good).returncode == 0


@pytest.mark.parametrize("least, needed", [("8", 8), ("10", 10), ("70.1%", 8), ("100%", 10), ("11", 11)])
def test_below_the_minimum_nothing_is_written(good, bad, tmp_path, least, needed):
    output = tmp_path / "merged.pprof"
    output.write_bytes(b"old")
    result = run("--min-success", least, *good, *bad, "-o", output)
    assert (result.returncode, output.read_bytes()) == (4, b"old")
    assert b"7 of 10 inputs can be merged, fewer than the %d that --min-success asks for" % needed in result.stderr
    content = run("--min-success=8", *good, bad[1], bad[2], "-o", output)
    assert (content.returncode, output.read_bytes()) == (3, b"old")
    assert run("--min-success=0%", *bad).returncode == 4


def test_without_failures(good):
    assert run("--min-success=7", *good).stdout == run(*good).stdout
    few = run("--min-success=8", *good)
    assert (few.returncode, few.stdout) == (1, b"")


def test_every_share_counts_exactly(tmp_path):
    """P% of n inputs, where floating point could go astray."""
    profile, missing = store(tmp_path / "p", cpu_profile()), tmp_path / "missing"
    for percent in (7, 29, 57, 58):
        listed = tmp_path / "list"
        listed.write_text(f"{profile}\n" * percent + f"{missing}\n" * (100 - percent))
        assert run("--min-success", f"{percent}%", "--input-files", listed).returncode == 5
        assert run("--min-success", f"{percent}.000001%", "--input-files", listed).returncode == 4


@pytest.mark.parametrize("percent, merged", [("99.9", 999), ("0.9", 9), ("56.6", 566)])
def test_fractions_of_percents_count_exactly(percent, merged, good, tmp_path):
    listed = tmp_path / "list"
    listed.write_text(f"{good[0]}\n" * merged + "missing\n" * (1000 - merged))
    assert run(f"--min-success={percent}%", "--input-files", listed, cwd=tmp_path).returncode == 5
    assert run(f"--min-success={percent}0001%", "--input-files", listed, cwd=tmp_path).returncode == 4


def test_partial_merges_add_failures_up(good, bad, tmp_path):
    left, right = tmp_path / "left", tmp_path / "right"
    assert run("--min-success=1", *good[:3], bad[0], "-o", left).returncode == 5
    assert run("--min-success=1", *good[3:], bad[1], bad[2], "-o", right).returncode == 5
    merged = run(left, right)
    assert (merged.returncode, merged.stderr) == (0, b"")
    assert "inputs=7 failed=3 " in provenance(merged.stdout)
    assert merged.stdout == run("--min-success=1", *good, *bad).stdout
    again = run("--min-success=1", left, right, bad[0])
    assert again.returncode == 5 and "inputs=7 failed=4 " in provenance(again.stdout)


def test_durations_that_differ_are_not_tolerated(good, tmp_path):
    short = store(tmp_path / "short", cpu_profile(duration=SECOND))
    result = run("--min-success=1", *good, short)
    assert (result.returncode, result.stdout) == (1, b"")


def test_failed_inputs_have_no_say_in_the_durations(good, tmp_path):
    short = store(tmp_path / "short", cpu_profile(duration=SECOND, value=-1))
    result = run("--min-success=1", *good, short)
    assert result.returncode == 5
    assert provenance(result.stdout).endswith("failed=1 duration=30000000000..30000000000 scaled=0")


def test_a_failed_write_is_no_partial_success(good, bad, tmp_path):
    result = run("--min-success=1", *good, bad[1], "-o", tmp_path / "no/such/folder")
    assert result.returncode == 4
    assert b"no/such/folder" in result.stderr


def test_overflow_of_the_sum_is_not_tolerated(good, tmp_path):
    huge = store(tmp_path / "huge", cpu_profile(b"main.f0", value=922337203685))
    assert run("--min-success=1", "--weighted-input", f"{1 << 30},{huge}", good[0]).returncode == 3


def test_frames(good):
    contents = [path.read_bytes() for path in good]
    result = run("--framed", "--min-success=50%", input=framed(contents[0], b"<html>", *contents[1:], b""))
    assert result.returncode == 5
    assert failures(result) == ["stdin, profile 2", "stdin, profile 9"]
    assert "inputs=7 failed=2 " in provenance(result.stdout)
    broken = run("--framed", "--min-success=1", input=framed(*contents)[:-1])
    assert (broken.returncode, broken.stdout) == (3, b"")


def test_copies_in_a_shard_are_neither(good, tmp_path):
    damaged = tmp_path / "copy"
    damaged.write_bytes(good[0].read_bytes()[:-1])
    result = run("--shard=1/1", "--min-success=66%", good[0], good[0], good[1], damaged)
    assert result.returncode == 5
    assert "inputs=2 failed=1 " in provenance(result.stdout)
    assert run("--shard=1/1", "--min-success=67%", good[0], good[0], good[1], damaged).returncode == 3


@pytest.mark.parametrize("least", ["", "0", "-1", "x", "%", "101%", "-1%", "1.5", "50 %"])
def test_senseless(least):
    result = run(f"--min-success={least}", "x")
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"--min-success" in result.stderr


def test_help_and_readme_say_what_5_means():
    assert b"5 only part succeeded" in run("--help").stdout
    assert "| 5 | only part succeeded" in (pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "README.md").read_text("utf-8")
