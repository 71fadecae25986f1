"""pgo-merge --compact: to `go tool preprofile` the same, byte for byte, as the full merge, and nothing else in it."""

import collections
import gzip
import json
import os
import pathlib
import random
import subprocess

import pytest

from pgoprof_testing import generate, go, merge_tool, peer, profile_sets, verdicts

GENERATED = 600
GENERATED_SETS = 600


def merge(paths, output, *options):
    """The path of the merge, or None if it is refused."""
    result = merge_tool.run("--durations=ignore", *options, *paths, "-o", output)
    assert result.returncode in (0, 3), result.stderr
    return output if result.returncode == 0 else None


def inflated(path):
    """Without --compact merges are compressed otherwise."""
    return gzip.decompress(path.read_bytes())


def store_all(messages, directory, name):
    return [merge_tool.store(directory / f"{name}.{i}.pprof", message) for i, message in enumerate(messages)]


def is_zero_where_go_looks(path):
    """Whether all values that Go reads of this full merge are 0."""
    message = peer.parse(path.read_bytes())
    return all(sample.value[0] == 0 for sample in message.sample)


def check(full, compact):
    """Asserts that preprofile makes the same of both, and returns what."""
    theirs = go.run_preprofile(full)
    if compact is None:
        assert theirs in (None, verdicts.HEADER_ONLY), f"{full}: only the full merge is of use"
        return None
    ours = go.run_preprofile(compact)
    if theirs != ours:
        # Without a weight Go blames a missing start_line. The compact merge has no such samples, so Go ignores it.
        assert (theirs, ours) == (None, verdicts.HEADER_ONLY), f"{full}: other edges"
        assert is_zero_where_go_looks(full)
    return ours


def check_merge(paths, directory, name="merge"):
    """Also asserts that both merges are refused, or none; that which the compiler cannot read may be the compact one."""
    full = merge(paths, directory / f"{name}.full.pgo")
    compact = merge(paths, directory / f"{name}.compact.pgo", "--compact")
    if full is None:
        assert compact is None, f"{paths}: only the full merge is refused"
        return "full merge refused"
    edges = check(full, compact)
    return "refused" if edges is None else "ignored" if edges == verdicts.HEADER_ONLY else "used"


def strings_that_may_stay(message):
    """Names of functions that stand in a sample; what the columns and the period are; provenance."""
    text = message.string_table
    types = [*message.sample_type, message.period_type]
    provenance = [index for index in message.comment if text[index].startswith(b"pgoprof/1 ")]
    return {b"", *(text[index] for index in (*(kind.type for kind in types), *(kind.unit for kind in types), *provenance)),
            *(text[function.name] for function in message.function)}


def check_nothing_else(compact):
    """Asserts that there is nothing in it but what the compiler and the next merge read."""
    message = peer.parse(compact.read_bytes())
    assert set(message.string_table) == strings_that_may_stay(message)
    assert len(message.sample_type) == 1 and len(message.comment) == 1 and not message.mapping
    assert not (message.drop_frames or message.keep_frames or message.default_sample_type or message.doc_url)
    assert not any(function.filename or function.system_name for function in message.function)
    assert {location.address for location in message.location} <= {0, 1}
    assert not any(line.column for location in message.location for line in location.line)
    assert all(len(sample.location_id) <= 2 and not sample.label and sample.value[0] > 0 for sample in message.sample)
    stacks = [tuple(sample.location_id) for sample in message.sample]
    assert len(set(stacks)) == len(stacks)
    used = {location for stack in stacks for location in stack}
    assert {location.id for location in message.location} == used
    assert {function.id for function in message.function} == {
        line.function_id for location in message.location for line in location.line if line.function_id}


