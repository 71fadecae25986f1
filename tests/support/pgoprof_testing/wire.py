"""The protobuf wire format by hand: for encodings that are legal but that no library would choose."""

import random

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

# Of profile.proto: fields whose records refer to each other by position, so that their order is meaning.
STRING_TABLE = 6
# Repeated scalars, by message: top level (comment), Sample (location_id, value).
_PACKED = {"Profile": {13}, "Sample": {1, 2}}
_MESSAGES = {"Profile": {1: "ValueType", 2: "Sample", 3: "Mapping", 4: "Location", 5: "Function", 11: "ValueType"},
             "Sample": {3: "Label"}, "Location": {4: "Line"}}


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def tag(number, wire_type):
    return varint(number << 3 | wire_type)


def field(number, value):
    """A field from an int (varint) or from bytes (length-delimited)."""
    if isinstance(value, int):
        return tag(number, VARINT) + varint(value)
    return tag(number, BYTES) + varint(len(value)) + value


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def read_fields(data):
    """[(number, int or bytes)] of a message made of varints and length-delimited fields."""
    fields, at = [], 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == VARINT:
            value, at = read_varint(data, at)
        else:
            assert key & 7 == BYTES
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
        fields.append((key >> 3, value))
    return fields


def read_packed(data):
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def _unknown_field(rng):
    number = rng.choice([16, 99, 19000, 1 << 28])
    return rng.choice([
        field(number, rng.getrandbits(64)),
        field(number, rng.randbytes(rng.randrange(5))),
        tag(number, FIXED64) + rng.randbytes(8),
        tag(number, FIXED32) + rng.randbytes(4),
    ])


def scramble(data, rng: random.Random, message="Profile"):
    """Another legal encoding of the same message: fields permuted (each field's own order kept), repeated scalars
    packed, unpacked or in several packed runs, and unknown fields in between."""
    by_number = {}
    for number, value in read_fields(data):
        nested = _MESSAGES.get(message, {}).get(number)
        if nested:
            pieces = [field(number, scramble(value, rng, nested))]
        elif number in _PACKED.get(message, ()) and isinstance(value, bytes):
            pieces = _repack(number, read_packed(value), rng)
        else:
            pieces = [field(number, value)]
        by_number.setdefault(number, []).extend(pieces)
    queues = list(by_number.values())
    if rng.random() < 0.3:
        queues.append([_unknown_field(rng) for _ in range(rng.randrange(1, 3))])
    out = []
    interleave = rng.random() < 0.5
    rng.shuffle(queues)
    while queues:
        queue = rng.choice(queues) if interleave else queues[0]
        out.append(queue.pop(0))
        if not queue:
            queues.remove(queue)
    return b"".join(out)


def _repack(number, values, rng):
    style = rng.choice(["packed", "unpacked", "mixed"])
    if style == "packed":
        return [field(number, b"".join(map(varint, values)))]
    if style == "unpacked":
        return [field(number, value) for value in values]
    cut = rng.randrange(len(values) + 1)
    return [field(number, value) for value in values[:cut]] + [field(number, b"".join(map(varint, values[cut:])))]


def move_string_table(data, to):
    """The same message with the string table "first" or "last"."""
    fields = read_fields(data)
    strings = [item for item in fields if item[0] == STRING_TABLE]
    others = [item for item in fields if item[0] != STRING_TABLE]
    ordered = strings + others if to == "first" else others + strings
    return b"".join(field(number, value) for number, value in ordered)
