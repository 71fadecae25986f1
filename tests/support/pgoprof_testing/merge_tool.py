"""pgo-merge as the tests run it, and small CPU profiles to give it."""

import gzip
import os
import subprocess

import profile_pb2

TOOL = os.path.join(os.environ["PGOPROF_BIN"], "pgo-merge")
SECOND = 1_000_000_000


def run(*arguments, **options):
    return subprocess.run([TOOL, *map(str, arguments)], **{"capture_output": True, "check": False, **options})


def cpu_profile(function=b"main.work", value=1, duration=30 * SECOND, period=10_000_000, file_name=b"main.go"):
    message = profile_pb2.Profile(
        string_table=[b"", b"samples", b"count", b"cpu", b"nanoseconds", function, file_name],
        duration_nanos=duration, time_nanos=1, period=period)
    message.sample_type.add(type=1, unit=2)
    message.sample_type.add(type=3, unit=4)
    message.period_type.type, message.period_type.unit = 3, 4
    message.function.add(id=1, name=5, system_name=5, filename=6, start_line=10)
    message.location.add(id=1, address=0x1000).line.add(function_id=1, line=12)
    message.sample.add(location_id=[1], value=[value, value * 10_000_000])
    return message


def stored(message):
    return gzip.compress(message.SerializeToString(), mtime=0)


def store(path, message):
    path.write_bytes(stored(message))
    return path


def parse(data):
    message = profile_pb2.Profile()
    message.ParseFromString(gzip.decompress(data))
    return message


def provenance(data):
    """The provenance comment of a merge."""
    message = parse(data)
    comments = [message.string_table[index].decode() for index in message.comment]
    found = [comment for comment in comments if comment.startswith("pgoprof/1 ")]
    assert len(found) == 1
    return found[0]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def framed(*contents):
    return b"".join(varint(len(content)) + content for content in contents)
