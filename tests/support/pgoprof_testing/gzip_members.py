"""gzip members and deflate streams made by hand, legal and not."""

import struct
import zlib

FHCRC, FEXTRA, FNAME, FCOMMENT = 2, 4, 8, 16


def deflate(data, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return compressor.compress(data) + compressor.flush()


def trailer(data):
    return struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def member(data=b"", *, stream=None, flags=0, extra=b"", name=b"", comment=b"", header_crc=None, mtime=0, os=255):
    """A member whose optional parts are there as `flags` says; `header_crc` is right unless given."""
    header = struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, flags, mtime, 0, os)
    if flags & FEXTRA:
        header += struct.pack("<H", len(extra)) + extra
    if flags & FNAME:
        header += name + b"\0"
    if flags & FCOMMENT:
        header += comment + b"\0"
    if flags & FHCRC:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF if header_crc is None else header_crc)
    return header + (deflate(data) if stream is None else stream) + trailer(data)


class Bits:
    """A deflate stream, bit by bit."""

    def __init__(self):
        self._bits = []

    def number(self, value, width):
        """Least significant bit first, as all of deflate but the codes."""
        self._bits += [value >> i & 1 for i in range(width)]
        return self

    def code(self, value, width):
        """Most significant bit first."""
        self._bits += [value >> i & 1 for i in reversed(range(width))]
        return self

    def done(self):
        padded = self._bits + [0] * (-len(self._bits) % 8)
        return bytes(sum(bit << i for i, bit in enumerate(padded[at : at + 8])) for at in range(0, len(padded), 8))


def canonical_codes(lengths):
    """symbol -> (code, width), as RFC 1951, 3.2.2."""
    codes, code = {}, 0
    for width in range(1, 16):
        code <<= 1
        for symbol, length in enumerate(lengths):
            if length == width:
                codes[symbol] = (code, width)
                code += 1
    return codes


def dynamic_block(literal_lengths, distance_lengths, body, *, overrun=0):
    """One final dynamic block. `body` has ("literal", symbol), ("distance", symbol) and ("bits", value, width).

    The code lengths are written one by one, with codes of 4 or 5 bits; with `overrun`, a repetition at the end reaches
    so far beyond them.
    """
    order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    precode = [4] * 16 + [0, 0, 0]
    if overrun:  # room for symbol 17, a repetition of zeros
        precode = [4] * 14 + [5, 5, 0, 4, 0]
    codes = canonical_codes(precode)
    bits = Bits().number(1, 1).number(2, 2)
    bits.number(len(literal_lengths) - 257, 5).number(len(distance_lengths) - 1, 5).number(19 - 4, 4)
    for symbol in order:
        bits.number(precode[symbol], 3)
    lengths = literal_lengths + distance_lengths
    repeated = 10 - overrun if overrun else 0  # of the ten zeros of the longest repetition
    assert not any(lengths[len(lengths) - repeated :])
    for length in lengths[: len(lengths) - repeated]:
        bits.code(*codes[length])
    if overrun:
        bits.code(*codes[17]).number(7, 3)
    tables = {"literal": canonical_codes(literal_lengths), "distance": canonical_codes(distance_lengths)}
    for kind, value, *width in body:
        if kind == "bits":
            bits.number(value, width[0])
        else:
            bits.code(*tables[kind][value])
    return bits.done()


def fixed_block(body):
    """One final block with the fixed codes; `body` as in dynamic_block."""
    literal = canonical_codes([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8)
    bits = Bits().number(1, 1).number(1, 2)
    for kind, value, *width in body:
        if kind == "literal":
            bits.code(*literal[value])
        elif kind == "distance":
            bits.code(value, 5)
        else:
            bits.number(value, width[0])
    return bits.done()
