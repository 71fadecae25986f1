"""Generated profiles: small, seeded, and dense in everything that the compiler's call edges depend on."""

import gzip
import random

import profile_pb2

from pgoprof_testing import wire

_SAMPLE_TYPES = [
    [("samples", "count"), ("cpu", "nanoseconds")],
    [("samples", "count"), ("cpu", "nanoseconds")],
    [("cpu", "nanoseconds"), ("samples", "count")],
    [("cpu", "nanoseconds")],
    [("alloc_objects", "count"), ("samples", "count")],
    [("samples", "nanoseconds"), ("cpu", "count"), ("cpu", "nanoseconds")],
    [("", ""), ("samples", "count"), ("samples", "count")],
]
_UNUSABLE_SAMPLE_TYPES = [[("inuse_space", "bytes")], [("samples", "nanoseconds"), ("wall", "nanoseconds")]]

_NAMES = [
    b"main.main", b"main.fib", b"main.(*Server).handle", b"main.(*Server).handle.func1", b"runtime.mallocgc",
    b"main.Map[go.shape.string,go.shape.struct { Name string; Age int }]", b"encoding/json.(*encodeState).marshal",
    b"", b"main.\xff\xfe", b"main.gr\xc3\xb6\xc3\x9fe", b"a name with spaces", b"tab\tand \x1b[31m", b"main.nul\x00byte",
    b"x" * 700, b"back\\slash", b"quote\"'<b>&amp;",
]

_INT64_MAX = (1 << 63) - 1


class _Strings:
    def __init__(self, message):
        self.message = message
        self.index = {b"": 0}
        message.string_table.append(b"")

    def __call__(self, text):
        text = text.encode() if isinstance(text, str) else text
        if text not in self.index:
            self.index[text] = len(self.index)
            self.message.string_table.append(text)
        return self.index[text]


def _ids(rng, count):
    """Wire ids: 1, 2, 3...; the same shuffled; or sparse ones up to 64 bits."""
    style = rng.choice(["dense", "dense", "shuffled", "sparse"])
    if style == "sparse":
        ids = set()
        while len(ids) < count:
            ids.add(rng.choice([rng.getrandbits(64), rng.getrandbits(33), rng.randrange(1, 100)]) or 1)
        return rng.sample(sorted(ids), count)
    ids = list(range(1, count + 1))
    if style == "shuffled":
        rng.shuffle(ids)
    return ids


def _start_line(rng):
    return rng.choice([0, 1, 10, 10, rng.randrange(1, 5000), rng.randrange(1, 5000)])


def _line_number(rng, start_line):
    if rng.random() < 0.02:
        return rng.choice([-1, 1 << 40, _INT64_MAX, -_INT64_MAX - 1])
    return rng.choice([0, start_line, start_line + rng.randrange(40), start_line + 3, max(0, start_line - 5)])


def _add_functions(message, strings, rng):
    names = rng.sample(_NAMES, rng.randrange(1, 9))
    no_start_lines = rng.random() < 0.03
    ids = _ids(rng, rng.randrange(1, 14))
    for function_id in ids:
        function = message.function.add(id=function_id, name=strings(rng.choice(names)))
        function.system_name = function.name
        function.filename = strings(rng.choice(["main.go", "/src/app/server.go", b"bad\xff.go", ""]))
        function.start_line = 0 if no_start_lines else _start_line(rng)


def _add_locations(message, rng):
    addresses = [0, 0x401000, 0x401000, 0x402abc, rng.getrandbits(64)]
    for location_id in _ids(rng, rng.randrange(1, 20)):
        location = message.location.add(id=location_id, address=rng.choice(addresses))
        depth = rng.choices([0, 1, rng.randrange(2, 6), rng.randrange(6, 24)], [1, 5, 4, 1])[0]
        for _ in range(depth):
            line = location.line.add()
            if rng.random() < 0.9:
                function = rng.choice(message.function)
                line.function_id = function.id
                line.line = _line_number(rng, function.start_line)
            elif rng.random() < 0.5:
                line.line = rng.randrange(100)
    if rng.random() < 0.3:  # the same nodes again under another id
        copy = message.location.add()
        copy.CopyFrom(rng.choice(message.location[:-1]))
        copy.id = max(location.id for location in message.location) % ((1 << 64) - 1) + 1
        if any(other.id == copy.id for other in message.location[:-1]):
            del message.location[-1]


