"""pgo-report --base."""

import json
import os
import pathlib

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import tool


def profile(weights, **header):
    return profiles.from_stacks([([name, "main.main"], weight) for name, weight in weights.items()], **header)


OLD = {"main.a": 5000, "main.b": 4950, "main.c": 50}
NEW = {"main.a": 6980, "main.c": 3000, "main.d": 20}


def report(old, new, *options):
    run = tool("pgo-report", "--format", "json", "--base", old, *options, new)
    assert run.stderr == b""
    return run.returncode, json.loads(run.stdout)


@pytest.fixture
def pair(write):
    return write(profile(OLD), "old.pgo"), write(profile(NEW), "new.pgo")


def test_the_document(pair):
    code, document = report(*pair)
    assert code == 0 and document["view"] == "changes" and document["base"]["file"] == str(pair[0])
    assert document["overlap"] == pytest.approx(5000 / 9950)
    assert document["weight_moved"] == pytest.approx(0.495)
    assert (document["entered"], document["left"], document["change_count"]) == (1, 1, 3)
    first = document["changes"][0]
    assert (first["callee"], first["base_percent"], first["percent"]) == ("main.b", pytest.approx(49.5), 0)
    assert (first["was_hot"], first["hot"]) == (True, False)
    assert document["beyond_noise"] and document["noise"]["low"] > 0.9
    assert document["rank_correlation"] == pytest.approx(0.5)


def test_the_text(pair):
    lines = tool("pgo-report", "--base", *pair).stdout.decode().splitlines()
    assert lines[0] == f"base:             {pair[0]} (3 call edges, 2 hot)"
    assert lines[2] == "hot edges:        1 entered, 1 left, 1 stayed"
    assert lines[3] == "overlap:          50.3% of the weight of the hot sets"
    assert lines[7] == "verdict:          the hot sets differ by more than sampling noise"
    assert lines[10].split() == ["-49.500%", "49.500%", "0.000%", "left", "main.main", "+3", "(main.go:13)"]
    assert lines[11].split() == ["->", "main.b"]
    assert lines[12].split()[3] == "entered" and lines[14].split()[3] == "stayed"


def test_a_profile_resembles_itself(pair):
    code, document = report(pair[0], pair[0], "--fail-below", "100%")
    assert (code, document["overlap"], document["weight_moved"], document["rank_correlation"]) == (0, 1, 0, 1)
    assert not document["beyond_noise"] and {change["hot"] for change in document["changes"]} == {True}


def test_a_real_profile_resembles_itself():
    """Its shares do not add up to 1 in floating point."""
    path = os.path.join(os.environ["PGOPROF_SOURCE"], "testdata/real/mixed-go1.26.pprof")
    assert report(path, path, "--fail-below", "100%")[0] == 0


@pytest.mark.parametrize("least, code", [("50%", 0), ("50.3%", 1), ("0%", 0), ("100%", 1)])
def test_fail_below(least, code, pair):
    assert report(*pair, "--fail-below", least)[0] == code
    text = tool("pgo-report", "--base", pair[0], "--fail-below", least, pair[1])
    assert text.returncode == code and (b"below the" in text.stdout) == (code == 1)


def test_few_samples_cannot_tell(write):
    old = write(profile({name: max(1, weight // 2500) for name, weight in OLD.items()}), "old.pgo")
    new = write(profile({name: max(1, weight // 2500) for name, weight in NEW.items()}), "new.pgo")
    code, document = report(old, new)
    assert code == 0 and not document["beyond_noise"]
    assert b"within sampling noise" in tool("pgo-report", "--base", old, new).stdout


def test_a_sample_of_cpu_time_is_a_period(write):
    """2 samples of 10 ms each, not 20,000,000 of 1 ns."""
    old = profile({"main.a": 20_000_000, "main.b": 20_000_000})
    new = profile({"main.a": 20_000_000, "main.c": 20_000_000})
    for message in (old, new):
        strings = list(message.string_table)
        message.sample_type[0].type, message.sample_type[0].unit = strings.index(b"cpu"), strings.index(b"nanoseconds")
    assert not report(write(old, "old"), write(new, "new"))[1]["beyond_noise"]
    old.period = new.period = 1
    assert report(write(old, "old"), write(new, "new"))[1]["beyond_noise"]


def test_captures_of_one_program_under_one_load():
    real = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
    old, new = (real / f"{name}-go1.26.pprof" for name in ("mixed", "mixed-again"))
    assert not report(old, new)[1]["beyond_noise"] and not report(new, old)[1]["beyond_noise"]


def test_preprofiled_files_can_be_compared(pair, write):
    preprofiled = [write(tool("pgo-report", "--format", "preprofile", path).stdout, name) for path, name in zip(pair, "ab")]
    assert report(*preprofiled)[1]["overlap"] == report(*pair)[1]["overlap"]


def test_an_ignored_profile_has_no_hot_set(pair, write):
    run = tool("pgo-report", "--format", "json", "--fail-below", "1%", "--base", pair[0], write(b"", "empty"))
    assert run.returncode == 1 and b"ignores this profile" in run.stderr
    assert json.loads(run.stdout)["overlap"] == 0


def test_what_goes_wrong(pair, tmp_path, write):
    missing = tmp_path / "missing"
    run = tool("pgo-report", "--base", missing, pair[1])
    assert run.returncode == 4 and str(missing).encode() in run.stderr
    run = tool("pgo-report", "--base", write(b"<html>", "page"), pair[1])
    assert run.returncode == 3 and b"page: " in run.stderr
    assert tool("pgo-report", "--base", "-", "-").returncode == 2
    assert tool("pgo-report", "--fail-below", "50%", pair[1]).returncode == 2
    assert tool("pgo-report", "--fail-below", "50", "--base", *pair).returncode == 2
    assert tool("pgo-report", "--format", "dot", "--base", *pair).returncode == 2


def test_base_from_stdin(pair):
    run = tool("pgo-report", "--base", "-", pair[1], input=pair[0].read_bytes())
    assert run.returncode == 0 and run.stdout.startswith(b"base:             <stdin> (")


@pytest.mark.parametrize("format", ["text", "json"])
def test_hostile_text_is_escaped(format, write):
    hostile = b"\x1b[31mred\x07\n::error::x\xff\xe2\x80\xae<b>"
    old = write(profiles.from_stacks([([hostile, "g" + "\r"], 100)]), "old")
    new = write(profiles.from_stacks([([hostile, "h" + "\r"], 100)]), "new")
    text = tool("pgo-report", "--format", format, "--base", old, new).stdout.decode()
    assert all(c == "\n" or c.isprintable() for c in text) and text.count("::error::") == 2
