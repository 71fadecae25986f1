"""Files of foreign formats, made of what a runtime/pprof profile says, and read and written by our decoders."""

import functools
import gzip
import json
import os
import pathlib
import struct
import subprocess

import profile_pb2

from pgoprof_testing import go

PROGRAM = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs" / "foreign_formats"
PROGRAM_SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "tests/support/go/capture"


def read(kind, path, out, *binary):
    """The notes that it printed; the profile is in `out`."""
    return _run("read", kind, path, out, *binary)


def write(kind, path, out):
    return _run("write", kind, path, out)


def _run(*arguments):
    run = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def message(path):
    return profile_pb2.Profile.FromString(pathlib.Path(path).read_bytes())


@functools.cache
def captured():
    """A program, and a CPU profile of it that its own runtime/pprof took: (binary, message)."""
    folder = go.cache_directory() / f"foreign.{os.getpid()}"
    folder.mkdir(exist_ok=True)
    binary = folder / "capture"
    go.go("build", "-o", binary, ".", cwd=PROGRAM_SOURCE)
    subprocess.run([binary, "-seconds=3", "-o", folder / "capture.pprof"], check=True)
    return binary, profile_pb2.Profile.FromString(gzip.decompress((folder / "capture.pprof").read_bytes()))


def stacks_of_addresses(profile):
    """[(addresses leaf first, callers' being return addresses; count)]."""
    addresses = {location.id: location.address for location in profile.location}
    for sample in profile.sample:
        chain = [addresses[id] for id in sample.location_id]
        # The runtime has callers' addresses one less than where they return to.
        yield [chain[0], *(address + 1 for address in chain[1:])], sample.value[0]


def named_stacks(profile):
    """{((name, file, start line, line), ... leaf first): first value}, without the leaf's own line."""
    functions = {function.id: function for function in profile.function}
    lines = {location.id: location.line for location in profile.location}
    text = profile.string_table
    stacks = {}
    for sample in profile.sample:
        frames = [(text[functions[line.function_id].name], text[functions[line.function_id].filename],
                   functions[line.function_id].start_line, line.line)
                  for id in sample.location_id for line in lines[id]]
        stacks[tuple(frames)] = stacks.get(tuple(frames), 0) + sample.value[0]
    return stacks


def gperftools(profile, binary):
    words = [0, 3, 0, 10_000, 0]
    for chain, count in stacks_of_addresses(profile):
        words += [count, len(chain), *chain]
    words += [0, 1, 0]
    mapping = profile.mapping[0]
    maps = f"{mapping.memory_start:08x}-{mapping.memory_limit:08x} r-xp {mapping.file_offset:08x} 00:00 1    {binary}\n"
    return struct.pack(f"<{len(words)}Q", *words) + maps.encode()


def firefox(profile, binary):
    """As samply has it: unsymbolized, addresses relative to the library, callers' one less than where they return to."""
    base = profile.mapping[0].memory_start
    frames, stacks, samples, weights = {}, {}, [], []
    for chain, count in stacks_of_addresses(profile):
        prefix = None
        for position in reversed(range(len(chain))):
            address = chain[position] - base - (0 if position == 0 else 1)
            frame = frames.setdefault(address, len(frames))
            prefix = stacks.setdefault((prefix, frame), len(stacks))
        samples.append(prefix)
        weights.append(count)
    size = len(frames)
    thread = {
        "name": "main", "processName": "capture", "pid": "12", "tid": "12",
        "samples": {"length": len(samples), "stack": samples, "weight": weights, "weightType": "samples",
                    "timeDeltas": [10] * len(samples)},
        "frameTable": {"length": size, "address": list(frames), "func": list(range(size)), "inlineDepth": [0] * size},
        "funcTable": {"length": size, "name": list(range(size)), "resource": [0] * size},
        "resourceTable": {"length": 1, "lib": [0], "name": [0]},
        "stackTable": {"length": len(stacks), "prefix": [prefix for prefix, _ in stacks],
                       "frame": [frame for _, frame in stacks]},
        "stringArray": [hex(address) for address in frames],
    }
    return json.dumps({"meta": {"preprocessedProfileVersion": 55, "interval": 10, "startTime": 1},
                       "libs": [{"path": str(binary), "codeId": ""}], "threads": [thread]}).encode()
