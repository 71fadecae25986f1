"""Small ELF files that would cost a careless reader minutes or gigabytes. None is a Go program with usable symbols."""

import functools
import struct
import zlib

from pgoprof_testing.bombs import MIB

LOADED_AT = 0x400000
PROGBITS, SYMTAB, STRTAB, NOTE = 1, 2, 3, 7
PT_LOAD, PT_NOTE = 1, 4
SHF_COMPRESSED = 0x800


def words(*values):
    return struct.pack(f"<{len(values)}Q", *values)


def leb(value):
    """Of at most 21 bits."""
    return bytes([value & 127 | 128, value >> 7 & 127 | 128, value >> 14])


class Elf:
    """A program of one loaded segment, unless more are added: all of the file."""

    def __init__(self):
        self.content, self.names = bytearray(), b"\0"
        self.sections, self.segments = [bytes(64)], []

    def put(self, content):
        at = len(self.content)
        self.content += content + bytes(-len(content) % 8)
        return at

    def section(self, name, kind, content=b"", at=None, size=None, link=0, flags=0):
        """Of new content, or of what is at `at` already."""
        at = self.put(content) if at is None else at
        name_at = len(self.names) if isinstance(name, bytes) else name
        if isinstance(name, bytes):
            self.names += name + b"\0"
        self.sections.append((name_at, kind, flags, at, len(content) if size is None else size, link))
        return at

    def bytes(self):
        names = self.section(b".shstrtab", STRTAB, b"")
        segments = self.segments or [(PT_LOAD, None, None)]
        begin = 64 + 56 * len(segments)
        names_at = begin + self.put(self.names)
        headers_at = begin + len(self.content)
        headers = b""
        for section in self.sections:
            if isinstance(section, tuple):
                name, kind, flags, at, size, link = section
                if (kind, at, size) == (STRTAB, names, 0):
                    at, size = names_at - begin, len(self.names)
                section = struct.pack("<IIQQQQIIQQ", name, kind, flags, LOADED_AT + begin + at, begin + at, size, link, 0, 1, 0)
            headers += section
        size = headers_at + len(headers)
        head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, headers_at, 0, 64, 56,
                                                        len(segments), 64, len(self.sections), len(self.sections) - 1)
        for kind, at, length in segments:
            at, length = (0, size) if at is None else (begin + at, length)
            head += struct.pack("<IIQQQQQQ", kind, 6, at, LOADED_AT + at, LOADED_AT + at, length, length, 1)
        return head + bytes(self.content) + headers


def symbols_of_one_long_name():
    """Nothing ends it."""
    elf = Elf()
    elf.section(b".strtab", STRTAB, b"n" * MIB)
    elf.section(b".symtab", SYMTAB, struct.pack("<IBBHQQ", 0, 2, 0, 1, LOADED_AT, 8) * 50_000, link=1)
    return elf.bytes()


def sections_of_one_long_name():
    elf = Elf()
    name_at = len(elf.names)
    elf.names += b"n" * 4 * MIB
    for _ in range(60_000):
        elf.section(name_at, PROGBITS, at=0, size=0)
    return elf.bytes()


def sections_of_the_same_notes():
    elf = Elf()
    at = elf.put(struct.pack("<III", 0, 0, 9) * 100_000)
    for _ in range(60_000):
        elf.section(0, NOTE, at=at, size=1_200_000)
    return elf.bytes()


def segments_of_the_same_bytes():
    elf = Elf()
    elf.put(bytes(8 * MIB))
    elf.segments = [(PT_LOAD, None, None)] * 500
    return elf.bytes()


def dwarf_unit(entries, abbreviations, **sections):
    """One compile unit of Go, of DWARF 4."""
    abbreviation = b"\1\x11\1\x13\x0b\0\0" + abbreviations + b"\0"  # compile unit: children, language
    body = struct.pack("<HIB", 4, 0, 8) + b"\1\x16" + entries + b"\0"
    elf = Elf()
    elf.section(b".debug_abbrev", PROGBITS, abbreviation)
    elf.section(b".debug_info", PROGBITS, struct.pack("<I", len(body)) + body)
    for name, content in sections.items():
        elf.section(b"." + name.encode(), PROGBITS, content)
    return elf.bytes()


FUNCTION = b"\2\x2e\1\x03\x08\x11\1\x12\7\0\0"  # subprogram: children, name, low_pc, high_pc (data8)
INLINED = b"\3\x1d\0\x55\x17\0\0"               # inlined subroutine: ranges


def calls_of_many_ranges():
    """Each of the inlined calls has the same hundred thousand ranges."""
    ranges = words(1, 2) * 100_000 + words(0, 0)
    function = b"\2main.f\0" + words(LOADED_AT, 4096) + (b"\3" + bytes(4)) * 100_000 + b"\0"
    return dwarf_unit(function, FUNCTION + INLINED, debug_ranges=ranges)


def units_of_many_abbreviations():
    """Each of them reads a hundred thousand before it finds its own."""
    elf = Elf()
    elf.section(b".debug_abbrev", PROGBITS, b"".join(leb(code) + b"\x34\0\0\0" for code in range(2, 100_000)) + b"\1\x11\0\0\0\0")
    unit = struct.pack("<HIB", 4, 0, 8) + b"\1"
    elf.section(b".debug_info", PROGBITS, (struct.pack("<I", len(unit)) + unit) * 20_000)
    return elf.bytes()


def compressed_dwarf():
    """Half a gigabyte of zeros behind a unit."""
    elf = Elf()
    elf.section(b".debug_abbrev", PROGBITS, b"\1\x11\1\x13\x0b\0\0\0")
    body = struct.pack("<HIB", 4, 0, 8) + b"\1\x16\0"
    elf.section(b".debug_info", PROGBITS, struct.pack("<I", len(body)) + body)
    zeros = zlib.compress(bytes(512 * MIB), 9)
    elf.section(b".debug_line", PROGBITS, struct.pack("<IIQQ", 1, 0, 512 * MIB, 1) + zeros, flags=SHF_COMPRESSED)
    return elf.bytes()


@functools.cache
def binary_bombs():
    """Name -> file content."""
    return {
        "symbols of one long name": symbols_of_one_long_name(),
        "sections of one long name": sections_of_one_long_name(),
        "sections of the same notes": sections_of_the_same_notes(),
        "segments of the same bytes": segments_of_the_same_bytes(),
        "inlined calls of many ranges": calls_of_many_ranges(),
        "units of many abbreviations": units_of_many_abbreviations(),
        "compressed DWARF": compressed_dwarf(),
    }
