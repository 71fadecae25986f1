"""gunzip accepts exactly what Go's compress/gzip accepts, and gives the same bytes."""

import os
import pathlib
import random
import struct
import subprocess
import zlib

import pytest

from pgoprof_testing import go
from pgoprof_testing.gzip_members import FCOMMENT, FEXTRA, FHCRC, FNAME
from pgoprof_testing.gzip_members import deflate, dynamic_block, fixed_block, member

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
PROGRAMS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs"
TEXT = b"the quick brown fox jumps over the lazy dog; " * 40


@pytest.fixture(scope="module")
def go_verdicts(tmp_path_factory):
    binary = tmp_path_factory.mktemp("go") / "gzipverdict"
    go.go("build", "-o", binary, ".", cwd=SOURCE / "tests/support/go/gzipverdict")
    return lambda inputs: run_verdicts(binary, inputs)


def run_verdicts(program, inputs):
    feed = b"".join(struct.pack("<I", len(data)) + data for data in inputs)
    lines = subprocess.run([program], input=feed, capture_output=True, check=True).stdout.decode().splitlines()
    assert len(lines) == len(inputs)
    return lines


def our_verdicts(inputs):
    return run_verdicts(PROGRAMS / "gzip_verdict", inputs)


def accepted(verdict):
    return verdict if verdict.startswith("accept") else "refuse"


def disagreements(go_verdicts, cases):
    """`cases` is a list of (what it is, bytes)."""
    inputs = [data for _, data in cases]
    rows = zip(cases, go_verdicts(inputs), our_verdicts(inputs))
    return [(name, theirs, ours) for (name, _), theirs, ours in rows if accepted(theirs) != accepted(ours)]


def accepted_names(cases):
    verdicts = our_verdicts([data for _, data in cases])
    return {name for (name, _), verdict in zip(cases, verdicts) if accepted(verdict) != "refuse"}


@pytest.fixture(scope="module")
def profiles():
    """Two small real profiles, from the compiler's testdata."""
    testdata = go.goroot() / "src/cmd/compile/internal/test/testdata/pgo"
    paths = [testdata / "inline/inline_hot.pprof", testdata / "devirtualize/devirt.pprof"]
    return [path.read_bytes() for path in paths]


def test_members(go_verdicts):
    cases = [
        ("nothing", b""),
        ("one", member(TEXT)),
        ("empty", member(b"")),
        ("two", member(TEXT) + member(b"more")),
        ("empty, full, empty", member() + member(TEXT) + member()),
        ("fifty", b"".join(member(TEXT[:i]) for i in range(50))),
        ("large then small", member(TEXT * 500) + member(b"x")),
        ("small then large", member(b"x") + member(TEXT * 500)),
        ("ratio of a thousand", member(bytes(3_000_000))),
        ("second cut", member(TEXT) + member(TEXT)[:-1]),
        ("second corrupt", member(TEXT) + member(TEXT, stream=b"\x07")),
        ("second with bad header", member(TEXT) + member(TEXT, flags=FHCRC, header_crc=1)),
    ]
    assert disagreements(go_verdicts, cases) == []
    refused = {"nothing", "second cut", "second corrupt", "second with bad header"}
    assert accepted_names(cases) == {name for name, _ in cases} - refused


def test_trailing_bytes(go_verdicts):
    rng = random.Random(1)
    whole = member(TEXT)
    cases = []
    for count in range(1, 21):
        cases.append((f"{count} NULs", whole + bytes(count)))
        cases.append((f"{count} bytes of garbage", whole + rng.randbytes(count)))
        cases.append((f"{count} bytes of a member", whole + whole[:count]))
    assert disagreements(go_verdicts, cases) == []
    assert accepted_names(cases) == set()


