"""pgo-merge --durations=scale: profiles count per unit of time."""

import itertools

import pytest

from pgoprof_testing.merge_tool import SECOND, cpu_profile, framed, parse, provenance, run, store


@pytest.fixture
def paths(tmp_path):
    """Over 10, 20, 30, 40 and 60 seconds."""
    return [store(tmp_path / f"{seconds}s.pprof", cpu_profile(b"main.f%d" % seconds, value=1, duration=seconds * SECOND))
            for seconds in (10, 20, 30, 40, 60)]


def samples(data):
    message = parse(data)
    return {message.string_table[message.function[sample.location_id[0] - 1].name].decode(): sample.value[0]
            for sample in message.sample}


def test_values_count_per_time(paths):
    result = run("--durations=scale", *paths)
    assert (result.returncode, result.stderr) == (0, b"")
    assert sorted(samples(result.stdout).values()) == [50, 75, 100, 150, 300]
    assert parse(result.stdout).duration_nanos == 160 * SECOND
    assert provenance(result.stdout) == "pgoprof/1 inputs=5 failed=0 duration=10000000000..60000000000 scaled=1"
    assert run(*paths).returncode == 1


def test_weights_go_into_the_factor(paths):
    result = run("--durations=scale", "--weighted-input", f"3,{paths[3]}", paths[2])
    assert sorted(samples(result.stdout).values()) == [100, 225]


def test_any_partial_merges_agree_with_one_run(paths, tmp_path):
    weighted = [["--weighted-input", f"{i % 3 + 1},{path}"] for i, path in enumerate(paths)]
    whole = run("--durations=scale", *itertools.chain(*weighted)).stdout
    a, b, c = (tmp_path / name for name in "abc")
    for order in itertools.islice(itertools.permutations(weighted), 0, 120, 11):
        assert run("--durations=scale", *order[0], *order[1], "-o", a).returncode == 0
        assert run("--durations=scale", *order[2], "-o", b).returncode == 0
        assert run("--durations=scale", a, *order[3], "-o", c).returncode == 0
        assert run("--durations=scale", b, c, *order[4]).stdout == whole
        # What is scaled already needs no option, and no equal durations.
        assert run("--durations=scale", *order[3], *order[4], "-o", c).returncode == 0
        final = run(c, a, b)
        assert (final.returncode, final.stderr, final.stdout) == (0, b"", whole)
    assert run("--durations=scale", "--framed", input=framed(*(p.read_bytes() for p in (a, b, c)))).stdout == whole
    assert run("--durations=ignore", a, b, c).stdout == whole


def test_a_weight_multiplies_what_is_scaled(paths, tmp_path):
    part = tmp_path / "part"
    assert run("--durations=scale", *paths[:2], "-o", part).returncode == 0
    doubled = run("--durations=scale", "--weighted-input", f"2,{part}")
    assert sorted(samples(doubled.stdout).values()) == [300, 600]
    assert run("--weighted-input", f"2,{part}").stdout == doubled.stdout


@pytest.mark.parametrize("mode", ["check", "ignore"])
def test_scaled_and_unscaled_do_not_mix(paths, tmp_path, mode):
    part = tmp_path / "part"
    assert run("--durations=scale", paths[2], "-o", part).returncode == 0
    for inputs in ([part, paths[2]], [paths[2], part]):
        for extra in ([], ["--min-success=1"]):
            result = run(f"--durations={mode}", *inputs, *extra)
            assert (result.returncode, result.stdout) == (1, b"")
            assert f"{inputs[1]}: is " in result.stderr.decode()
            assert b"--durations=scale" in result.stderr
    assert run("--durations=scale", part, paths[2]).returncode == 0


@pytest.mark.parametrize("extra", [[], ["--min-success=1"]])
class TestRefusals:
    def refused(self, *arguments):
        result = run("--durations=scale", *arguments)
        assert (result.returncode, result.stdout) == (1, b"")
        assert len(result.stderr.splitlines()) >= 2
        return result.stderr.decode()

    def test_an_unscaled_merge_of_several(self, paths, tmp_path, extra):
        part = tmp_path / "part"
        assert run("--durations=ignore", *paths[:2], "-o", part).returncode == 0
        text = self.refused(paths[2], part, *extra)
        assert f"{part}: is a merge of 2 inputs that are not scaled" in text and "originals" in text

    def test_no_duration(self, paths, tmp_path, extra):
        without = store(tmp_path / "without", cpu_profile(duration=0))
        assert f"{without}: has no duration" in self.refused(without, *extra)
        assert f"{without}: has no duration" in self.refused(paths[0], without, *extra)

    def test_a_duration_of_which_nothing_would_be_left(self, paths, tmp_path, extra):
        long = store(tmp_path / "long", cpu_profile(duration=6000 * SECOND + 1))
        assert f"{long}: took so long" in self.refused(paths[0], long, *extra)
        assert run("--durations=scale", paths[0], "--weighted-input", f"2,{long}").returncode == 0

    def test_other_sampling_rates(self, paths, tmp_path, extra):
        fast = store(tmp_path / "fast", cpu_profile(period=1_000_000))
        assert "sampling periods differ" in self.refused(paths[0], fast, *extra)


def test_a_factor_that_does_not_fit(tmp_path):
    short = store(tmp_path / "short", cpu_profile(duration=1))
    result = run("--durations=scale", "--weighted-input", f"{1 << 62},{short}")
    assert (result.returncode, result.stdout) == (3, b"")
    assert b"does not fit in 64 bits" in result.stderr
