"""Small files of the formats that pgo-convert alone reads, which would cost a careless reader gigabytes or minutes.

Each is below 1 MB, and none can be used.
"""

import functools
import json
import random
import struct
import subprocess

from pgoprof_testing.bombs import MIB, MILLION, claim, pack
from pgoprof_testing.wire import field

HUGE = 1 << 62
SPEEDSCOPE = "https://www.speedscope.app/file-format-schema.json"
SAMPLE_PERIOD_ADDRESS = 0x101  # PERF_SAMPLE_IP | PERIOD
MMAP, COMM, FORK, SAMPLE, HEADER_ATTR, FINISHED_ROUND, COMPRESSED, UNKNOWN = 1, 3, 7, 9, 64, 68, 81, 99
USER = 2  # in a record's misc


def words(*values):
    return struct.pack(f"<{len(values)}Q", *values)


def attribute(sample_type=SAMPLE_PERIOD_ADDRESS, stack_bytes=0):
    """A perf_event_attr of the oldest layout that has a stack's size, of cpu-clock."""
    return struct.pack("<II", 1, 96) + words(0, 1000, sample_type, 0, 0, 0, 0, 0, 0, 0) + struct.pack("<II", stack_bytes, 0)


def record(kind, body, size=None, misc=0):
    return struct.pack("<IHH", kind, misc, 8 + len(body) if size is None else size) + body


def perf_file(records=b"", *, data=None, attrs=None, ids=(0, 0), attr_bytes=112, features=0, after=b""):
    """perf.data of one event; sections can be said to be anywhere."""
    head = 104
    entry = attribute() + words(*ids)
    attrs = attrs or (head, len(entry))
    data = data or (head + len(entry), len(records))
    return b"PERFILE2" + words(head, attr_bytes, *attrs, *data, 0, 0, features, 0, 0, 0) + entry + records + after


def pipe(*records):
    return b"PERFILE2" + words(16) + record(HEADER_ATTR, attribute() + words(7)) + b"".join(records)


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


def compressed(content):
    """As records that perf would have written, of at most 64 KiB."""
    packed = zstd(content)
    return b"".join(record(COMPRESSED, packed[i:i + 60_000]) for i in range(0, len(packed), 60_000))


def speedscope(profiles, frames=1):
    return json.dumps({"$schema": SPEEDSCOPE, "shared": {"frames": [{"name": "f"}] * frames}, "profiles": profiles}).encode()


def sampled(samples, weights, **more):
    return {"type": "sampled", "name": "p", "unit": "none", "startValue": 0, "endValue": 1, "samples": samples,
            "weights": weights, **more}


def evented(events):
    return {"type": "evented", "name": "p", "unit": "none", "startValue": 0, "endValue": 1, "events": events}


def firefox(threads):
    return json.dumps({"meta": {"version": 24, "preprocessedProfileVersion": 49, "interval": 1, "product": "p"}, "libs": [], "threads": threads}).encode()


def firefox_thread(length):
    """Tables that say they have so many rows, and have but one."""
    def table(**columns):
        return {"length": length, **{name: [value] for name, value in columns.items()}}
    return {"name": "t", "pid": 1, "tid": 1, "samples": table(stack=0, weight=1, time=1),
            "stackTable": table(prefix=None, frame=0), "frameTable": table(func=0, address=-1, inlineDepth=0),
            "funcTable": table(name=0, resource=-1), "resourceTable": table(lib=-1), "stringArray": ["f"]}


def otlp(dictionary=b"", profile=b""):
    """ProfilesData {resource_profiles = 1, dictionary = 2}."""
    return field(1, field(2, field(2, profile))) + field(2, dictionary)


def deep_stack(depth):
    """A stack in which each frame is the prefix of the next."""
    thread = firefox_thread(1)
    thread["stackTable"] = {"length": depth, "prefix": [None, *range(depth - 1)], "frame": [0] * depth}
    thread["samples"]["stack"] = [depth - 1]
    return firefox([thread])


