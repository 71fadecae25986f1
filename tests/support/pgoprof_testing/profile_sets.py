"""Generated sets of profiles to merge: few names, addresses and mappings, so that nodes coincide in every way there is.

What only a full merge may keep says PRIVATE.

Addresses of different mappings, or of one and of none, never coincide, wherever the mappings are loaded: whether they do
in the merge of all is not known from one profile (docs/formats.md, "Compact profiles")."""

import random

import profile_pb2

CPU = [("samples", "count"), ("cpu", "nanoseconds")]
_HEAP = [("alloc_objects", "count"), ("alloc_space", "bytes")]
_SAMPLE_TYPES = [  # by input, over and over
    [CPU],
    [CPU],
    [[("cpu", "nanoseconds")]],
    [CPU, CPU[::-1]],
    [CPU, [("cpu", "nanoseconds")]],
    [CPU, CPU + [("wall", "nanoseconds")], [("wall", "nanoseconds"), ("samples", "count")]],
    [[("cpu", "milliseconds"), ("samples", "count")], CPU],
    [[("cpu", "milliseconds")], [("cpu", "nanoseconds")]],
    [_HEAP + [("samples", "count")], CPU + _HEAP],
    [CPU, [("samples", "nanoseconds"), ("cpu", "nanoseconds")]],  # units that do not convert
    [[("samples", "nanoseconds"), ("cpu", "nanoseconds")]],
    [[("samples", "count"), ("samples", "bytes"), ("cpu", "nanoseconds")], CPU],
    [_HEAP],
]
_NAMES = [b"main.f", b"main.f", b"main.g", b"main.Map[go.shape.interface { Info() string }]", b"", b"main.\xff"]
_SIZES = [0x2000, 0x1fff, 0x1001]  # one when rounded up
_FAR = 1 << 40


class _Generator:
    def __init__(self, rng):
        self.rng = rng
        self.message = profile_pb2.Profile(string_table=[b""])
        self.strings = {b"": 0}

    def text(self, text):
        text = text if isinstance(text, bytes) else text.encode()
        if text not in self.strings:
            self.strings[text] = len(self.message.string_table)
            self.message.string_table.append(text)
        return self.strings[text]

    def ids(self, most):
        count = self.rng.randrange(1, most + 1)
        if self.rng.random() < 0.5:
            return list(range(1, count + 1))
        return self.rng.sample([self.rng.getrandbits(64) | 1 for _ in range(count)], count)

    def add_header(self, sample_types):
        for kind, unit in sample_types:
            self.message.sample_type.add(type=self.text(kind), unit=self.text(unit))
        self.message.period_type.type, self.message.period_type.unit = self.text("cpu"), self.text("nanoseconds")
        self.message.period = 10_000_000
        self.message.time_nanos = self.rng.randrange(3)
        self.message.duration_nanos = self.rng.choice([0, 30_000_000_000])
        self.message.comment.append(self.text("PRIVATE comment"))
        self.message.doc_url = self.text("http://PRIVATE")
        self.message.drop_frames = self.text("PRIVATE.*")
        self.message.default_sample_type = self.text(self.rng.choice(["cpu", "PRIVATE"]))

    def add_mappings(self):
        """One may be there twice: what is at one offset of both is at one address when merged."""
        for mapping_id in self.ids(4):
            which = self.rng.randrange(3)
            start = (which + 1) * _FAR + self.rng.choice([0, 0x10000, 0x20000])
            mapping = self.message.mapping.add(id=mapping_id, memory_start=start, has_functions=True)
            mapping.memory_limit = start + self.rng.choice(_SIZES)
            mapping.filename = self.text(f"/PRIVATE/app{which}")
            mapping.build_id = self.text(f"PRIVATE{which}" if which else "")

    def add_functions(self):
        for function_id in self.ids(8):
            function = self.message.function.add(id=function_id, start_line=self.rng.choice([0, 10, 10, 20]))
            function.name = self.text(self.rng.choice(_NAMES))
            function.system_name = self.text(self.rng.choice([b"", b"PRIVATE"]))
            function.filename = self.text(self.rng.choice([b"", b"PRIVATE.go", b"PRIVATE2.go"]))

    def add_locations(self):
        for location_id in self.ids(10):
            mapping = self.rng.choice([None, *self.message.mapping])
            location = self.message.location.add(id=location_id, is_folded=self.rng.random() < 0.1)
            location.address = (mapping.memory_start if mapping else 0) + self.rng.choice([0, 1, 2])
            location.mapping_id = mapping.id if mapping else 0
            for _ in range(self.rng.choice([0, 1, 1, 1, 2, 3, 6])):
                function = self.rng.choice([None, *[*self.message.function] * 2])
                line = location.line.add(line=self.rng.choice([0, 12, 12, 13]), column=self.rng.choice([0, 3]))
                line.function_id = function.id if function else 0

    def add_samples(self):
        locations = [location.id for location in self.message.location]
        zero = self.rng.random() < 0.05  # in the first column
        for _ in range(self.rng.choice([0, 1, 4, 20, 20])):
            sample = self.message.sample.add(location_id=self.rng.choices(locations, k=self.rng.choice([0, 1, 2, 2, 2, 3, 5])))
            sample.value.extend(self.rng.choice([0, 1, 1, 2, 1000]) for _ in self.message.sample_type)
            if zero:
                sample.value[0] = 0
            if self.rng.random() < 0.2:
                sample.label.add(key=self.text("PRIVATE key"), str=self.text("PRIVATE value"))


def _generate(rng, sample_types):
    generator = _Generator(rng)
    generator.add_header(sample_types)
    generator.add_mappings()
    generator.add_functions()
    generator.add_locations()
    generator.add_samples()
    return generator.message


def generate_set(seed):
    """One to four messages."""
    rng = random.Random(f"pgoprof set {seed}")
    sample_types = rng.choice(_SAMPLE_TYPES)
    return [_generate(rng, sample_types[i % len(sample_types)]) for i in range(rng.randrange(1, 5))]
