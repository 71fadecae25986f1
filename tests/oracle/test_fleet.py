"""The fleet that scripts/bench measures on: profiles as the runtime writes them, distinct, and merged as the peer does."""

import pytest

from pgoprof_testing import fleet, merge_tool, peer

COUNT = 6


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    directory = tmp_path_factory.mktemp("captured")
    builds = [peer.build_fleet(directory, name="plain"), peer.build_fleet(directory, "-buildmode=pie", name="pie")]
    return [path for binary in builds for path in peer.capture_fleet(binary, directory / f"{binary.name}.d", 10)]


@pytest.fixture(scope="module")
def derived(captured, tmp_path_factory):
    return derive(captured, tmp_path_factory.mktemp("derived"))


def derive(captured, directory, *options):
    return fleet.derive(captured, directory / "fleet", COUNT, "-smallest=30000", "-largest=40000", *options)


def contents(paths):
    return [path.read_bytes() for path in paths]


def test_is_the_same_for_a_seed_and_another_for_another(captured, derived, tmp_path):
    (tmp_path / "again").mkdir()
    assert contents(derive(captured, tmp_path / "again")[0]) == contents(derived[0])
    (tmp_path / "other").mkdir()
    assert not set(contents(derive(captured, tmp_path / "other", "-seed=2")[0])) & set(contents(derived[0]))


def test_figures_are_those_of_the_files(derived):
    paths, figures = derived
    views = [peer.View(peer.parse(path.read_bytes())) for path in paths]
    assert len(views) == figures["profiles"] == COUNT
    assert sum(len(view.message.sample) for view in views) == figures["samples"]
    assert figures["smallest_bytes"] == min(path.stat().st_size for path in paths)
    assert all(view.distinct() for view in views)
    stacks = {(stack, labels) for view in views for stack, labels, _ in view.samples()}
    assert len(stacks) == figures["distinct_samples"]


def test_profiles_are_laid_out_as_captured(captured, derived):
    for path in [captured[0], captured[-1], *derived[0]]:
        message = peer.parse(path.read_bytes())
        assert [location.id for location in message.location] == list(range(1, len(message.location) + 1))
        assert [function.id for function in message.function] == list(range(1, len(message.function) + 1))
        first_uses = dict.fromkeys(location for sample in message.sample for location in sample.location_id)
        assert list(first_uses) == list(range(1, len(message.location) + 1))
        assert message.string_table[1:5] == [b"samples", b"count", b"cpu", b"nanoseconds"]
        main = message.mapping[0]
        assert all(main.memory_start <= location.address < main.memory_limit
                   for location in message.location if location.mapping_id == main.id)


def test_only_position_independent_builds_lie_elsewhere_in_each_process(captured, tmp_path):
    for build, addresses in [("plain", 1), ("pie", COUNT)]:
        (tmp_path / build).mkdir()
        paths, _ = derive([path for path in captured if path.parent.name == f"{build}.d"], tmp_path / build)
        assert len({peer.parse(path.read_bytes()).mapping[0].memory_start for path in paths}) == addresses


def test_merges_agree_by_content_and_by_fingerprint(derived, tmp_path):
    merged = tmp_path / "ours.pprof"
    assert merge_tool.run(*derived[0], "-o", merged).returncode == 0
    ours, theirs = peer.View(peer.parse(merged.read_bytes())), peer.View(peer.merge_with_peer(derived[0], tmp_path))
    assert ours.samples() == theirs.samples()
    assert ours.header() == theirs.header()
    assert ours.fingerprint() == theirs.fingerprint()
    ours.message.sample[0].value[1] += 1
    assert ours.fingerprint() != theirs.fingerprint()