def forks_of_a_long_name():
    """Each process begins with the name of its parent."""
    name = record(COMM, struct.pack("<II", 1, 1) + b"n" * 65_000)
    return pipe(name, *(record(FORK, struct.pack("<IIIIQ", pid, 1, pid, 1, 0)) for pid in range(2, 25_000)))


def mappings_of_long_names():
    """Half a gigabyte of names that differ, beside what does not compress: else that would be refused as too much."""
    def mapping(i):
        return record(MMAP, struct.pack("<II", 1, 1) + words(i << 12, 4096, 0) + b"%08d" % i + b"n" * 65_000, misc=USER)
    ballast = [record(UNKNOWN, random.Random(i).randbytes(60_000)) for i in range(8)]
    rounds = [compressed(b"".join(map(mapping, range(i, i + 100)))) + record(FINISHED_ROUND, b"") for i in range(0, 8_000, 100)]
    return pipe(*ballast, *rounds)


def forks_of_many_mappings():
    """Each process maps one more file than its parent, and so no longer shares its thousand."""
    def mapping(pid, i):
        return record(MMAP, struct.pack("<II", pid, pid) + words(i << 12, 4096, 0) + b"//anon\0\0", misc=USER)
    forks = (record(FORK, struct.pack("<IIIIQ", pid, 1, pid, 1, 0)) + mapping(pid, 1_000) for pid in range(2, 8_000))
    return pipe(*(mapping(1, i) for i in range(1_000)), *forks)


def many_deep_stacks(depth, address):
    """A stack of each depth: a row of the table each, but quadratic as stacks."""
    thread = firefox_thread(1)
    thread["stackTable"] = {"length": depth, "prefix": [None, *range(depth - 1)], "frame": [0] * depth}
    thread["samples"].update(length=depth, stack=[*range(depth)], weight=[1] * depth, time=[*range(depth)])
    thread["frameTable"]["address"] = [address]
    thread["funcTable"]["resource"] = [0]
    thread["resourceTable"]["lib"] = [0]
    profile = json.loads(firefox([thread]))
    profile["libs"] = [{"path": "/nowhere/program", "codeId": "ab"}]
    return json.dumps(profile).encode()


def perf_bombs():
    """Name -> content of perf.data files."""
    zeros = compressed(bytes(512 * MIB))
    mapping = record(MMAP, struct.pack("<II", 1, 1) + words(0, 4096, 0) + b"//anon\0\0")
    return {
        "data that is said to be huge": perf_file(data=(216, HUGE)),
        "data that ends behind the last number": perf_file(data=(216, 2**64 - 8)),
        "attributes that are said to be huge": perf_file(attrs=(104, HUGE)),
        "attributes in billions of nothing": perf_file(attrs=(104, 1 << 40), attr_bytes=0),
        "ids that are said to be huge": perf_file(ids=(104, HUGE)),
        "features that are said to be huge": perf_file(mapping, features=(1 << 2) | (1 << 12), after=words(300, HUGE, 300, HUGE)),
        "features everywhere": perf_file(mapping, features=2**64 - 1),
        "events that are said to be billions": perf_file(mapping, features=1 << 12, after=words(216 + len(mapping) + 16, 8) + struct.pack("<II", 2**32 - 1, 0)),
        "records of no size": perf_file(record(SAMPLE, b"", 0) * 10_000),
        "a stack that is said to be huge": perf_file(record(SAMPLE, words(1, 1, 1 << 60))),
        "many attributes": b"PERFILE2" + words(16) + record(HEADER_ATTR, attribute() + words(7)) * 8_000,
        "compressed zeros": perf_file(zeros),
        "compressed zeros in a pipe": pipe(zeros),
        "compressed records of mappings": perf_file(compressed(mapping * 2 * MILLION)),
        "forks of a long name": forks_of_a_long_name(),
        "forks of many mappings": forks_of_many_mappings(),
        "mappings of long names": mappings_of_long_names(),
        "what is compressed is compressed": perf_file(compressed(zeros)),
        "gzip of compressed zeros": pack(perf_file(zeros)),
        "gzip of a recording of zeros": pack(perf_file(bytes(80 * MILLION))),
    }


