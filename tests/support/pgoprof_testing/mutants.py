"""Mutants of profiles: damage as disks and transfers do it, mistakes as tools make them, and gzip as others write it."""

import gzip
import random
import struct
import zlib

import profile_pb2

from pgoprof_testing import wire
from pgoprof_testing.gzip_members import FCOMMENT, FEXTRA, FHCRC, FNAME, member

_INT64_MAX = (1 << 63) - 1
_NUMBERS = [0, 1, 2, 7, 127, 128, 1 << 31, 1 << 32, _INT64_MAX, (1 << 64) - 1]


class Original:
    """One real profile, taken apart once."""

    def __init__(self, name, stored):
        self.name = name
        self.stored = stored
        self.inflated = gzip.decompress(stored) if stored[:2] == b"\x1f\x8b" else stored
        self.message = profile_pb2.Profile.FromString(self.inflated)
        self.fields = wire.read_fields(self.inflated)
        self.encoded_fields = [wire.field(number, value) for number, value in self.fields]

    def with_string_table(self, first):
        """The same message with the string table first or last."""
        strings, others = [], []
        for (number, _), encoded in zip(self.fields, self.encoded_fields):
            (strings if number == wire.STRING_TABLE else others).append(encoded)
        return b"".join(strings + others if first else others + strings)


def mutant(original, number):
    """The same bytes for the same number in each run. Some are whole, in another encoding."""
    rng = random.Random(f"pgoprof mutant {original.name} {number}")
    kind = rng.choices([_damage_bytes, _damage_fields, _damage_meaning, _damage_file, _harmless], [25, 15, 30, 15, 15])[0]
    return kind(original, rng)


def _packed_up(content, rng):
    """As a file: gzipped, or not."""
    return gzip.compress(content, 1, mtime=0) if rng.random() < 0.3 else content


# Bytes, as of a bad disk or a broken transfer.

def _damage_bytes(original, rng):
    data = bytearray(original.inflated)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        _damage_once(data, rng)
    return _packed_up(bytes(data), rng)


def _damage_once(data, rng):
    at = rng.randrange(len(data) + 1)
    length = rng.choice([1, 1, 2, 8, 100])
    kind = rng.randrange(7)
    if kind <= 1 and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 2:
        data[at:at + length] = rng.randbytes(length)
    elif kind == 3:
        del data[at:at + length]
    elif kind == 4:
        data[at:at] = rng.randbytes(length)
    elif kind == 5:
        del data[at:]
    else:
        data[at:at + length] = bytes(length)


# Fields, as of a tool that writes the wire format wrongly.

def _damage_fields(original, rng):
    encoded = list(original.encoded_fields)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(encoded))
        number, value = original.fields[at]
        kind = rng.randrange(6)
        if kind == 0:
            encoded[at] = b""
        elif kind == 1:
            encoded[at] += encoded[rng.randrange(len(encoded))]
        elif kind == 2:
            encoded[at] = wire.field(number, _other_value(value, rng))
        elif kind == 3:
            encoded[at] = wire.field(rng.choice([0, number + 1, 15, 16, 19000]), value)
        elif kind == 4:
            other = rng.randrange(len(encoded))
            encoded[at], encoded[other] = encoded[other], encoded[at]
        else:
            encoded[at] = wire.field(number, _damage_nested(value, rng))
    return _packed_up(b"".join(encoded), rng)


