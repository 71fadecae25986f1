"""google/pprof's merge (`go tool pprof -proto`) as the oracle of ours, and what both results must agree in."""

import collections
import functools
import gzip
import hashlib
import os
import pathlib
import subprocess

import profile_pb2

from pgoprof_testing import go

_SUPPORT = pathlib.Path(__file__).resolve().parent.parent


@functools.cache
def pprof():
    """The pprof binary itself: `go tool -n` builds it where it must, and the wrapper costs more than a small merge."""
    return go.go("tool", "-n", "pprof").stdout.strip()


def merge_command(paths, output):
    """The peer re-symbolizes and demangles unless told not to."""
    return [pprof(), "-proto", "-symbolize=none", f"-output={output}", *map(str, paths)]


def environment(directory):
    """Where the peer may write and look for what it would like to have."""
    return {**os.environ, "PPROF_TMPDIR": str(directory), "HOME": str(directory)}


def merge_with_peer(paths, directory):
    """The peer's merge of these files, parsed."""
    output = pathlib.Path(directory) / "peer.pprof"
    subprocess.run(merge_command(paths, output), check=True, capture_output=True, env=environment(directory))
    return parse(output.read_bytes())


def build_fleet(directory, *build_flags, name="fleet"):
    """tests/support/go/fleet, built with these flags."""
    binary = pathlib.Path(directory) / name
    go.go("build", *build_flags, "-o", binary, ".", cwd=_SUPPORT / "go" / "fleet")
    return binary


def capture_fleet(binary, directory, count, processes=2):
    """`count` distinct profiles of a real Go program, captured now by several processes at a time."""
    directory.mkdir()
    share = -(-count // processes)
    running = [subprocess.Popen([binary, f"-dir={directory}", f"-first={first}", f"-count={min(share, count - first)}"],
                                stderr=subprocess.DEVNULL)
               for first in range(0, count, share)]
    assert [process.wait() for process in running] == [0] * len(running)
    return [directory / f"{n}.pprof" for n in range(count)]


def parse(data):
    message = profile_pb2.Profile()
    message.ParseFromString(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    return message


def _hash(content):
    return hashlib.blake2b(repr(content).encode(), digest_size=16).digest()


class View:
    """A profile by content: what merging keeps, free of ids, orders and load addresses."""

    def __init__(self, message):
        self.message = message
        self._functions = {function.id: function for function in message.function}
        self._mappings = {mapping.id: mapping for mapping in message.mapping}
        self._locations = {location.id: self._location(location) for location in message.location}

    def text(self, index):
        return self.message.string_table[index]

    def mapping_key(self, mapping):
        size = (mapping.memory_limit - mapping.memory_start) % (1 << 64)
        return (-(-size // 4096) * 4096 % (1 << 64), mapping.file_offset,
                self.text(mapping.build_id) or self.text(mapping.filename))

    def _line(self, line):
        function = self._functions.get(line.function_id)
        names = (self.text(function.name), self.text(function.system_name), self.text(function.filename),
                 function.start_line) if function else None
        return names, line.line, line.column

    def _location(self, location):
        mapping = self._mappings.get(location.mapping_id)
        start = mapping.memory_start if mapping else 0
        return (self.mapping_key(mapping) if mapping else None, (location.address - start) % (1 << 64),
                tuple(map(self._line, location.line)), location.is_folded)

    def _labels(self, sample):
        """By key and kind, as the peer groups them; it drops labels without string, number and unit."""
        groups = collections.defaultdict(list)
        for label in sample.label:
            if self.text(label.str):
                groups[self.text(label.key), "string"].append(self.text(label.str))
            elif label.num or label.num_unit:
                groups[self.text(label.key), "number"].append((label.num, self.text(label.num_unit)))
        return tuple(sorted((key, tuple(values)) for key, values in groups.items()))

    def types(self):
        return [(self.text(kind.type), self.text(kind.unit)) for kind in self.message.sample_type]

    def samples(self):
        """Sums by stack and labels: {type and unit: value}."""
        sums = collections.Counter()
        for sample in self.message.sample:
            stack = tuple(self._locations[location] for location in sample.location_id)
            labels = self._labels(sample)
            for kind, value in zip(self.types(), sample.value):
                sums[stack, labels, kind] += value
        return {key: value for key, value in sums.items() if value}

    def distinct(self):
        """Whether every stack with its labels stands there once, empty labels told apart."""
        keys = [(tuple(sample.location_id), tuple(label.SerializeToString() for label in sample.label))
                for sample in self.message.sample]
        return len(set(keys)) == len(keys)

    def fingerprint(self):
        """{type and unit: a number}, equal if `samples` are, in little memory: the sum of each value times the hash of
        its stack and labels, so that order does not matter, nor whether a stack is there in parts."""
        locations = {location: _hash(content) for location, content in self._locations.items()}
        no_labels = _hash(())
        totals = [0] * len(self.types())
        for sample in self.message.sample:
            stack = b"".join(map(locations.__getitem__, sample.location_id))
            labels = _hash(self._labels(sample)) if sample.label else no_labels
            key = int.from_bytes(hashlib.blake2b(stack + labels, digest_size=16).digest(), "big")
            for column, value in enumerate(sample.value):
                totals[column] += value * key
        return dict(zip(self.types(), totals))

    def header(self):
        """Without provenance, which is ours alone, and doc_url, which the peer of Go 1.23 drops."""
        message, text = self.message, self.text
        return {
            "types": sorted(self.types()),
            "period": (text(message.period_type.type), text(message.period_type.unit), message.period),
            "time": message.time_nanos,
            "duration": message.duration_nanos,
            "comments": sorted(text(index) for index in message.comment if not text(index).startswith(b"pgoprof/1 ")),
            "default": text(message.default_sample_type),
            "frames": (text(message.drop_frames), text(message.keep_frames)),
        }

    def used_mappings(self):
        """Content of the mappings that samples refer to, and which comes first."""
        used = {location.mapping_id for location in self.message.location}
        return sorted((self.mapping_key(mapping), self.text(mapping.build_id), mapping.has_functions)
                      for mapping in self.message.mapping if mapping.id in used)
