"""pgo-merge against google/pprof: equal stacks, labels, values and header fields."""

import itertools
import os
import random
import subprocess

import profile_pb2
import pytest

from pgoprof_testing import go, peer

TOOL = os.path.join(os.environ["PGOPROF_BIN"], "pgo-merge")


def merge(paths, output, *options):
    subprocess.run([TOOL, "--durations=ignore", *options, *map(str, paths), "-o", str(output)], check=True)
    return output.read_bytes()


def assert_agrees(paths, directory):
    ours = peer.View(peer.parse(merge(paths, directory / "ours.pprof")))
    theirs = peer.View(peer.merge_with_peer(paths, directory))
    assert ours.distinct()
    assert ours.samples() == theirs.samples()
    assert ours.header() == theirs.header()
    assert ours.used_mappings() == theirs.used_mappings()
    assert len(ours.message.sample) <= len(theirs.message.sample)
    assert len(ours.message.location) == len(theirs.message.location)
    assert len(ours.message.function) == len(theirs.message.function)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory):
    """100 profiles of three builds, one of which is loaded at another address in each process."""
    directory = tmp_path_factory.mktemp("fleet")
    builds = [peer.build_fleet(directory, name="plain"),
              peer.build_fleet(directory, "-buildmode=pie", name="pie"),
              peer.build_fleet(directory, "-gcflags=-l", "-ldflags=-buildid=", name="noinline")]
    profiles = [peer.capture_fleet(binary, directory / f"{binary.name}.d", count)
                for binary, count in zip(builds, [40, 40, 20])]
    mixed = [path for group in itertools.zip_longest(*profiles) for path in group if path]
    assert len(mixed) == 100
    return mixed


@pytest.mark.parametrize("count", [1, 2, 10, 100])
def test_real_profiles(fleet, tmp_path, count):
    assert_agrees(fleet[:count], tmp_path)


def test_real_profiles_with_themselves(fleet, tmp_path):
    assert_agrees([fleet[0], fleet[0], fleet[1], fleet[0]], tmp_path)


def test_a_weight_is_what_giving_a_profile_so_often_is(fleet, tmp_path):
    weights = {fleet[0]: 3, fleet[1]: 1, fleet[2]: 2, fleet[45]: 4}
    weighted = [argument for path, weight in weights.items() for argument in ("--weighted-input", f"{weight},{path}")]
    ours = peer.View(peer.parse(merge([], tmp_path / "ours.pprof", *weighted)))
    theirs = peer.View(peer.merge_with_peer([path for path, count in weights.items() for _ in range(count)], tmp_path))
    assert ours.samples() == theirs.samples()
    assert ours.used_mappings() == theirs.used_mappings()


def test_order_partial_merges_and_threads_change_no_byte(fleet, tmp_path):
    whole = merge(fleet, tmp_path / "whole.pprof", "-j1")
    shuffled = random.Random(1).sample(fleet, len(fleet))
    for threads in (1, 2, 7):
        assert merge(shuffled, tmp_path / "shuffled.pprof", f"-j{threads}") == whole
    parts = [tmp_path / f"part{i}.pprof" for i in range(7)]
    for i, part in enumerate(parts):
        merge(shuffled[i::7], part)
    merge(parts[:3], tmp_path / "left.pprof")
    assert merge([tmp_path / "left.pprof", *parts[:2:-1]], tmp_path / "tree.pprof") == whole


def test_toolchain_profile(tmp_path):
    default = go.goroot() / "src/cmd/compile/default.pgo"
    assert_agrees([default], tmp_path)
    assert_agrees([default, default], tmp_path)


def test_smaller_than_the_peers(fleet, tmp_path):
    ours = len(merge(fleet, tmp_path / "ours.pprof"))
    peer.merge_with_peer(fleet, tmp_path)
    assert ours < (tmp_path / "peer.pprof").stat().st_size


