"""pgo-lint predicts what the Go toolchain makes of a profile: a sample of what `scripts/bench lint` counts in full."""

import os
import pathlib

import pytest

from pgoprof_testing import go, go_verdict, mutant_verdicts, mutants, small_fleet

PROFILES = 50
MUTANTS = 3000
COMPARED = 100

REAL = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    return go_verdict.build(tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """What was captured, what comes with Go, and for the rest what is derived of the former."""
    paths = [*sorted(REAL.glob("*.pprof")), *go.toolchain_profiles()]
    paths += small_fleet.derive(tmp_path_factory.mktemp("fleet"), PROFILES - len(paths))
    return [mutants.Original(path.name, path.read_bytes()) for path in paths]


def test_the_verdict_predicts_the_toolchains(binary, originals):
    assert len(originals) == PROFILES
    outcome = mutant_verdicts.judge(binary, mutant_verdicts.plan(originals, MUTANTS))
    print(f"\n{dict(outcome.go)}; {outcome.clean} clean, {outcome.only_we_refuse} that only we refuse")
    assert outcome.disagreements == []
    # All that can happen did.
    assert all(outcome.go[name] >= 5 for name in ("uses", "refuses", "crashes", "ignores", "misreads"))
    assert outcome.go["uses"] >= MUTANTS / 6
    assert len(outcome.rules) >= 28


def test_the_batch_is_as_the_toolchain_itself(binary, originals, tmp_path):
    planned = [(original, 1000 + number) for original, number in mutant_verdicts.plan(originals, COMPARED)]
    assert mutant_verdicts.compare_with_preprofile(binary, planned, tmp_path) == []
