"""What pgo-report shows of whole stacks is what `go tool pprof` shows."""

import collections
import json
import os
import pathlib
import re
import subprocess

import pytest

from pgoprof_testing import go, peer, verdicts

TESTDATA = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
NAMES = ["labels-go1.26", "mixed-go1.26", "mixed-again-go1.26", "cmd/compile"]
WITHOUT_START_LINES = ["labels-go1.19", "mixed-go1.19"]


def path_of(name):
    return go.goroot() / "src/cmd/compile/default.pgo" if name == "cmd/compile" else TESTDATA / f"{name}.pprof"


@pytest.fixture(params=NAMES)
def profile(request):
    return path_of(request.param)


def pprof(*arguments):
    command = [peer.pprof(), "-symbolize=none", "-sample_index=samples", "-unit=minimum", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def frame(text):
    return re.sub(r" \(inline\)$", "", text.strip())


def blocks(output, rule):
    """The lines between rules, those of the header left out."""
    return [block.splitlines() for block in re.split(rule, output, flags=re.MULTILINE)[1:] if block.strip()]


def traces(profile):
    """{stack from the root to the leaf: weight}. Lines about labels have a colon, and nothing before it."""
    stacks = collections.Counter()
    for block in blocks(pprof("-traces", profile), r"^-+\+-+\n"):
        lines = [line for line in block if line.strip() and not re.match(r" *\w+:  ", line)]
        if lines:
            weight, leaf = lines[0].split(None, 1)
            stacks[tuple(map(frame, reversed([leaf, *lines[1:]])))] += int(weight)
    return {stack: weight for stack, weight in stacks.items() if weight != 0}


@pytest.mark.parametrize("name", NAMES + WITHOUT_START_LINES)
def test_folded_stacks(name):
    profile = path_of(name)
    lines = verdicts.tool("pgo-report", "--format", "folded", profile).stdout.decode().splitlines()
    ours = {}
    for line in lines:
        stack, weight = line.rsplit(" ", 1)
        ours[tuple(name.replace(r"\x3b", ";") for name in stack.split(";"))] = int(weight)
    assert len(ours) == len(lines)
    assert ours == traces(profile)


def peek(profile):
    """{function: (flat, cumulative, {caller: weight}, {callee: weight})}"""
    functions = {}
    for block in blocks(pprof("-peek", ".", profile), r"^-+\+-+\n")[1:]:
        callers, callees = {}, {}
        neighbours = callers
        for line in block:
            figures, name = line.split("|", 1)
            figures = figures.split()
            if len(figures) == 5:
                flat, cumulative = int(figures[0]), int(figures[3])
                function, neighbours = frame(name), callees
            else:
                neighbours[frame(name)] = int(figures[0])
        functions[function] = flat, cumulative, callers, callees
    return functions


def test_functions(profile):
    run = verdicts.tool("pgo-report", "--function", ".", "--all", "--format", "json", profile)
    ours = {}
    for function in json.loads(run.stdout)["functions"]:
        neighbours = [{row["name"]: row["stack_weight"] for row in function[key] if row["stack_weight"] != 0}
                      for key in ("callers", "callees")]
        ours[function["name"]] = function["flat"], function["cumulative"], *neighbours
    assert ours == peek(profile)


def test_functions_as_the_compiler_counts_them(profile):
    edges = [line for line in go.run_preprofile(profile).decode().split("\n")[1:] if line]
    called, calling = collections.Counter(), collections.Counter()
    for caller, callee, figures in zip(edges[::3], edges[1::3], edges[2::3]):
        called[callee] += int(figures.split()[1])
        calling[caller] += int(figures.split()[1])
    run = verdicts.tool("pgo-report", "--function", ".", "--all", "--format", "json", profile)
    for function in json.loads(run.stdout)["functions"]:
        name = function["name"]
        assert (function["called_weight"], function["calling_weight"]) == (called[name], calling[name])
        assert sum(row["weight"] for row in function["callers"]) == called[name]
        assert sum(row["weight"] for row in function["callees"]) == calling[name]