class Generator:
    """Small profiles that collide: few functions, locations, mappings, labels and stacks, all drawn anew."""

    def __init__(self, seed, values):
        self.values = values
        self.random = random.Random(f"merge {seed}")
        self.message = profile_pb2.Profile(string_table=[b""])
        self.strings = {b"": 0}

    def text(self, *choices):
        text = self.random.choice(choices)
        if text not in self.strings:
            self.strings[text] = len(self.message.string_table)
            self.message.string_table.append(text)
        return self.strings[text]

    def ids(self, count):
        ids = {self.random.choice([self.random.getrandbits(64), self.random.randrange(1, 50)]) or 1
               for _ in range(count)}
        return self.random.sample(sorted(ids), len(ids))

    def generate(self, columns):
        for kind, unit in columns:
            self.message.sample_type.add(type=self.text(kind), unit=self.text(unit))
        period = self.message.period_type
        period.type, period.unit = self.text(b"cpu"), self.text(b"nanoseconds")
        self.message.period = self.random.choice([0, 1, 10_000_000])
        self.message.time_nanos = self.random.randrange(1, 5)
        self.message.duration_nanos = self.random.randrange(5)
        self.message.comment.extend({self.text(b"one", b"two", b"t\xc3\xbc") for _ in range(self.random.randrange(3))})
        self.add_mappings()
        self.add_functions()
        self.add_locations()
        self.add_samples()
        return self.message

    def add_mappings(self):
        # The first is the main binary: there its key must not depend on the order of the inputs.
        for number, mapping_id in enumerate(self.ids(self.random.randrange(1, 4))):
            start = self.random.choice([0x400000, 0x500000, 0x7f0000000000])
            size = self.random.choice([0x1000, 0xfff, 0x1001, 0x2000])
            mapping = self.message.mapping.add(id=mapping_id, memory_start=start, memory_limit=start + size,
                                               has_functions=True)
            mapping.filename = self.text(b"/bin/a", b"/bin/b", b"")
            if number:
                mapping.build_id = self.text(b"", b"aa", b"bb")

    def add_functions(self):
        for function_id in self.ids(8):
            function = self.message.function.add(id=function_id, start_line=self.random.choice([0, 10]))
            function.name = self.text(b"f", b"g", b"h", b"bad\xff")
            function.system_name = self.text(b"", b"f")
            function.filename = self.text(b"", b"a.go", b"b.go")

    def add_locations(self):
        for location_id in self.ids(8):
            mapping = self.random.choice([None, *self.message.mapping])
            location = self.message.location.add(id=location_id, is_folded=self.random.random() < 0.2)
            location.address = (mapping.memory_start if mapping else 0) + self.random.choice([1, 2, 16])
            location.mapping_id = mapping.id if mapping else 0
            for _ in range(self.random.randrange(3)):
                location.line.add(function_id=self.random.choice(self.message.function).id,
                                  line=self.random.choice([11, 12]), column=self.random.choice([0, 3]))

    def add_samples(self):
        locations = [location.id for location in self.message.location]
        for _ in range(self.random.randrange(30)):
            sample = self.message.sample.add()
            sample.location_id.extend(self.random.choices(locations, k=self.random.randrange(4)))
            sample.value.extend(self.random.choice(self.values) for _ in self.message.sample_type)
            for _ in range(self.random.choice([0, 0, 1, 3])):
                label = sample.label.add(key=self.text(b"k", b"route"))
                if self.random.random() < 0.5:
                    label.str = self.text(b"v", b"w")
                else:
                    label.num = self.random.choice([1, 2])
                    label.num_unit = self.text(b"", b"bytes")


CPU = [(b"samples", b"count"), (b"cpu", b"nanoseconds")]
COLUMN_SETS = [
    [CPU],
    [CPU, CPU[::-1]],
    [CPU, CPU + [(b"wall", b"ns")]],
    [CPU, [(b"samples", b"count"), (b"cpu", b"milliseconds")]],
    [[(b"space", b"kilobytes")], [(b"space", b"bytes"), (b"objects", b"count")], [(b"space", b"MB")]],
]


@pytest.mark.parametrize("seed", range(60))
def test_generated_profiles(tmp_path, seed):
    rng = random.Random(seed)
    column_sets = rng.choice(COLUMN_SETS)
    # Where the peer rescales a column, it drops samples that are zero there, whatever the other columns say.
    same_units = all(len({unit for types in column_sets for kind, unit in types if kind == name}) <= 1
                     for name in (b"samples", b"cpu", b"space"))
    values = [0, 0, 1, 2, 1 << 40] if same_units else [1, 2, 1 << 30]
    paths = []
    for i in range(rng.randrange(1, 7)):
        paths.append(tmp_path / f"{i}.pprof")
        columns = column_sets[i % len(column_sets)]
        paths[-1].write_bytes(Generator(f"{seed} {i}", values).generate(columns).SerializeToString())
    ours = peer.View(peer.parse(merge(paths, tmp_path / "ours.pprof")))
    theirs = peer.View(peer.merge_with_peer(paths, tmp_path))
    assert ours.distinct()
    assert ours.samples() == theirs.samples()
    # The peer's default sample type depends on which input lost a column.
    assert {**ours.header(), "default": b""} == {**theirs.header(), "default": b""}
