"""pgo-report --base tells chance from change, on programs captured now."""

import itertools
import json

import pytest

from pgoprof_testing import go, verdicts


def beyond_noise(old, new):
    run = verdicts.tool("pgo-report", "--format", "json", "--base", old, new)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["beyond_noise"]


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    """Five of one program at the same work."""
    folder = tmp_path_factory.mktemp("captures")
    return [go.capture(folder, name=f"busy{i}") for i in range(5)]


def test_the_same_work_differs_by_chance_alone(captures):
    pairs = list(itertools.combinations(captures, 2))
    assert sum(beyond_noise(old, new) for old, new in pairs) <= 1  # of ten, at 5% at the most


def test_other_work_is_another(captures):
    compiler = go.goroot() / "src/cmd/compile/default.pgo"
    assert all(beyond_noise(compiler, capture) for capture in captures)
