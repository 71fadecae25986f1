"""No output takes the place of an input of another kind, nor of another output."""

import os
import pathlib

import pytest

from pgoprof_testing.merge_tool import run as merge
from pgoprof_testing.verdicts import tool as tool_run

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROFILE = SOURCE / "testdata/real/mixed-go1.26.pprof"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.pprof").write_bytes(PROFILE.read_bytes())
    (tmp_path / "link").symlink_to("in.pprof")
    (tmp_path / "list").write_text("in.pprof\n")
    return tmp_path


def refused(result, folder):
    assert result.returncode == 2, result.stderr
    assert b"would replace an input" in result.stderr
    assert (folder / "in.pprof").read_bytes() == PROFILE.read_bytes()
    assert (folder / "list").read_text() == "in.pprof\n"


@pytest.mark.parametrize("output", ["in.pprof", "./in.pprof", "link"])
@pytest.mark.parametrize("tool", ["pgo-lint", "pgo-report"])
def test_a_report_is_not_written_over_its_profile(folder, tool, output):
    refused(tool_run(tool, "in.pprof", "-o", output), folder)


def test_nor_over_a_profile_that_was_found(folder):
    (folder / "go.mod").write_text("module m\n")
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
    (folder / "in.pprof").rename(folder / "default.pgo")
    result = tool_run("pgo-lint", "-o", "default.pgo")
    assert result.returncode == 2, result.stderr
    assert (folder / "default.pgo").read_bytes() == PROFILE.read_bytes()


def test_nor_over_the_base(folder):
    refused(tool_run("pgo-report", PROFILE, "--base", "in.pprof", "-o", "in.pprof"), folder)


@pytest.mark.parametrize("arguments", [["in.pprof", "-o", "out", "--summary", "link"],
                                       ["--input-files", "list", "-o", "list"],
                                       ["--input-files", "list", "-o", "out", "--summary", "in.pprof"],
                                       ["--input-files", "list", "-o", "out", "--summary", "list"]])
def test_a_merge_keeps_what_it_reads(folder, arguments):
    refused(merge(*arguments), folder)
    assert not (folder / "out").exists()


def test_a_merge_may_replace_a_profile_by_a_profile(folder):
    assert merge("in.pprof", "-o", "in.pprof").returncode == 0


def test_two_outputs_are_told_apart_before_either_exists(folder):
    (folder / "to-come").symlink_to("same")
    result = merge("in.pprof", "-o", "same", "--summary", "to-come")
    assert result.returncode == 2
    assert b"--summary and --output are the same" in result.stderr


@pytest.mark.parametrize("convert", [lambda *options: tool_run("pgo-convert", *options), merge])
def test_no_terminal_gets_a_profile_by_its_name(folder, convert):
    controller, terminal = os.openpty()
    try:
        (folder / "tty").symlink_to(os.ttyname(terminal))
        for name in ("tty", os.ttyname(terminal)):
            result = convert("in.pprof", "-o", name)
            assert result.returncode == 2 and b"refusing to write binary data to a terminal" in result.stderr
        os.set_blocking(controller, False)
        with pytest.raises(BlockingIOError):
            os.read(controller, 1)
    finally:
        os.close(terminal)
        os.close(controller)
