"""pgo-merge --framed: varint-length-delimited profiles on stdin."""

import os
import pathlib
import subprocess

import pytest

from pgoprof_testing.merge_tool import TOOL, cpu_profile, framed, run, store, stored, varint

PROFILES = [stored(cpu_profile(b"main.f%d" % (i % 7), value=i + 1)) for i in range(20)]


def test_agrees_with_files(tmp_path):
    paths = [store(tmp_path / f"{i}.pprof", cpu_profile(b"main.f%d" % (i % 7), value=i + 1)) for i in range(20)]
    output = tmp_path / "merged.pprof"
    for jobs in (1, 2, 8):
        result = run("--framed", "-o", output, f"-j{jobs}", input=framed(*PROFILES))
        assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
        assert output.read_bytes() == run(*paths).stdout
    assert run("--framed", input=framed(PROFILES[0])).stdout == run(paths[0]).stdout


def test_frames_need_not_be_gzipped():
    plain = framed(cpu_profile().SerializeToString(), PROFILES[0])
    assert run("--framed", input=plain).stdout == run("--framed", input=framed(stored(cpu_profile()), PROFILES[0])).stdout


def test_a_shell_s_stdin_may_be_a_file(tmp_path):
    path = tmp_path / "frames"
    path.write_bytes(framed(*PROFILES))
    with path.open("rb") as stream:
        assert run("--framed", stdin=stream).stdout == run("--framed", input=framed(*PROFILES)).stdout


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_unusable_frames_are_named_by_number(jobs, tmp_path):
    output = tmp_path / "merged.pprof"
    stream = framed(*PROFILES[:6], PROFILES[6][:-5], b"<html>", b"", PROFILES[7])
    result = run("--framed", f"-j{jobs}", "-o", output, input=stream)
    assert (result.returncode, output.exists()) == (3, False)
    errors = result.stderr.decode().splitlines()
    assert errors[0].startswith("pgo-merge: error: stdin, profile 7: ")
    assert [line.split(": ")[2] for line in errors if ": error: " in line] == [
        f"stdin, profile {number}" for number in (7, 8, 9)]


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_stream_that_is_cut_off(jobs):
    whole = framed(*PROFILES[:6])
    result = run("--framed", f"-j{jobs}", input=whole + framed(PROFILES[6])[:-1])
    size = len(PROFILES[6])
    assert (result.returncode, result.stdout) == (3, b"")
    assert result.stderr.decode() == (
        f"pgo-merge: error: stdin, profile 7: the stream ends within the profile, after {size - 1} of its {size} bytes "
        f"(offset {len(whole) + len(framed(PROFILES[6])) - 1})\n")
    result = run("--framed", f"-j{jobs}", input=whole + b"\x80")
    assert result.returncode == 3
    assert f"stdin, profile 7: the stream ends within the length of the next profile (offset {len(whole)})" \
        in result.stderr.decode()
    for lost in (b"\xff" * 10, b"\xff" * 20):
        result = run("--framed", f"-j{jobs}", input=whole + lost)
        assert result.returncode == 3
        assert f"no varint (offset {len(whole)})" in result.stderr.decode()


def test_a_gzipped_profile_without_frames_is_no_stream():
    result = run("--framed", input=PROFILES[0])
    assert (result.returncode, result.stdout) == (3, b"")


def test_a_frame_beyond_the_limit():
    first = framed(PROFILES[0])
    limit = len(PROFILES[0])
    assert run("--framed", f"--max-input-size={limit}", input=first).returncode == 0
    result = run("--framed", f"--max-input-size={limit - 1}", input=first)
    assert (result.returncode, result.stdout) == (3, b"")
    assert b"--max-input-size" in result.stderr and b"(offset 0)" in result.stderr
    result = run("--framed", input=first + varint(1 << 40) + b"x")
    assert result.returncode == 3
    assert f"stdin, profile 2: a frame of {1 << 40} bytes" in result.stderr.decode()
    assert f"(offset {len(first)})" in result.stderr.decode()


def test_no_frames():
    result = run("--framed", input=b"")
    assert (result.returncode, result.stdout) == (3, b"")
    assert b"stdin: there is no profile in the stream" in result.stderr


@pytest.mark.parametrize("arguments", [["x"], ["-"], ["x", "-"]])
def test_no_file_can_be_given(arguments):
    result = run("--framed", *arguments, input=framed(PROFILES[0]))
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"--framed" in result.stderr


@pytest.mark.skipif("PGOPROF_SANITIZED" in os.environ, reason="sanitizers use memory of their own")
def test_memory_does_not_grow_with_the_stream():
    """200 times the same 12 KiB, and in the second run 5,000 times."""
    real = (pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real/mixed-go1.26.pprof").read_bytes()

    def peak(count):
        with subprocess.Popen([TOOL, "--framed", "-o", "/dev/null", "-j2"], stdin=subprocess.PIPE) as process:
            for _ in range(count):
                process.stdin.write(framed(real))
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss

    assert peak(5000) < peak(200) + 4096
