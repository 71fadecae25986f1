"""A Go program that knows its own symbols (tests/support/go/symbols), built in many ways, and what the library finds in it."""

import os
import pathlib
import subprocess

import pytest

from pgoprof_testing import go

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "go" / "symbols"

# Arguments of go build, and whether it may use C. What uses C is linked by the system's linker.
MODES = {
    "plain": ([], False),
    "stripped": (["-ldflags=-s -w"], False),
    "pie": (["-buildmode=pie"], False),
    "pie-stripped": (["-buildmode=pie", "-ldflags=-s -w"], False),
    "cgo": ([], True),
    "cgo-pie-stripped": (["-buildmode=pie", "-ldflags=-s -w"], True),
}


def toolchain(version):
    """What makes `go` be that of another version, from the module proxy where it is not at hand yet; skips without."""
    variables = {**os.environ, "GOTOOLCHAIN": f"go{version}", "GOFLAGS": "", "GOWORK": "off"}
    got = subprocess.run([go.go_command(), "version"], env=variables, capture_output=True, text=True, check=False)
    if f"go{version} " not in got.stdout:
        pytest.skip(f"Go {version} cannot be had here: {got.stderr.strip()}")
    return go.go_command(), variables


def build(target, mode, toolchain, flags=(), arch="amd64"):
    command, variables = toolchain
    mode_flags, uses_c = MODES[mode]
    variables = {**variables, "CGO_ENABLED": str(int(uses_c)), "GOARCH": arch}
    run = subprocess.run([command, "build", *mode_flags, *flags, "-o", target, "."], cwd=PROGRAM, env=variables,
                         capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return target


def _frames_command():
    return pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs" / "go_frames"


def compare_all_code(binary, *emulator):
    """How many addresses the program and the library agree on, which must be all."""
    walk = [*emulator, binary, "walk"]
    with subprocess.Popen(walk, stdout=subprocess.PIPE) as itself, \
            subprocess.Popen([_frames_command(), binary], stdout=subprocess.PIPE) as library:
        addresses = 0
        for expected in itself.stdout:
            found = library.stdout.readline()
            assert found == expected, f"{found!r} instead of {expected!r}"
            begin, end, _ = expected.split(b"\t", 2)
            addresses += int(end, 16) - int(begin, 16)
        assert library.stdout.read() == b""
    assert itself.returncode == 0 and library.returncode == 0
    return addresses


def frames_at_offsets(binary, offsets):
    """For each offset of the file, the frames there: [(name, start line, file, line)], or None where there is no code."""
    asked = "".join(f"{offset:x}\n" for offset in offsets)
    run = subprocess.run([_frames_command(), binary, "at"], input=asked, capture_output=True, text=True, check=True)
    return [_parse(line) for line in run.stdout.splitlines()]


def info(binary):
    """What the library says of the file: {"source": "pclntab", "setting GOARCH": "amd64", ...}."""
    run = subprocess.run([_frames_command(), binary, "info"], capture_output=True, text=True, check=True)
    return dict(line.split("\t", 1) for line in run.stdout.splitlines())


def frames_by_address(*command, step):
    """The frames of every address that `step` divides, from what go_frames or the program itself prints."""
    frames = {}
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        begin, end, found = line.split("\t", 2)
        begin, end = int(begin, 16), int(end, 16)
        frames.update(dict.fromkeys(range(-(-begin // step) * step, end, step), _parse(found)))
    return frames


def library_frames(binary, step):
    return frames_by_address(_frames_command(), binary, step=step)


def break_pclntab(binary):
    """Makes its magic number another."""
    content = bytearray(binary.read_bytes())
    at = content.find(b"\xf1\xff\xff\xff\0\0\x01\x08")
    assert at > 0
    content[at] = 0
    binary.write_bytes(content)


def _parse(line):
    if line in "?-":
        return None if line == "?" else []
    fields = line.split("\t")
    return [(name, int(start_line), file, int(number))
            for name, start_line, file, number in zip(*(fields[i::4] for i in range(4)), strict=True)]