def test_headers(go_verdicts):
    cases = [(f"flags {flags:#04x}", member(TEXT, flags=flags, extra=b"ab\0c", name=b"n\xe9", comment=b"c"))
             for flags in range(256)]
    legal = {name for name, _ in cases}
    cases += [(f"{n} bytes, flags {flags:#04x}", member(TEXT, flags=flags, extra=b"a", name=b"n", comment=b"c")[:n])
              for flags in range(32) for n in range(2, 30)]
    for length in (0, 1, 510, 511, 512, 513, 600):
        for flag, field in ((FNAME, "name"), (FCOMMENT, "comment")):
            name = f"{field} of {length} bytes"
            cases.append((name, member(TEXT, flags=flag, **{field: b"n" * length})))
            cases.append((f"{name}, cut", member(TEXT, flags=flag, **{field: b"n" * length})[: 10 + length]))
            if length <= 511:
                legal.add(name)
    for length in (0, 1, 255, 256, 65535):
        cases.append((f"extra of {length} bytes", member(TEXT, flags=FEXTRA | FHCRC, extra=b"e" * length)))
        legal.add(f"extra of {length} bytes")
    for flags in (FHCRC, FHCRC | FEXTRA, FHCRC | FNAME | FCOMMENT):
        right = member(TEXT, flags=flags, extra=b"e", name=b"n", comment=b"c")
        wrong = member(TEXT, flags=flags, extra=b"e", name=b"n", comment=b"c", header_crc=0x1234)
        cases += [(f"right header CRC, {flags}", right), (f"wrong header CRC, {flags}", wrong)]
        legal.add(f"right header CRC, {flags}")
    cases += [(f"byte {at} is {value:#x}", bytes([*member(TEXT)[:at], value, *member(TEXT)[at + 1 :]]))
              for at in (0, 1, 2) for value in range(256)]
    legal |= {"byte 0 is 0x1f", "byte 1 is 0x8b", "byte 2 is 0x8"}
    assert disagreements(go_verdicts, cases) == []
    assert accepted_names(cases) == legal


def test_trailers(go_verdicts):
    stream = member(TEXT)[:-8]
    crc, size = zlib.crc32(TEXT), len(TEXT)
    cases = [("right", stream + struct.pack("<II", crc, size))]
    cases += [(f"CRC bit {bit}", stream + struct.pack("<II", crc ^ 1 << bit, size)) for bit in range(32)]
    cases += [(f"size bit {bit}", stream + struct.pack("<II", crc, size ^ 1 << bit)) for bit in range(32)]
    assert disagreements(go_verdicts, cases) == []
    assert accepted_names(cases) == {"right"}


def test_blocks_of_every_kind(go_verdicts):
    rng = random.Random(2)
    contents = {"text": TEXT, "noise": rng.randbytes(200_000), "runs": bytes(100_000), "letter": b"x", "nothing": b""}
    strategies = {"default": zlib.Z_DEFAULT_STRATEGY, "huffman": zlib.Z_HUFFMAN_ONLY, "fixed": zlib.Z_FIXED}
    cases = [(f"{content}, level {level}, {strategy}", member(data, stream=deflate(data, level, number)))
             for content, data in contents.items() for level in range(10) for strategy, number in strategies.items()]
    assert disagreements(go_verdicts, cases) == []
    assert accepted_names(cases) == {name for name, _ in cases}


def test_every_truncation(go_verdicts, profiles):
    cases = [(f"profile {i}, {n} bytes", data[:n]) for i, data in enumerate(profiles) for n in range(len(data))]
    assert disagreements(go_verdicts, cases) == []
    # Only a cut is to blame, and said so; Go says the same in its words.
    assert {verdict.split()[1] for verdict in our_verdicts([data for _, data in cases])} == {"truncated"}


def test_every_bit_flip(go_verdicts, profiles):
    cases = [(f"bit {bit}", flip(profiles[0], bit)) for bit in range(8 * len(profiles[0]))]
    assert disagreements(go_verdicts, cases) == []
    assert 40 <= len(accepted_names(cases)) <= 80  # time, extra flags, system, and the reserved flags


def flip(data, bit):
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def test_random_mutations(go_verdicts, profiles):
    rng = random.Random(3)
    cases = [(f"mutation {i}", mutate(rng, rng.choice(profiles))) for i in range(6000)]
    assert disagreements(go_verdicts, cases) == []


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        length = rng.randint(1, 8)
        kind = rng.randrange(5)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            data[at : at + length] = rng.randbytes(length)
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = rng.randbytes(length)
        else:
            data += data[:at]
    return bytes(data)


