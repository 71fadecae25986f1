"""Small files that would cost a careless reader gigabytes or minutes. Each is below 1 MB, and none is a usable profile."""

import functools
import gzip

from pgoprof_testing.wire import field, tag, varint

BYTES = 2

# Of profile.proto.
SAMPLE_TYPE, SAMPLE, LOCATION, FUNCTION, STRING_TABLE, COMMENT = 1, 2, 4, 5, 6, 13
LOCATION_ID, VALUE, LABEL = 1, 2, 3  # of Sample
LINE = 4  # of Location

MILLION = 1_000_000
MIB = 1 << 20


def pack(data):
    return gzip.compress(data, 9, mtime=0)


def claim(number, size):
    """The head of a length-delimited field that says it has `size` bytes."""
    return tag(number, BYTES) + varint(size)


def profile(*parts):
    """A sound beginning (an empty string, one sample type), then `parts`."""
    return field(STRING_TABLE, b"") + field(SAMPLE_TYPE, b"") + b"".join(parts)


def nested(depth):
    """A location in a location in a location...; each is a line to the one around it."""
    message = b""
    for _ in range(depth):
        message = field(LINE, message)
    return message


def edges_profile(name, leaf_lines, callers):
    """A sound profile: a function calls itself from so many places, and is inlined into itself so often."""
    def location(number, lines):
        return field(LOCATION, field(1, number) + field(3, number) + b"".join(lines))

    line = [field(LINE, field(1, 1) + field(2, number)) for number in range(callers + 2)]
    leaf = location(1, (line[:2] * leaf_lines)[:leaf_lines])
    return pack(b"".join([
        *(field(STRING_TABLE, text) for text in (b"", b"samples", b"count", name)),
        field(SAMPLE_TYPE, field(1, 1) + field(2, 2)), field(FUNCTION, field(1, 1) + field(2, 3) + field(5, 1)), leaf,
        *(location(i, [line[i]]) for i in range(2, callers + 2)),
        *(field(SAMPLE, field(LOCATION_ID, varint(1) + varint(i)) + field(VALUE, b"\1")) for i in range(2, callers + 2))]))


@functools.cache
def inlined_frames():
    """What it takes to build the edges grows with the product of both."""
    return edges_profile(b"main.f", 20_000, 20_000)


@functools.cache
def long_names():
    """Every edge names a function whose name is long."""
    return edges_profile(b"\x1b" * 1_000_000, 1, 90)


@functools.cache
def long_stacks():
    """A sound profile: stacks of thousands of locations, in each of which a function with a long name is inlined often."""
    line = field(LINE, field(1, 1) + field(2, 1))
    return pack(b"".join([
        *(field(STRING_TABLE, text) for text in (b"", b"samples", b"count", b"main." + b"x" * 100_000)),
        field(SAMPLE_TYPE, field(1, 1) + field(2, 2)), field(FUNCTION, field(1, 1) + field(2, 3) + field(5, 1)),
        *(field(LOCATION, field(1, i) + field(3, i) + line * 100) for i in range(1, 4)),
        *(field(SAMPLE, field(LOCATION_ID, varint(i % 3 + 1) * 5_000) + field(VALUE, b"\1")) for i in range(200))]))


@functools.cache
def bombs():
    """Name -> file content."""
    zeros = pack(bytes(256 * MIB))
    found = {
        "zeros, 1000:1": zeros,
        "gzip of gzip": pack(zeros),
        "many members": pack(bytes(MIB)) * 900,
        "a million empty samples": pack(profile(field(SAMPLE, b"") * MILLION)),
        "many samples": pack(profile(field(SAMPLE, field(VALUE, 1)) * 16 * MILLION)),
        "many labels": pack(profile(field(SAMPLE, field(VALUE, 1) + field(LABEL, b"") * 20 * MILLION))),
        "many empty locations": pack(profile(field(LOCATION, b"") * 20 * MILLION)),
        "many lines": pack(profile(field(LOCATION, field(1, 1) + field(LINE, b"") * 20 * MILLION))),
        "many one-byte strings": pack(profile(field(STRING_TABLE, b"a") * 20 * MILLION)),
        "many comments": pack(profile(field(COMMENT, bytes(50 * MILLION)))),
        "deep stack": pack(profile(field(SAMPLE, field(VALUE, 1) + field(LOCATION_ID, b"\1" * 50 * MILLION)))),
        "huge string": pack(profile(field(STRING_TABLE, b"a" * 50 * MILLION))),
        "huge declared string": profile(claim(STRING_TABLE, (1 << 63) - 1)),
        "huge declared sample": pack(profile(claim(SAMPLE, 1 << 40), claim(LOCATION_ID, 1 << 39))),
        "billions of packed ids": profile(claim(SAMPLE, 8 << 30), claim(LOCATION_ID, 4 << 30), b"\1" * 1000),
        "many sample types": pack(profile(field(SAMPLE_TYPE, b"") * 30_000)),
        "nested": profile(nested(20_000)),
    }
    assert all(len(content) < MILLION for content in found.values())
    return found