def findings(path):
    document = json.loads(verdicts.tool("pgo-lint", "--format", "json", path).stdout)
    return {finding["rule"] for finding in document["files"][0]["findings"]}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Every profile that is really one: Go's own, those recorded here, and some captured now."""
    directory = tmp_path_factory.mktemp("real")
    recorded = sorted((pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real").glob("*.pprof"))
    assert recorded
    now = [go.capture(directory, *flags, name=name) for name, flags in {
        "inlined": [], "no-inlining": ["-gcflags=all=-l"], "debug": ["-gcflags=all=-N -l"]}.items()]
    return [*go.toolchain_profiles(), *recorded, *now]


@pytest.fixture(scope="module")
def compacted(real, tmp_path_factory):
    """[(profile, its full merge, its compact merge)] of those that Go can use."""
    directory = tmp_path_factory.mktemp("compacted")
    found = []
    for number, path in enumerate(real):
        full = merge([path], directory / f"{number}.full.pgo")
        compact = merge([path], directory / f"{number}.compact.pgo", "--compact")
        if check(full, compact) not in (None, verdicts.HEADER_ONLY):
            found.append((path, full, compact))
    assert len(found) > 6
    return found


def test_real_profiles(compacted):
    for path, _, compact in compacted:
        assert check(path, compact)
        check_nothing_else(compact)


def test_real_profiles_together(real, tmp_path):
    usable = [path for path in real if go.run_preprofile(path)]
    assert check_merge(usable, tmp_path) == "used"
    assert check_merge([usable[0], *usable[:3]], tmp_path) == "used"


def test_lint_says_the_same(compacted):
    # But that nothing is inlined, which it says of so many locations: compact profiles have fewer.
    for _, full, compact in compacted:
        assert findings(compact) - {"PGO319"} == findings(full) - {"PGO319"}


def test_small_enough_to_commit(tmp_path):
    default = go.goroot() / "src/cmd/compile/default.pgo"
    assert merge([default], tmp_path / "compact.pgo", "--compact").stat().st_size < 100_000 < default.stat().st_size


def test_pprof_opens_it(compacted, tmp_path):
    """Its -proto without -symbolize=none, too: there is no mapping to symbolize, and no system name to demangle."""
    for _, _, compact in compacted:
        def pprof(*options, path=compact):
            return subprocess.run([peer.pprof(), *options, path], check=True, capture_output=True,
                                  env=peer.environment(tmp_path)).stdout

        assert b"flat%" in pprof("-top")
        for options in (["-symbolize=none"], []):
            pprof("-proto", *options, f"-output={tmp_path / 'again.pgo'}")
            assert go.run_preprofile(tmp_path / "again.pgo") == go.run_preprofile(compact)


def test_the_build_takes_it(tmp_path):
    compact = merge([go.capture(tmp_path)], tmp_path / "default.pgo", "--compact")
    optimized = tmp_path / "optimized"
    go.go("build", f"-pgo={compact}", "-o", optimized, ".", cwd=go.program_directory("busy"))
    assert f"-pgo={compact}" in go.go("version", "-m", optimized).stdout


def count_outcomes(outcome, seeds):
    """How often `outcome` gives what, over that many seeds."""
    counts = collections.Counter(verdicts.in_pool(outcome, range(seeds)))
    print(f"\n{dict(sorted(counts.items()))}")
    return counts


def test_generated_profiles(tmp_path):
    """As for test_preprofile.py; those with negative values are refused."""
    def outcome(seed):
        path = tmp_path / f"{seed}.pprof"
        path.write_bytes(generate.generate_bytes(seed))
        return check_merge([path], tmp_path, seed)

    counts = count_outcomes(outcome, GENERATED)
    assert counts["used"] >= GENERATED / 4 and counts["ignored"] >= 5 and counts["refused"] >= 5


def test_generated_sets(tmp_path):
    def outcome(seed):
        paths = store_all(profile_sets.generate_set(seed), tmp_path, f"{seed}")
        return check_merge(paths, tmp_path, f"{seed}")

    counts = count_outcomes(outcome, GENERATED_SETS)
    assert counts["used"] >= GENERATED_SETS / 2 and counts["refused"] >= 10 and counts["full merge refused"] >= 5


def test_nothing_else_survives(tmp_path):
    def leaves_nothing(seed):
        paths = store_all(profile_sets.generate_set(seed), tmp_path, f"{seed}")
        compact = merge(paths, tmp_path / f"{seed}.compact.pgo", "--compact")
        if compact is None:
            return False
        assert b"PRIVATE" not in inflated(compact)
        check_nothing_else(compact)
        return True

    assert sum(verdicts.in_pool(leaves_nothing, range(100))) >= 60


def check_bytes(paths, directory, name, partial=True):
    """Asserts that there is one compact merge of these, whichever way there."""
    output = directory / f"{name}.compact.pgo"
    if merge(paths, output, "--compact") is None:
        assert merge(paths[::-1], directory / f"{name}.reversed.pgo", "--compact") is None
        return False
    whole = output.read_bytes()
    shuffled = random.Random(name).sample(paths, len(paths))
    other = directory / f"{name}.other.pgo"

    def gives_the_same(inputs, *options):
        assert merge(inputs, other, "--compact", *options).read_bytes() == whole

    gives_the_same(shuffled, "-j1")
    gives_the_same(paths[::-1], "-j3")
    gives_the_same([merge(shuffled, directory / f"{name}.full.pgo")])
    gives_the_same([output])
    assert inflated(merge([output], other)) == inflated(output)  # --compact has nothing left to do
    if partial and len(paths) > 1:
        left = merge(shuffled[:1], directory / f"{name}.left.pgo", "--compact")
        right = merge(shuffled[1:], directory / f"{name}.right.pgo", "--compact")
        gives_the_same([left, right])
        gives_the_same([right, shuffled[0]])
        assert inflated(merge([left, right], other)) == inflated(output)
    return True


def test_one_sequence_of_bytes(tmp_path):
    """Partial merges agree if all profiles have the same sample types."""
    def agrees(seed):
        messages = profile_sets.generate_set(seed)
        kinds = {tuple(sorted(peer.View(message).types())) for message in messages}
        return check_bytes(store_all(messages, tmp_path, f"{seed}"), tmp_path, f"{seed}", partial=len(kinds) == 1)

    assert sum(verdicts.in_pool(agrees, range(1000, 1100))) >= 60


def test_one_sequence_of_bytes_of_real_profiles(compacted, tmp_path):
    """Of some that have the same sample types."""
    paths = [path for path, full, _ in compacted
             if peer.View(peer.parse(full.read_bytes())).types() == [(b"samples", b"count"), (b"cpu", b"nanoseconds")]]
    assert len(paths) > 4
    assert check_bytes(paths, tmp_path, "real")