def test_mutated_streams_with_right_checksums(go_verdicts):
    """What the checksum would have caught is left to the deflate decoder: its own verdict must be Go's."""
    rng = random.Random(4)
    stream = deflate(TEXT[:300] + rng.randbytes(100), 9)
    cases = []
    for i in range(20000):
        changed = flip(stream[:60], rng.randrange(8 * 60)) + stream[60:]
        decoder = zlib.decompressobj(-15)
        try:
            data = decoder.decompress(changed)
        except zlib.error:
            data = b""
        cases.append((f"mutation {i}", member(data, stream=changed[: len(changed) - len(decoder.unused_data)])))
    assert disagreements(go_verdicts, cases) == []


# Complete codes to build upon: 'a', 'b', the end of a block, and a match of length 3.
LITERALS = [0] * 97 + [2, 2] + [0] * 157 + [2, 2]
END = ("literal", 256)
AB = [("literal", 97), ("literal", 98)]
COPY_TWO_BACK = [("literal", 257), ("distance", 1)]

STRANGE_STREAMS = {
    # name: (stream, what a lenient decoder makes of it)
    "plain": (dynamic_block(LITERALS, [1, 1], AB + COPY_TWO_BACK + [END]), b"ababa"),
    "one distance code": (dynamic_block(LITERALS, [0, 1], AB + COPY_TWO_BACK + [END]), b"ababa"),
    "no distance code, unused": (dynamic_block(LITERALS, [0], AB + [END]), b"ab"),
    "only the end of the block": (dynamic_block([0] * 256 + [1], [0], [END]), b""),
    "286 literals": (dynamic_block(LITERALS + [0] * 28, [1, 1], AB + [END]), b"ab"),
    "30 distances": (dynamic_block(LITERALS, [1, 1] + [0] * 28, AB + [END]), b"ab"),
    "287 literals": (dynamic_block(LITERALS + [0] * 29, [1, 1], AB + [END]), b"ab"),
    "288 literals": (dynamic_block(LITERALS + [0] * 30, [1, 1], AB + [END]), b"ab"),
    "31 distances": (dynamic_block(LITERALS, [1, 1] + [0] * 29, AB + [END]), b"ab"),
    "32 distances": (dynamic_block(LITERALS, [1, 1] + [0] * 30, AB + [END]), b"ab"),
    "code lengths beyond the last": (dynamic_block(LITERALS, [1, 1] + [0] * 10, AB + [END], overrun=3), b"ab"),
    "the other half of one distance code": (
        dynamic_block(LITERALS, [0, 1], AB + [("literal", 257), ("bits", 1, 1), END]), b"ababa"),
    "no distance code, used": (
        dynamic_block(LITERALS, [0], AB + [("literal", 257), ("bits", 0, 1), END]), b"abbbb"),
    "fixed": (fixed_block(AB + COPY_TWO_BACK + [END]), b"ababa"),
    "fixed length 286": (fixed_block([("literal", 97), ("literal", 286), ("distance", 0), END]), b"a" * 259),
    "fixed length 287": (fixed_block([("literal", 97), ("literal", 287), ("distance", 0), END]), b"a" * 259),
    "too far back": (fixed_block([("literal", 97), ("literal", 257), ("distance", 1), END]), b"a\0aa"),
    "reserved block": (b"\x07", b""),
    "incomplete literals": (dynamic_block(LITERALS[:256] + [3], [1, 1], AB + [END]), b"ab"),
    "over-full literals": (dynamic_block([2] + LITERALS[1:], [1, 1], AB + [END]), b"ab"),
}


# libdeflate lets these pass where their checksum is right. No compressor writes them (see gzip.cc).
LENIENCIES = {
    "287 literals", "288 literals", "31 distances", "32 distances", "code lengths beyond the last",
    "the other half of one distance code", "no distance code, used", "fixed length 286", "fixed length 287",
}


def test_strange_streams(go_verdicts):
    cases = [(name, member(data, stream=stream)) for name, (stream, data) in STRANGE_STREAMS.items()]
    differing = {name: (theirs, ours) for name, theirs, ours in disagreements(go_verdicts, cases)}
    assert set(differing) <= LENIENCIES
    assert all(theirs.startswith("refuse flate: corrupt") for theirs, _ in differing.values())
    legal = {"plain", "one distance code", "no distance code, unused", "only the end of the block", "286 literals",
             "30 distances", "fixed"}
    assert legal <= accepted_names(cases) <= legal | LENIENCIES