def text_bombs():
    """Name -> content of everything else."""
    return {
        "folded, gzip": pack(b"a;" * 40 * MILLION + b"b 1\n"),
        "folded, deep": pack(b"a;" * 10 * MILLION + b"b 1\n"),
        "folded, a name of megabytes": pack(b"a" * 20 * MILLION + b";b 1\n"),
        "folded, counts that are too large": b"a;b 9223372036854775807\na;b 9223372036854775807\n",
        "perf script, deep": pack(b"p 1 1.0: 1 cpu-clock: \n" + b"\t1 a (b)\n" * 5 * MILLION + b"\n"),
        "perf script, a line of megabytes": pack(b"p 1 1.0: 1 cpu-clock: \n\t1 " + b"a" * 80 * MILLION + b" (b)\n\n"),
        "perf script, a line of parentheses": pack(b"p 1 1.0: 1 cpu-clock: \n\t1 a" + b" (" * MILLION + b" ([b])\n\n"),
        "JSON, deep": b"[" * (MILLION - 1),
        "JSON, deep in speedscope": b'{"$schema":"' + SPEEDSCOPE.encode() + b'","shared":' + b'{"a":' * 150_000,
        "JSON, gzip": pack(b'{"shared":{"frames":[' + b'{"name":"f"},' * 4 * MILLION),
        "JSON, a string of megabytes": pack(b'{"shared":"' + b"a" * 80 * MILLION + b'","profiles":[]}'),
        "speedscope, weights beyond all numbers": speedscope([sampled([[0]], [1e308])]),
        "speedscope, frames that are not there": speedscope([sampled([[HUGE]], [1])]),
        "speedscope, deep": pack(speedscope([sampled([[0] * 2 * MILLION], [1])])),
        "speedscope, many samples": pack(speedscope([sampled([[0]] * 3 * MILLION, [1])])),
        "speedscope, never closed": pack(speedscope([evented([{"type": "O", "frame": 0, "at": 0}] * 200_000)])),
        "firefox, rows that are not there": firefox([firefox_thread(HUGE)]),
        "firefox, negative rows": firefox([firefox_thread(-1)]),
        "firefox, deep": pack(deep_stack(70_000)),
        "firefox, many deep stacks": many_deep_stacks(20_000, -1),
        "firefox, many deep stacks of addresses": many_deep_stacks(20_000, 16),
        "otlp, a dictionary that is said to be huge": field(1, b"") + claim(2, HUGE) + b"\0" * 100,
        "otlp, many strings": pack(otlp(dictionary=field(5, b"") * 20 * MILLION)),
        "otlp, many locations": pack(otlp(dictionary=field(2, b"") * 20 * MILLION)),
        "otlp, many samples": pack(otlp(profile=field(2, b"") * 20 * MILLION)),
        "gperftools, a stack that is said to be huge": words(0, 3, 0, 1000, 0) + words(1, 1 << 60, 1),
        "gperftools, counts that are too large": words(0, 3, 0, 1000, 0) + words(2**63, 1, 1) * 2 + words(0, 1, 0),
        "gperftools, gzip": pack(words(0, 3, 0, 1000, 0) + words(1, 1, 1) * 4 * MILLION + words(0, 1, 0)),
        "preprofile, gzip": pack(b"GO PREPROFILE V1\n" + b"a\nb\n1 1\n" * 8 * MILLION),
        "preprofile, a weight beyond all numbers": b"GO PREPROFILE V1\na\nb\n1 99999999999999999999\n",
    }


@functools.cache
def foreign_bombs():
    """Name -> file content."""
    found = {**perf_bombs(), **text_bombs()}
    assert all(len(content) < MILLION for content in found.values())
    return found
