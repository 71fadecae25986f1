"""perf as the oracle of recordings: what `perf script -D` says that a recording holds, and how to make one."""

import functools
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from pgoprof_testing import go

PROGRAMS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs"
SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
USER_CONTEXT = 2**64 - 512
FIRST_CONTEXT = 2**64 - 4095

_HEAD = re.compile(r"(?:\d+ )?(\d+) 0x[0-9a-f]+ \[0x[0-9a-f]+\]: PERF_RECORD_(\w+)(.*)")
_SAMPLE = re.compile(r"\(IP, 0x([0-9a-f]+)\): (-?\d+)/(-?\d+): (0x[0-9a-f]+|0) period: (\d+)")
_MAPPING = re.compile(r" (-?\d+)/-?\d+: \[(0x[0-9a-f]+|0)\((0x[0-9a-f]+|0)\) @ (0x[0-9a-f]+|0)(.*?)\]: (\S+) (.*)")
_NAME = re.compile(r"( exec)?: (.*):(-?\d+)/(-?\d+)")
_FORK = re.compile(r"\((-?\d+):-?\d+\):\((-?\d+):-?\d+\)")


def run_perf(*arguments, **options):
    return subprocess.run(["perf", *map(str, arguments)], **{"capture_output": True, "check": True, **options}).stdout


@functools.cache
def need_perf():
    """Skips where perf is not there or not allowed to record."""
    if shutil.which("perf") is None:
        pytest.skip("needs perf")
    run = subprocess.run(["perf", "record", "-g", "-o", "/dev/null", "true"], capture_output=True, check=False)
    if run.returncode != 0:
        pytest.skip("perf may not record here")


@functools.cache
def program():
    """tests/support/go/perfload, built."""
    binary = go.cache_directory() / f"perfload.{os.getpid()}"
    go.go("build", "-o", binary, ".", cwd=SOURCE / "tests/support/go/perfload")
    return binary


def record(path, options, command):
    run_perf("record", "-q", "-o", path, *options, *command)
    return path


def record_pipe(path, options, command):
    with open(path, "wb") as out:
        piped = subprocess.Popen(["perf", "record", "-q", *options, "-o", "-", "--", *map(str, command)],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        subprocess.run(["cat"], stdin=piped.stdout, stdout=out, check=True)
        assert piped.wait() == 0
    return path


def read_items(path, *options):
    """Our reading of a recording: {"event": [lines], "sample": [lines], ...} and the lines in order."""
    run = subprocess.run([PROGRAMS / "recording_items", *options, path], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.decode("latin-1").split("\n")[:-1]


def is_pipe(path):
    with open(path, "rb") as file:
        return file.read(16)[8] == 16


def raw_dump(path):
    """The text of `perf script -D`, which delivers records in the order of their times, too."""
    with open(path, "rb") as file:
        source = {"stdin": file} if is_pipe(path) else {}
        return run_perf("script", "-D", "-i", "-" if source else path, **source).decode("latin-1")


def dump(path):
    """The same as read_items, from perf: without what it does not say."""
    lines = raw_dump(path).split("\n")
    for i, line in enumerate(lines):
        if head := _HEAD.match(line):
            item = _item(int(head[1]), head[2], head[3], lines, i + 1)
            if item is not None:
                yield item


def _item(time, kind, rest, lines, following):
    if kind == "SAMPLE":
        return _sample(time, rest, lines, following)
    if kind in ("MMAP", "MMAP2"):
        pid, start, size, offset, _, _, name = _MAPPING.match(rest).groups()
        return f"mapping {int(pid) % 2**32} {start} {size} {hex(int(offset, 16))} {name}"
    if kind == "COMM":
        by_exec, name, pid, tid = _NAME.match(rest).groups()
        return f"name {pid} {tid} {'exec' if by_exec else '-'} {name}"
    if kind == "FORK":
        pid, parent = _FORK.match(rest).groups()
        # What perf wrote itself of older processes has no time; their mappings follow, too.
        return None if time == 0 and pid != parent else f"fork {pid} {parent}"
    return None


def _sample(time, rest, lines, i):
    misc, pid, tid, ip, period = _SAMPLE.match(rest).groups()
    in_user = int(misc, 16) & 7 == 2
    chain = []
    user = in_user
    registers = {}
    stack = None
    while lines[i].startswith(".") or lines[i].startswith(" ."):
        if entry := re.match(r"\.{5} *\d+: ([0-9a-f]{16})$", lines[i]):
            address = int(entry[1], 16)
            if address >= FIRST_CONTEXT:
                user = address == USER_CONTEXT
            elif user:
                chain.append(hex(address))
        elif register := re.match(r"\.{4} (IP|SP) +0x([0-9a-f]+)", lines[i]):
            registers[register[1]] = hex(int(register[2], 16))
        elif used := re.match(r"\.{3} ustack: size (\d+)", lines[i]):
            stack = used[1]
        i += 1
    pid, tid = int(pid) % 2**32, int(tid) % 2**32  # of a thread that has just ended perf prints -1
    text = f"sample {pid} {tid} {time} {period} {'user' if in_user else 'kernel'} {hex(int(ip, 16))} " \
           f"[{''.join(' ' + address for address in chain)} ]"
    if registers and stack is not None:
        text += f" ip {registers['IP']} sp {registers['SP']} stack {stack}"
    return text