def _add_samples(message, rng):
    columns = len(message.sample_type)
    locations = [location.id for location in message.location]
    favourites = rng.sample(locations, min(3, len(locations)))
    signed = rng.random() < 0.25
    zero_column = rng.randrange(columns) if rng.random() < 0.05 else None

    def add(stack, values):
        sample = message.sample.add()
        sample.location_id.extend(stack)
        sample.value.extend(0 if i == zero_column else value for i, value in enumerate(values))

    single_frames = rng.random() < 0.03
    for _ in range(rng.choice([1, 3, 10, 40, 40]) if rng.random() < 0.95 else 0):
        depth = rng.randrange(2) if single_frames else rng.choice([0, 1, 2, 2, 3, 9])
        stack = [rng.choice(favourites if rng.random() < 0.4 else locations) for _ in range(depth)]
        values = [rng.choice([0, 1, 1, 2, 10, rng.randrange(1000)]) for _ in range(columns)]
        if signed:
            values = [rng.choice([-1, 1]) * value for value in values]
        add(stack, values)
        if rng.random() < (0.5 if signed else 0.02):  # cancels to zero
            add(stack, [-value for value in values])
    if message.sample and rng.random() < 0.1:
        add(rng.choices(locations, k=2), [1 << 56] * columns)  # huge, yet all edges' sum stays within 64 bits


def _add_header(message, strings, rng):
    if rng.random() < 0.8:
        message.period_type.type = strings("cpu")
        message.period_type.unit = strings("nanoseconds")
        message.period = 10_000_000
        message.duration_nanos = rng.choice([0, 30_000_000_000])
    if rng.random() < 0.3:
        message.comment.append(strings("a comment"))
        message.comment.append(strings(b"\xff"))
    if rng.random() < 0.3:
        message.default_sample_type = strings("cpu")
    if rng.random() < 0.5:
        mapping = message.mapping.add(id=1, memory_start=0x400000, memory_limit=0x800000, has_functions=True)
        mapping.filename = strings("/bin/app")
        for location in message.location:
            location.mapping_id = rng.choice([0, 1])
    for sample in message.sample:
        if rng.random() < 0.1:
            sample.label.add(key=strings("handler"), str=strings("index"))
            sample.label.add(key=strings("bytes"), num=512, num_unit=strings("bytes"))


def generate_message(seed):
    """A profile_pb2.Profile that satisfies every invariant; Go may refuse or ignore it for its meaning."""
    rng = random.Random(f"pgoprof profile {seed}")
    message = profile_pb2.Profile()
    strings = _Strings(message)
    sample_types = _UNUSABLE_SAMPLE_TYPES if rng.random() < 0.04 else _SAMPLE_TYPES
    for kind, unit in rng.choice(sample_types):
        message.sample_type.add(type=strings(kind), unit=strings(unit))
    _add_functions(message, strings, rng)
    _add_locations(message, rng)
    _add_samples(message, rng)
    _add_header(message, strings, rng)
    return message


def generate_bytes(seed):
    """The same as a file: in one of many legal encodings, gzipped or not."""
    rng = random.Random(f"pgoprof encoding {seed}")
    data = generate_message(seed).SerializeToString()
    style = rng.choice(["canonical", "first", "last", "scrambled", "scrambled"])
    if style == "scrambled":
        data = wire.scramble(data, rng)
    elif style != "canonical":
        data = wire.move_string_table(data, style)
    return gzip.compress(data, 1, mtime=0) if rng.random() < 0.5 else data
