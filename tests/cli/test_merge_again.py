"""pgo-merge takes its own outputs, however well their order lets them compress, without being told to."""

import random

from pgoprof_testing import merge_tool
from pgoprof_testing.wire import field, varint

SAMPLES, DEPTH, LOCATIONS = 60_000, 100, 120


def similar_stacks(seed):
    """A message whose stacks differ near the leaf only. Ids take one byte."""
    rng = random.Random(seed)
    strings = [b"", b"samples", b"count", b"cpu", b"nanoseconds", *(b"main.f%d" % i for i in range(LOCATIONS))]
    tails = [bytes(rng.choices(range(1, LOCATIONS), k=DEPTH)) for _ in range(30)]

    def sample():
        stack = bytes(rng.choices(range(1, LOCATIONS), k=5)) + rng.choice(tails)
        return field(2, field(1, stack) + field(2, varint(1) + varint(10_000_000)))

    return b"".join([
        field(1, field(1, 1) + field(2, 2)), field(1, field(1, 3) + field(2, 4)),
        *(sample() for _ in range(SAMPLES)),
        *(field(4, field(1, i) + field(3, 16 * i) + field(4, field(1, i) + field(2, 7))) for i in range(1, LOCATIONS)),
        *(field(5, field(1, i) + field(2, 4 + i) + field(5, 1)) for i in range(1, LOCATIONS)),
        *(field(6, text) for text in strings),
        field(10, 30_000_000_000), field(11, field(1, 3) + field(2, 4)), field(12, 10_000_000)])


def merge(inputs, output):
    result = merge_tool.run(*inputs, "-o", output)
    assert result.returncode == 0, result.stderr
    return output


def test_partial_merges_of_similar_stacks(tmp_path):
    inputs = [tmp_path / "a.pprof", tmp_path / "b.pprof"]
    for seed, path in enumerate(inputs):
        path.write_bytes(similar_stacks(seed))
    parts = [merge([path], path.with_suffix(".merged")) for path in inputs]
    assert merge(parts, tmp_path / "tree.pgo").read_bytes() == merge(inputs, tmp_path / "whole.pgo").read_bytes()
    # It takes 100 MB to decode, more than a hundred times its size.
    assert merge([tmp_path / "whole.pgo"], tmp_path / "again.pgo").read_bytes() == (tmp_path / "whole.pgo").read_bytes()