def _other_value(value, rng):
    if rng.random() < 0.5:
        return rng.choice(_NUMBERS)
    return value[:len(value) // 2] if isinstance(value, bytes) else rng.randbytes(3)


def _damage_nested(value, rng):
    if not isinstance(value, bytes) or not value:
        return _other_value(value, rng)
    try:
        nested = wire.read_fields(value)
    except (AssertionError, IndexError):
        return value[:-1]
    at = rng.randrange(len(nested))
    nested[at] = (nested[at][0], rng.choice(_NUMBERS))
    return b"".join(wire.field(number, inner) for number, inner in nested)


# Meaning, as of a tool that writes sound messages of other profiles.

def _damage_meaning(original, rng):
    message = profile_pb2.Profile()
    message.CopyFrom(original.message)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        rng.choice(_MEANINGS)(message, rng)
    return _packed_up(message.SerializeToString(), rng)


def _any(records, rng):
    """Some of them, from one to all."""
    return rng.sample(list(records), rng.choice([1, 1, min(3, len(records)), len(records)])) if records else []


def _clear_start_lines(message, rng):
    for function in _any(message.function, rng):
        function.start_line = 0


def _clear_values(message, rng):
    for sample in _any(message.sample, rng):
        for column in range(len(sample.value)):
            if rng.random() < 0.8:
                sample.value[column] = 0


def _clear_column(message, rng):
    column = rng.randrange(max(1, len(message.sample_type)))
    for sample in message.sample:
        if column < len(sample.value):
            sample.value[column] = 0


def _change_values(message, rng):
    for sample in _any(message.sample, rng):
        for column in range(len(sample.value)):
            sample.value[column] = rng.choice([-sample.value[column], 1, -1, 1 << 40, 1 << 62])


def _cancel_samples(message, rng):
    for sample in _any(message.sample, rng):
        copy = message.sample.add()
        copy.CopyFrom(sample)
        for column in range(len(copy.value)):
            copy.value[column] = -copy.value[column]


def _shorten_stacks(message, rng):
    depth = rng.choice([0, 1, 1, 2])
    for sample in _any(message.sample, rng):
        del sample.location_id[depth:]


def _misplace_locations(message, rng):
    for sample in _any(message.sample, rng):
        if sample.location_id:
            at = rng.choice([0, 1, len(sample.location_id) - 1]) % len(sample.location_id)
            sample.location_id[at] = rng.choice([0, len(message.location) + 1, (1 << 64) - 1])


def _drop_values(message, rng):
    for sample in _any(message.sample, rng):
        if rng.random() < 0.5:
            del sample.value[-1:]
        else:
            sample.value.append(1)


def _drop_records(message, rng):
    records = rng.choice([message.sample, message.location, message.function, message.mapping, message.sample_type,
                          message.string_table])
    if records:
        del records[rng.randrange(len(records)):]


def _drop_lines(message, rng):
    for location in _any(message.location, rng):
        del location.line[rng.randrange(2):]


def _change_ids(message, rng):
    for record in _any(rng.choice([message.mapping, message.location, message.function]), rng)[:3]:
        record.id = rng.choice([0, 1, 2, record.id + (1 << 33)])


def _change_references(message, rng):
    for location in _any(message.location, rng)[:5]:
        if rng.random() < 0.5 and location.line:
            location.line[-1].function_id = rng.choice([0, 1, len(message.function) + 1])
        else:
            location.mapping_id = rng.choice([0, 1, 99])


def _change_strings(message, rng):
    for _ in range(rng.choice([1, 1, 10])):
        if not message.string_table:
            return
        at = rng.randrange(len(message.string_table))
        text = message.string_table[at]
        message.string_table[at] = rng.choice([b"", text + b"\n", text + b"\r", b"\xff" + text, text[:1], b"x" * 70_000,
                                               text + b"\nf\n1 2\nmain.main", b"samples", b"nanoseconds"])


def _change_indices(message, rng):
    beyond = rng.choice([len(message.string_table), -1, 1 << 40, 0])
    for function in _any(message.function, rng)[:3]:
        setattr(function, rng.choice(["name", "system_name", "filename"]), beyond)


def _change_header(message, rng):
    field = rng.choice(["period", "time_nanos", "duration_nanos", "default_sample_type", "doc_url", "drop_frames",
                        "keep_frames"])
    setattr(message, field, rng.choice([0, 1, -1, 99_999, _INT64_MAX]))


def _change_sample_types(message, rng):
    for sample_type in _any(message.sample_type, rng):
        sample_type.type, sample_type.unit = (rng.randrange(min(9, len(message.string_table)) or 1) for _ in range(2))


def _swap_sample_types(message, _):
    for sample_type, other in zip(message.sample_type, list(message.sample_type)[1:]):
        sample_type.type, other.type = other.type, sample_type.type
        sample_type.unit, other.unit = other.unit, sample_type.unit


def _change_lines(message, rng):
    for location in _any(message.location, rng):
        for line in location.line:
            line.line = rng.choice([0, -1, line.line // 2 + 1, _INT64_MAX])


def _change_labels(message, rng):
    for sample in _any(message.sample, rng)[:5]:
        strings = len(message.string_table)
        sample.label.add(key=rng.randrange(strings + 2), str=rng.choice([0, strings - 1, strings]),
                         num_unit=rng.choice([0, 0, strings]))


_MEANINGS = [_clear_start_lines, _clear_values, _clear_column, _change_values, _cancel_samples, _shorten_stacks,
             _misplace_locations, _drop_values, _drop_records, _drop_lines, _change_ids, _change_references,
             _change_strings, _change_indices, _change_header, _change_sample_types, _swap_sample_types, _change_lines,
             _change_labels]


# The file around it.

def _damage_file(original, rng):
    stream = _deflate(original.inflated, rng)
    crc, size = zlib.crc32(original.inflated), len(original.inflated)
    whole = member(original.inflated, stream=stream)
    kind = rng.randrange(8)
    if kind == 0:
        return whole + rng.choice([b"\0", bytes(512), b"\n", whole[:20], rng.randbytes(4)])
    if kind == 1:
        return whole[:rng.randrange(len(whole))]
    if kind == 2:
        trailer = struct.pack("<II", crc ^ rng.choice([0, 0, 1]), (size + rng.choice([0, 0, 1])) & 0xFFFFFFFF)
        return whole[:-8] + trailer
    if kind == 3:
        cut = rng.randrange(size + 1)
        return member(original.inflated[:cut]) + member(original.inflated[cut:])
    if kind == 4:
        flags = rng.randrange(256)
        crc_flag = {"header_crc": 0x1234} if flags & FHCRC and rng.random() < 0.5 else {}
        return member(original.inflated, stream=stream, flags=flags, name=b"n" * rng.choice([0, 5, 511, 512]),
                      comment=b"c", extra=b"e" * 9, **crc_flag)
    if kind == 5:
        return gzip.compress(whole, 1, mtime=0)
    if kind == 6:
        return rng.choice([b"", gzip.compress(b""), b"\x1f\x8b", b"<html>", b"{}", b"\0", _preprofiled(rng)])
    data = bytearray(whole)
    for _ in range(rng.choice([1, 1, 3])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _preprofiled(rng):
    return b"GO PREPROFILE V1\n" + b"".join(rng.choices([b"f\n", b"g\n", b"f\ng\n1 2\n"], k=rng.randrange(4)))


def _deflate(data, rng):
    compressor = zlib.compressobj(rng.choice([0, 1, 1, 6]), zlib.DEFLATED, -15, 8, rng.choice([0, 2, 4]))
    return compressor.compress(data) + compressor.flush()


# Nothing is wrong with these.

def _harmless(original, rng):
    if rng.random() < 0.2 and len(original.fields) < 2000:
        return _packed_up(wire.scramble(original.inflated, rng), rng)
    kind = rng.randrange(3)
    if kind == 0:
        flags = rng.choice([0, FNAME, FCOMMENT, FEXTRA, FHCRC, FNAME | FHCRC])
        return member(original.inflated, stream=_deflate(original.inflated, rng), flags=flags, name=b"cpu", comment=b"c",
                      extra=b"e")
    if kind == 1:
        return _packed_up(original.with_string_table(first=rng.random() < 0.5), rng)
    return _packed_up(original.inflated + wire.field(rng.choice([16, 99, 19000]), 7), rng)
